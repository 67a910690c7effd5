//! What auth answers to two harmless questions that need its key and its database.
//! `/health` would be well with the database gone.

use serde_json::{Value, json};

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{
    domain::{
        finding::{Finding, Severity},
        msg::Msg,
    },
    msg,
    supabase::{
        http::{Answer, NoAnswer, Question},
        instance::Part,
        redact::without_logins,
        scene::Scene,
    },
};

pub(super) const ID: &str = "auth-answer";

pub(super) const PROBE: Look = Look { id: ID, row: "", see: |scene| Box::pin(see(scene)) };

const PORT: u16 = 9999;
/// What stands before the state in an error of GoTrue's client.
const STATE: &str = "SQLSTATE ";
/// A user nobody has.
pub(crate) const NOBODY: &str = "/admin/users/00000000-0000-0000-0000-000000000000";

/// Whether auth took the key, read its users, and has not found [`NOBODY`].
pub(crate) fn knows_nobody(answer: &Answer) -> bool {
    Meaning::admin(answer) == Meaning::Fine
}

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
            vec![a.map(|a| (Meaning::admin(&a), a)), b.map(|a| (Meaning::refresh(&a), a))]
        }
        None => vec![ask(refresh).await.map(|a| (Meaning::refresh(&a), a))],
    };
    let mut worst = (Meaning::Fine, Answer::default());
    for answer in answers {
        match answer {
            Ok((Meaning::Fine, _)) => {}
            Ok(seen) if worst.0 == Meaning::Fine => worst = seen,
            Ok(_) => {}
            Err(NoAnswer::Late) => worst = (Meaning::Late, Answer::default()),
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
        (Meaning::Strange, Answer { status, .. }) => {
            Err(Gap::Unknown(msg!("probe-http-strange", service = service, status = status.to_string())))
        }
        (meaning, answer) => {
            let mut found = told(scene, &service, meaning, answer.status);
            if let Some(id) = answer.json()["error_id"].as_str()
                && let Ok(log) = scene.log(Part::Auth).await
            {
                found.evidence.extend(cause(log.iter().map(|line| line.text.as_str()), id));
            }
            Ok(vec![found])
        }
    }
}

/// What auth's log says of a request: an answer's `error_id` is its `request_id`, and the
/// last SQLSTATE is the cause; the first ones often only say that a transaction had failed.
fn cause<'a>(log: impl DoubleEndedIterator<Item = &'a str>, id: &str) -> Option<Msg> {
    let of_it = |line: &&str| line.contains(&format!("\"request_id\":\"{id}\""));
    let line: Value =
        serde_json::from_str(log.rev().find(|line| of_it(line) && line.contains(STATE))?).ok()?;
    let (before, after) = line["error"].as_str()?.rsplit_once(STATE)?;
    let state = after.get(..5).filter(|state| state.chars().all(|c| c.is_ascii_alphanumeric()))?;
    let message = without_logins(before.trim_end_matches(['(', ' ']));
    Some(msg!("finding-auth-answer-log", message = message, state = state))
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
    fn the_last_state_of_the_request_is_the_cause() {
        let line = |id: &str, error: &str| json!({ "request_id": id, "error": error }).to_string();
        let log = [
            line("a", "ERROR: current transaction is aborted (SQLSTATE 25P02)"),
            line("a", "x: ERROR: relation \"auth.refresh_tokens\" does not exist (SQLSTATE 42P01)"),
            line("b", "ERROR: other (SQLSTATE 42501)"),
            "not of it".to_owned(),
        ];
        let of = |id: &str| cause(log.iter().map(String::as_str), id);
        let found = of("a").unwrap();
        assert_eq!(found.args["state"], "42P01".into());
        assert_eq!(found.args["message"], "x: ERROR: relation \"auth.refresh_tokens\" does not exist".into());
        assert_eq!(of("c"), None);
    }

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
