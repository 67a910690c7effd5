//! `zelo instance config test-mail`: a test mail with an instance's mail settings.

use serde_json::json;

use super::values;
use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        instance::named,
        output::{Field, Tone},
    },
    msg,
    operation::{MailRequest, TestMail, test_mail},
};

/// With what, and to whom.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// To whom.
    #[arg(long)]
    pub to: String,
    /// Values in place of the saved ones, as typed, for [`values`].
    pub changes: Vec<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = named(&world, &self.resource).await?;
        let entered = values(desk, &self.changes)?;
        let request = MailRequest { to: self.to, entered, lang: desk.out.words().lang() };
        let mail = test_mail(&world, &row, request, &desk.actor()).await?;
        shown(desk, &mail);
        Ok(Exit::Done)
    }
}

fn shown(desk: &Desk, mail: &TestMail) {
    let words = desk.out.words();
    let sent = &mail.sent;
    let tls = match sent.tls {
        true => Field::text(words.label("cli-mail-encrypted")).tone(Tone::Good),
        false => Field::text(words.label("cli-mail-clear")).tone(Tone::Caution),
    };
    let login = sent.login.map_or_else(|| words.label("cli-mail-no-login"), str::to_uppercase);
    let place = sent.address.map_or_else(String::new, |address| format!(" ({address})"));
    let mut facts: Vec<(&str, Field)> = vec![
        ("cli-mail-to", mail.to.clone().into()),
        ("cli-mail-from", mail.from.clone().into()),
        ("cli-mail-server", format!("{}:{}{place}", mail.host, mail.port).into()),
        ("cli-mail-tls", tls),
        ("cli-mail-login", login.into()),
        ("cli-mail-said", sent.said.clone().into()),
    ];
    if let Some(container) = &mail.container {
        facts.push(("cli-mail-container", container.clone().into()));
    }
    desk.out.facts(facts);
    desk.out.say(&msg!("mail-from-here"));
    desk.out.json(&json!({
        "to": mail.to,
        "from": mail.from,
        "server": mail.host,
        "port": mail.port,
        "address": sent.address,
        "container": mail.container,
        "tls": sent.tls,
        "login": sent.login,
        "answer": sent.said,
        "note": words.text(&msg!("mail-from-here")),
    }));
}
