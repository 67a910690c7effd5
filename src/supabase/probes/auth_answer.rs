//! What auth answers to two harmless questions that need its key and its database.
//! `/health` would be well with the database gone.

use serde_json::json;

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{
    domain::finding::{Finding, Severity},
    msg,
    supabase::{
        http::{Answer, NoAnswer, Question},
        instance::Part,
        scene::Scene,
    },
};

pub(super) const ID: &str = "auth-answer";

pub(super) const PROBE: Look = Look { id: ID, row: "", see: |scene| Box::pin(see(scene)) };

const PORT: u16 = 9999;
/// A user nobody has.
const NOBODY: &str = "/admin/users/00000000-0000-0000-0000-000000000000";

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// As it should be.
    Fine,
    /// Its database fails.
    Database,
    /// The key is not signed by its secret.
    Key,
    /// The key is another role's.
    NotAdmin,
    /// It waited too long.
    Late,
    /// Nothing that can be told apart.
    Strange,
}

impl Meaning {
    /// Of the answer to the service key's question.
    fn admin(answer: &Answer) -> Self {
        let body = answer.json();
        let code = body.get("error_code").and_then(|c| c.as_str()).unwrap_or_default();
        match (answer.status, code) {
            (404, "user_not_found") => Self::Fine,
            // Versions before the codes.
            (404, "") if answer.body.contains("User not found") => Self::Fine,
            (403, "not_admin") => Self::NotAdmin,
            (401 | 403, _) => Self::Key,
            (504, _) => Self::Late,
            (500.., _) => Self::Database,
            _ => Self::Strange,
        }
    }

    /// Of the answer to a refresh token that never was.
    fn refresh(answer: &Answer) -> Self {
        match answer.status {
            400 | 401 | 404 | 429 => Self::Fine,
            504 => Self::Late,
            500.. => Self::Database,
            _ => Self::Strange,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Database => "database",
            Self::Key => "key",
            Self::NotAdmin => "not-admin",
            Self::Late => "late",
            Self::Strange => "strange",
        }
    }
}

async fn see(scene: &Scene) -> Seen {
    let service = scene.with(Part::Auth)?.to_owned();
    // Between two runs nobody answers at its address.
    if scene.loops(Part::Auth) {
        return Err(Gap::Unknown(msg!("probe-part-down", service = service)));
    }
    let ask = |question| scene.live.http(&scene.instance, Part::Auth, PORT, question);
    let bogus = json!({"refresh_token": "zelo-probe"});
    let refresh = Question::post("/token?grant_type=refresh_token", bogus);
    let key = scene.env_value("SERVICE_ROLE_KEY").filter(crate::supabase::proof::is_token);
    let answers = match &key {
        Some(key) => {
            let (a, b) = tokio::join!(ask(Question::get(NOBODY).bearer(key)), ask(refresh));
            vec![a.map(|a| (Meaning::admin(&a), a.status)), b.map(|a| (Meaning::refresh(&a), a.status))]
        }
        None => vec![ask(refresh).await.map(|a| (Meaning::refresh(&a), a.status))],
    };
    let mut worst = (Meaning::Fine, 0);
    for answer in answers {
        match answer {
            Ok((Meaning::Fine, _)) => {}
            Ok(seen) if worst.0 == Meaning::Fine => worst = seen,
            Ok(_) => {}
            Err(NoAnswer::Late) => worst = (Meaning::Late, 0),
            // It may just be starting; that it does not run others say.
            Err(why) => {
                return Err(Gap::Unknown(msg!("probe-no-http", service = service, why = why.to_string())));
            }
        }
    }
    match worst {
        (Meaning::Fine, _) if key.is_none() => {
            Err(Gap::Unknown(msg!("probe-no-key", key = "SERVICE_ROLE_KEY")))
        }
        (Meaning::Fine, _) => Ok(vec![]),
        (Meaning::Strange, status) => {
            Err(Gap::Unknown(msg!("probe-http-strange", service = service, status = status.to_string())))
        }
        (meaning, status) => Ok(vec![told(scene, &service, meaning, status)]),
    }
}

fn told(scene: &Scene, service: &str, meaning: Meaning, status: u16) -> Finding {
    let line = scene.compose_line(&format!("logs --tail 50 {service}"));
    let next = advice(msg!("finding-auth-answer-next"), vec![line]);
    let title = msg!("finding-auth-answer", meaning = meaning.word());
    let mut found = finding(ID, Severity::Critical, title, msg!("finding-auth-answer-means"), next);
    found.evidence = vec![msg!("finding-http-saw", service = service, status = status.to_string())];
    found.harmed_by_restart()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let answer = |status, body: &str| Answer { status, media_type: String::new(), body: body.to_owned() };
        for (status, body, meaning) in [
            (404, r#"{"code":404,"error_code":"user_not_found","msg":"User not found"}"#, Meaning::Fine),
            (403, r#"{"error_code":"bad_jwt"}"#, Meaning::Key),
            (403, r#"{"error_code":"not_admin"}"#, Meaning::NotAdmin),
            (
                500,
                r#"{"error_code":"unexpected_failure","msg":"Database error loading user"}"#,
                Meaning::Database,
            ),
            (504, r#"{"error_code":"request_timeout"}"#, Meaning::Late),
            (404, "404 page not found", Meaning::Strange),
        ] {
            assert_eq!(Meaning::admin(&answer(status, body)), meaning, "{status} {body}");
        }
        let gone = answer(400, r#"{"error_code":"refresh_token_not_found"}"#);
        assert_eq!(Meaning::refresh(&gone), Meaning::Fine);
        assert_eq!(Meaning::refresh(&answer(500, "")), Meaning::Database);
    }
}
