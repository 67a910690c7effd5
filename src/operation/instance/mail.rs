//! A test mail by an instance's mail settings, as they stand or as they were entered and
//! not saved yet. It changes nothing there, so it is no operation; that it was sent, to
//! whom and what came of it is in the audit log.

use std::{collections::BTreeMap, net::IpAddr};

use super::{config::entered_values, look::now};
use crate::{
    db::{MailNote, ResourceRow},
    domain::problem::Problem,
    i18n::Lang,
    msg,
    notify::mail::{Letter, Login, Sent, Server, is_address, send},
    operation::{Actor, World},
    problem,
    secret::Secret,
    supabase::{
        dotenv::Dotenv,
        instance::{Instance, Part},
        keys::{Group, by_field},
        scene::read_env,
    },
};

/// Asks for a test mail.
#[derive(Debug, Clone)]
pub struct MailRequest {
    /// To whom.
    pub to: String,
    /// Mail settings that were entered and not saved, by field.
    pub entered: BTreeMap<String, Secret>,
    /// The reader's language.
    pub lang: Lang,
}

/// A test mail that a server has taken. Whether it arrives only its reader can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestMail {
    /// To whom.
    pub to: String,
    /// From whom.
    pub from: String,
    /// `SMTP_HOST`.
    pub host: String,
    /// `SMTP_PORT`.
    pub port: u16,
    /// The container of the instance that `SMTP_HOST` names, if it names one.
    pub container: Option<String>,
    /// What came of it.
    pub sent: Sent,
}

/// Everything that is needed, as read from settings.
struct Ready {
    server: Server,
    container: Option<String>,
    name: String,
    from: String,
}

/// Sends one, in 15 seconds at most, from the machine Zelo runs on. It goes on to its end,
/// and into the audit log, also when whoever asked goes away.
///
/// # Errors
/// `not-an-instance`, `instance-gone`, `env-unreadable`; `config-field-unknown`,
/// `mail-other-field` and a key's own (`env-…`) for what was entered; `mail-no-host`,
/// `mail-no-port`, `mail-address`, `mail-password-elsewhere`, `mail-container-off`; those of
/// [`send`].
pub async fn test_mail(
    world: &World,
    row: &ResourceRow,
    request: MailRequest,
    by: &Actor,
) -> Result<TestMail, Problem> {
    if !is_address(&request.to) {
        return Err(problem!("mail-address", field = "to"));
    }
    let instance = now(world, row).await?;
    let env = read_env(instance.env_file()).await?;
    let ready = Ready::of(&instance, &env, row, &request.entered)?;
    let (world, row, by) = (world.clone(), row.clone(), by.clone());
    let sending = tokio::spawn(async move { ready.send(&world, &row, request, &by).await });
    sending.await.map_err(|e| problem!("internal-mail").detail(e))?
}

impl Ready {
    fn of(
        instance: &Instance,
        env: &Dotenv,
        row: &ResourceRow,
        entered: &BTreeMap<String, Secret>,
    ) -> Result<Self, Problem> {
        let settings = Settings::of(env, row, entered)?;
        let host = settings.text("SMTP_HOST");
        if host.is_empty() {
            return Err(problem!("mail-no-host"));
        }
        let port: u16 = settings
            .text("SMTP_PORT")
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| problem!("mail-no-port"))?;
        let from = settings.text("SMTP_ADMIN_EMAIL");
        if !is_address(&from) {
            return Err(problem!("mail-address", field = "from"));
        }
        let mut server = Server::new(&host, port, settings.login()?);
        let mut container = None;
        if let Some((name, at)) = container_at(instance, &host)? {
            (server.at, container) = (Some(at), Some(name));
        }
        Ok(Self { server, container, name: settings.text("SMTP_SENDER_NAME"), from })
    }

    async fn send(
        self,
        world: &World,
        row: &ResourceRow,
        request: MailRequest,
        by: &Actor,
    ) -> Result<TestMail, Problem> {
        let instance = row.name.as_str();
        let letter = Letter {
            name: self.name,
            from: self.from,
            to: request.to,
            subject: msg!("mail-test-subject", instance = instance),
            paragraphs: vec![
                msg!("mail-test-body", instance = instance),
                msg!("mail-test-end", instance = instance),
            ],
            lang: request.lang,
            at: world.clock.now(),
            id: world.ids.next().to_string().to_lowercase(),
        };
        let sent = send(&self.server, &letter).await;
        let note = MailNote {
            to: letter.to.clone(),
            server: format!("{}:{}", self.server.host, self.server.port),
            came_to: sent.as_ref().map_or_else(|problem| problem.code.clone(), |_| "sent".to_owned()),
        };
        world.db.note_test_mail(&row.id, note, &by.0).await?;
        Ok(TestMail {
            sent: sent?,
            to: letter.to,
            from: letter.from,
            host: self.server.host,
            port: self.server.port,
            container: self.container,
        })
    }
}

