//! The mail server, where sign-ups wait for a mail: GoTrue takes a user back whose mail
//! cannot be handed over. It is looked for from where GoTrue would, inside its container.

use std::time::Duration;

use tokio::time::sleep;

use super::kit::{Gap, Look, Seen, advice, finding};
use crate::{
    domain::{finding::Severity, msg::Msg},
    host::Command,
    msg,
    supabase::{instance::Part, is_cut_off, live::Said, scene::Scene},
};

pub(crate) const ID: &str = "mail-server";

pub(super) const PROBE: Look = Look { id: ID, row: "", see: |scene| Box::pin(see(scene)) };

/// What Go's `strconv.ParseBool` takes for yes.
const YES: [&str; 6] = ["1", "t", "T", "true", "TRUE", "True"];
/// Seconds a connection may take.
const WAIT: &str = "5";
/// Before it is looked for once more: names and networks have their moments.
const PAUSE: Duration = Duration::from_secs(1);
/// Characters of a greeting that are told.
const GREETING: usize = 120;
/// Encrypted from the first byte: no greeting that could be read.
const ENCRYPTED: &str = "465";

/// Where GoTrue hands its mails over.
#[derive(Debug, PartialEq, Eq)]
struct Server {
    host: String,
    port: String,
}

/// Where sign-ups need it: `None` if they go without a mail.
fn needed(get: impl Fn(&str) -> Option<String>) -> Option<Server> {
    let yes = |name: &str, default: bool| get(name).map_or(default, |value| YES.contains(&value.as_str()));
    let waits = yes("GOTRUE_EXTERNAL_EMAIL_ENABLED", true)
        && !yes("GOTRUE_DISABLE_SIGNUP", false)
        && !yes("GOTRUE_MAILER_AUTOCONFIRM", false)
        // A hook sends them.
        && !yes("GOTRUE_HOOK_SEND_EMAIL_ENABLED", false);
    waits.then(|| Server {
        host: get("GOTRUE_SMTP_HOST").unwrap_or_default(),
        port: get("GOTRUE_SMTP_PORT").filter(|port| !port.is_empty()).unwrap_or_else(|| "587".to_owned()),
    })
}

/// What became of a connection.
#[derive(Debug, PartialEq, Eq)]
enum Reply {
    /// It is there.
    Answers,
    /// Its name has no address.
    NoName,
    /// Nobody listens at its port.
    Refused,
    /// No way there, or nobody within [`WAIT`].
    NoWay,
    /// It says that it takes nothing.
    TurnsAway(String),
    /// nc knows no such option: there are small ones.
    NoOption,
    /// It could not be told.
    Unclear,
}

impl Reply {
    /// Of what nc said: BusyBox's, in its two forms (measured with 1.35).
    fn of(said: &Said, port: &str) -> Self {
        let err = said.err.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| err.contains(word));
        if said.ok() {
            let first = said.out.lines().next().unwrap_or_default().trim_end();
            // From whoever answers there, and on its way to a terminal.
            let shown = |c: char| if c.is_control() { ' ' } else { c };
            let greeting: String = first.chars().map(shown).take(GREETING).collect();
            return match greeting.as_bytes() {
                [b'2', b'2', b'0', ..] | [] => Self::Answers,
                _ if port == ENCRYPTED => Self::Answers,
                // 4xx: too many at once, and well a moment later.
                [b'5', b'0'..=b'9', b'0'..=b'9', ..] => Self::TurnsAway(greeting),
                _ => Self::Unclear,
            };
        }
        match () {
            () if has(&["invalid option", "unrecognized option"]) => Self::NoOption,
            () if has(&["bad address"]) => Self::NoName,
            () if has(&["connection refused"]) => Self::Refused,
            () if has(&["timed out", "unreachable", "no route to host"]) => Self::NoWay,
            () => Self::Unclear,
        }
    }

    /// What is wrong, in one line. `None` if nothing is known to be.
    fn told(&self, Server { host, port }: &Server) -> Option<Msg> {
        let saw = |kind: &str| Some(msg!("finding-mail-server-saw", host = host, port = port, kind = kind));
        match self {
            Self::NoName => saw("name"),
            Self::Refused => saw("refused"),
            Self::NoWay => saw("away"),
            Self::TurnsAway(words) => {
                Some(msg!("finding-mail-server-says", host = host, port = port, words = words))
            }
            Self::Answers | Self::NoOption | Self::Unclear => None,
        }
    }
}

/// Connects and says nothing.
async fn call(scene: &Scene, server: &Server) -> Result<Reply, Gap> {
    let nc = |options: &[&str]| {
        let rest = ["-w", WAIT, server.host.as_str(), server.port.as_str()];
        let command = Command::new(["nc"].iter().chain(options).chain(&rest).copied());
        scene.live.exec(&scene.instance, Part::Auth, command, None, None)
    };
    match Reply::of(&nc(&["-vv"]).await?, &server.port) {
        Reply::NoOption => Ok(Reply::of(&nc(&[]).await?, &server.port)),
        reply => Ok(reply),
    }
}

