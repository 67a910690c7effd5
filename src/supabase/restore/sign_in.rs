//! Proof that people can sign in at a copy: somebody is made, signs in, and is removed.
//! Only ever in a copy, which is cut off and nobody's: on a live instance no probe keeps
//! anything.

use async_trait::async_trait;
use serde_json::json;

use super::super::{
    http::{Answer, Question},
    instance::{Instance, Part},
    live::Live,
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
            return Err(failed("POST /admin/users", made.status));
        };
        let sign = json!({ "email": email, "password": password });
        let signed = self.ask(&instance, Question::post("/token?grant_type=password", sign)).await;
        self.remove(&instance, &id, key).await?;
        let signed = signed?;
        let off = signed.json().get("error_code").and_then(|c| c.as_str()) == Some("email_provider_disabled");
        if off {
            cx.log(msg!("restore-log-sign-in-off")).await;
            return Ok(());
        }
        if signed.status == 200 && signed.json().get("access_token").is_some() {
            return Ok(());
        }
        Err(failed("POST /token", signed.status))
    }
}

impl SignIn {
    async fn ask(&self, instance: &Instance, question: Question) -> Result<Answer, Problem> {
        let what = question.path.clone();
        let answer = self.live.http(instance, Part::Auth, PORT, question).await;
        answer.map_err(|e| failed(&what, 0).detail(e).transient())
    }

    async fn remove(&self, instance: &Instance, id: &str, key: &Secret) -> Result<(), Problem> {
        let path = format!("/admin/users/{id}");
        let gone = Question { method: "DELETE", path, headers: Vec::new(), body: None }.bearer(key);
        let gone = self.ask(instance, gone).await?;
        if gone.status < 300 { Ok(()) } else { Err(failed("DELETE /admin/users", gone.status)) }
    }
}

fn failed(what: &str, status: u16) -> Problem {
    problem!("restore-sign-in-failed", what = what, status = u32::from(status))
}