/// The mail settings, entered ones before those of the file.
struct Settings<'a> {
    env: &'a Dotenv,
    entered: BTreeMap<&'static str, Secret>,
}

impl<'a> Settings<'a> {
    fn of(env: &'a Dotenv, row: &ResourceRow, entered: &BTreeMap<String, Secret>) -> Result<Self, Problem> {
        let other = |field: &&String| by_field(field).is_some_and(|key| key.group != Group::Smtp);
        if let Some(field) = entered.keys().find(other) {
            return Err(problem!("mail-other-field", field = field));
        }
        let entered = entered_values(env, &row.name, entered)?;
        Ok(Self { env, entered: entered.into_iter().map(|(key, value)| (key.env, value)).collect() })
    }

    fn secret(&self, env: &str) -> Secret {
        let saved = || self.env.value(env).and_then(Result::ok).map(|value| value.secret().clone());
        self.entered.get(env).cloned().or_else(saved).unwrap_or_default()
    }

    fn text(&self, env: &str) -> String {
        self.secret(env).expose().to_owned()
    }

    /// As whom to log in: nobody without a name, as GoTrue has it. Problem:
    /// `mail-password-elsewhere`: to see a stored password an owner has to ask for it,
    /// which is written down; a server of their own must be no way around that.
    fn login(&self) -> Result<Option<Login>, Problem> {
        let (user, password) = (self.text("SMTP_USER"), self.secret("SMTP_PASS"));
        if user.is_empty() {
            return Ok(None);
        }
        let stored = !password.is_empty() && !self.entered.contains_key("SMTP_PASS");
        match self.entered.get("SMTP_HOST") {
            Some(host) if stored => Err(problem!("mail-password-elsewhere", host = host.expose())),
            _ => Ok(Some(Login { user, password })),
        }
    }
}

/// The container that a name means on the instance's networks, and its address, where the
/// sign-in service has one too if there are several. A container's name says nothing to the
/// resolver of the machine. Problem: `mail-container-off`.
fn container_at(instance: &Instance, host: &str) -> Result<Option<(String, IpAddr)>, Problem> {
    let named =
        |(service, container): &(&str, &crate::host::Container)| *service == host || container.name == host;
    let Some((_, container)) = instance.containers().find(named) else { return Ok(None) };
    let auth = instance.container_of(Part::Auth);
    let shared = |network: &String| auth.is_some_and(|auth| auth.networks.contains_key(network));
    let known = container
        .networks
        .iter()
        .filter_map(|(network, address)| Some((!shared(network), address.parse::<IpAddr>().ok()?)));
    match known.min_by_key(|(other, _)| *other) {
        Some((_, at)) => Ok(Some((container.name.clone(), at))),
        // On the machine's own network: its name is the resolver's affair.
        None if container.state == "running" => Ok(None),
        None => Err(problem!("mail-container-off", container = &container.name)),
    }
}