async fn see(scene: &Scene) -> Seen {
    let service = scene.service(Part::Auth)?.to_owned();
    let get = |name: &str| Some(scene.has_now(Part::Auth, name)?.expose().to_owned());
    let Some(server) = needed(get) else { return Err(Gap::NotHere) };
    // A copy sends no mail until it is released.
    if is_cut_off(&scene.instance).await {
        return Err(Gap::NotHere);
    }
    let what = if server.host.is_empty() {
        msg!("finding-mail-server-none")
    } else {
        scene.with(Part::Auth)?;
        let unclear =
            || Gap::Unknown(msg!("probe-mail-server", service = service.as_str(), host = &server.host));
        // nc would take it for an option; that a port is no number others say.
        if server.host.starts_with('-') || server.port.parse::<u16>().is_err() {
            return Err(unclear());
        }
        let mut reply = call(scene, &server).await?;
        if reply != Reply::Answers {
            sleep(PAUSE).await;
            reply = call(scene, &server).await?;
        }
        match reply.told(&server) {
            Some(told) => told,
            None if reply == Reply::Answers => return Ok(vec![]),
            None => return Err(unclear()),
        }
    };
    let next = advice(
        msg!("finding-mail-server-next"),
        vec![
            scene.zelo_line("config set", "smtp_host=HOST smtp_port=PORT"),
            scene.zelo_line("config test-mail", "--to ADDRESS"),
        ],
    );
    // GoTrue without a host says that it has sent what it did not.
    let (title, means) = match server.host.is_empty() {
        true => (msg!("finding-mail-server-off"), msg!("finding-mail-server-off-means")),
        false => (msg!("finding-mail-server"), msg!("finding-mail-server-means")),
    };
    let mut found = finding(ID, Severity::Serious, title, means, next);
    found.evidence = vec![what];
    Ok(vec![found])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_is_needed_where_sign_ups_wait_for_a_mail() {
        let server = |set: &[(&str, &str)]| {
            let set: BTreeMap<_, _> = set.iter().copied().collect();
            needed(|name| set.get(name).map(|value| (*value).to_owned()))
                .map(|server| format!("{}:{}", server.host, server.port))
        };
        assert_eq!(server(&[]).as_deref(), Some(":587"));
        let there = [("GOTRUE_SMTP_HOST", "mail.example"), ("GOTRUE_SMTP_PORT", "2500")];
        assert_eq!(server(&there).as_deref(), Some("mail.example:2500"));
        for (name, value, waits) in [
            ("GOTRUE_MAILER_AUTOCONFIRM", "true", false),
            ("GOTRUE_MAILER_AUTOCONFIRM", "1", false),
            ("GOTRUE_MAILER_AUTOCONFIRM", "false", true),
            ("GOTRUE_DISABLE_SIGNUP", "True", false),
            ("GOTRUE_EXTERNAL_EMAIL_ENABLED", "false", false),
            ("GOTRUE_HOOK_SEND_EMAIL_ENABLED", "true", false),
        ] {
            assert_eq!(server(&[(name, value)]).is_some(), waits, "{name}={value}");
        }
    }

    #[test]
    fn what_nc_says_is_read() {
        let reply = |code, out: &str, err: &str| {
            Reply::of(&Said { code, out: out.to_owned(), err: err.to_owned() }, "25")
        };
        assert_eq!(reply(0, "220 mail ESMTP\r\n221 bye\r\n", "mail (10.0.0.1:25) open\n"), Reply::Answers);
        assert_eq!(reply(0, "", ""), Reply::Answers);
        assert_eq!(reply(0, "HTTP/1.1 400 Bad Request\r\n", ""), Reply::Unclear);
        assert_eq!(reply(0, "554 no service\r\n", ""), Reply::TurnsAway("554 no service".to_owned()));
        assert_eq!(reply(0, "554 \x1b[2Jno\r\n", ""), Reply::TurnsAway("554  [2Jno".to_owned()));
        assert_eq!(reply(0, "421 too many\r\n", ""), Reply::Unclear);
        assert_eq!(reply(1, "", "nc: bad address 'supabase-mail'\n"), Reply::NoName);
        assert_eq!(reply(1, "", "nc: x (127.0.0.1:1): Connection refused\nsent 0, rcvd 0\n"), Reply::Refused);
        let small = "nc: can't connect to remote host (127.0.0.1): Connection refused\n";
        assert_eq!(reply(1, "", small), Reply::Refused);
        assert_eq!(reply(1, "", "nc: timed out\n"), Reply::NoWay);
        assert_eq!(reply(1, "", "nc: invalid option -- 'v'\nBusyBox v1.35.0\n"), Reply::NoOption);
        // A silent failure is none that is known.
        assert_eq!(reply(1, "", ""), Reply::Unclear);
    }
}
