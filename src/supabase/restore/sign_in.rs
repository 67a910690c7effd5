//! Proof that people can sign in at a copy: somebody is made, signs in, and is removed.
//! Only ever in a copy, which is cut off and nobody's: on a live instance no probe keeps
//! anything. What the project's own rules refuse there they refuse at the original too:
//! its triggers and constraints were compared before. So that is told, and fails only if
//! auth cannot work with its key and its tables at all.

use async_trait::async_trait;
use serde_json::json;

use super::super::{
    http::{Answer, Question},
    instance::{Instance, Part},
    live::Live,
    probes::auth_answer::{NOBODY, knows_nobody},
    scene::read_env,
};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::Access,
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
    secret::Secret,
};

/// Where GoTrue listens.
const PORT: u16 = 9999;

/// Signs in.
pub(super) struct SignIn {
    pub(super) live: Live,
    pub(super) access: Access,
}

#[async_trait]
impl Step for SignIn {
    type Effect = Adds;
    type Output = ();

    fn name(&self) -> String {
        "sign-in".to_owned()
    }

    fn title(&self) -> Msg {
        msg!("restore-step-sign-in")
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("restore-undo-with-copy"))
    }

    fn limits(&self) -> Limits {
        Limits::short().tries(3)
    }

    async fn run(&self, cx: &Cx) -> Result<(), Problem> {
        let instance = self.live.instance(&self.access).await?;
        let env = read_env(instance.env_file()).await?;
        let Some(Ok(key)) = env.value("SERVICE_ROLE_KEY") else { return Err(failed("SERVICE_ROLE_KEY", 0)) };
        let key = key.secret();
        let id = cx.operation().short();
        let (email, password) = (format!("zelo-{id}@example.invalid"), format!("Zelo-{}-1", cx.operation()));
        let new = json!({ "email": email, "password": password, "email_confirm": true });
        let made = self.ask(&instance, Question::post("/admin/users", new).bearer(key)).await?;
        let id = made.json().get("id").and_then(|id| id.as_str()).map(ToOwned::to_owned);
        let Some(id) = id.filter(|_| made.status < 300) else {
            return self.refused(cx, &instance, key, ("POST /admin/users", made.status)).await;
        };
        let sign = json!({ "email": email, "password": password });
        let signed = self.ask(&instance, Question::post("/token?grant_type=password", sign)).await;
        let gone = self.remove(&instance, &id, key).await?;
        if gone >= 300 {
            cx.log(msg!("restore-log-sign-in-left", email = email, status = u32::from(gone))).await;
        }
        let signed = signed?;
        let off = signed.json().get("error_code").and_then(|c| c.as_str()) == Some("email_provider_disabled");
        if off {
            cx.log(msg!("restore-log-sign-in-off")).await;
            return Ok(());
        }
        if signed.status == 200 && signed.json().get("access_token").is_some() {
            return Ok(());
        }
        self.refused(cx, &instance, key, ("POST /token", signed.status)).await
    }
}

impl SignIn {
    async fn ask(&self, instance: &Instance, question: Question) -> Result<Answer, Problem> {
        let what = question.path.clone();
        let answer = self.live.http(instance, Part::Auth, PORT, question).await;
        answer.map_err(|e| failed(&what, 0).detail(e).transient())
    }

    /// What came of removing somebody: a foreign key of the project may keep them.
    async fn remove(&self, instance: &Instance, id: &str, key: &Secret) -> Result<u16, Problem> {
        let path = format!("/admin/users/{id}");
        let gone = Question { method: "DELETE", path, headers: Vec::new(), body: None }.bearer(key);
        Ok(self.ask(instance, gone).await?.status)
    }

    /// The project's own refusal where auth looks up its users with its key; else auth's own
    /// failure.
    async fn refused(
        &self,
        cx: &Cx,
        instance: &Instance,
        key: &Secret,
        (what, status): (&str, u16),
    ) -> Result<(), Problem> {
        let looked = self.ask(instance, Question::get(NOBODY).bearer(key)).await?;
        if !knows_nobody(&looked) || status == 401 || status == 403 {
            return Err(failed(what, status));
        }
        cx.log(msg!("restore-log-sign-in-refused", what = what, status = u32::from(status))).await;
        Ok(())
    }
}

fn failed(what: &str, status: u16) -> Problem {
    problem!("restore-sign-in-failed", what = what, status = u32::from(status))
}
