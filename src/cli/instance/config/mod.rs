//! `zelo instance config`: the settings in an instance's `.env`.

pub(crate) mod diff;
pub(crate) mod get;
pub(crate) mod history;
pub(crate) mod rotate;
pub(crate) mod set;
pub(crate) mod set_back;
pub(crate) mod test_mail;

use std::collections::BTreeMap;

use clap::Subcommand;

use crate::{
    cli::{
        ask,
        desk::{Desk, Done},
    },
    domain::problem::Problem,
    msg, problem,
    secret::Secret,
    supabase::keys::by_field,
};

/// What can be done about settings.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// `zelo instance config get`
    Get(get::Args),
    /// `zelo instance config set`
    Set(set::Args),
    /// `zelo instance config diff`
    Diff(diff::Args),
    /// `zelo instance config history`
    History(history::Args),
    /// `zelo instance config set-back`
    SetBack(set_back::Args),
    /// `zelo instance config rotate`
    Rotate(rotate::Args),
    /// `zelo instance config test-mail`
    TestMail(test_mail::Args),
}

impl Command {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        match self {
            Self::Get(args) => args.run(desk).await,
            Self::Set(args) => args.run(desk).await,
            Self::Diff(args) => args.run(desk).await,
            Self::History(args) => args.run(desk).await,
            Self::SetBack(args) => args.run(desk).await,
            Self::Rotate(args) => args.run(desk).await,
            Self::TestMail(args) => args.run(desk).await,
        }
    }
}

/// A change as typed.
#[derive(Debug, PartialEq, Eq)]
enum Typed<'a> {
    /// `site_url=https://…`
    Open(&'a str, &'a str),
    /// `smtp_pass`, or `smtp_pass=-`: its value is asked for, or read.
    Asked(&'a str),
}

/// Reads changes as typed. Problems: `config-field-unknown`; `cli-secret-value` (a
/// secret was typed where every process of this machine can read it);
/// `cli-change-twice`; `cli-one-stdin` (standard input holds one value only).
fn typed<'a>(changes: &'a [String], can_ask: bool) -> Result<Vec<Typed<'a>>, Vec<Problem>> {
    let (mut all, mut wrong, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for text in changes {
        let (field, value) = match text.split_once('=') {
            Some((field, "-")) => (field, None),
            Some((field, value)) => (field, Some(value)),
            None => (text.as_str(), None),
        };
        if seen.contains(&field) {
            wrong.push(problem!("cli-change-twice", field = field));
        }
        seen.push(field);
        match (by_field(field), value) {
            (None, _) => wrong.push(problem!("config-field-unknown", field = field)),
            (Some(key), Some(_)) if key.secret => wrong.push(problem!("cli-secret-value", field = field)),
            (Some(_), Some(value)) => all.push(Typed::Open(field, value)),
            (Some(_), None) => all.push(Typed::Asked(field)),
        }
    }
    if !can_ask && all.iter().filter(|one| matches!(one, Typed::Asked(_))).count() > 1 {
        wrong.push(problem!("cli-one-stdin"));
    }
    if wrong.is_empty() { Ok(all) } else { Err(wrong) }
}

/// The values of changes as typed, by field: what is not in the command line is asked
/// of a person, or read from standard input.
fn values(desk: &Desk, changes: &[String]) -> Result<BTreeMap<String, Secret>, Vec<Problem>> {
    let asks = desk.out.can_ask() && !desk.out.is_json();
    let mut values = BTreeMap::new();
    for one in typed(changes, asks)? {
        let (field, value) = match one {
            Typed::Open(field, value) => (field, Secret::new(value)),
            Typed::Asked(field) if asks => {
                let prompt = desk.out.words().text(&msg!("cli-new-value", field = field));
                (field, ask::secret(&prompt).map_err(|problem| vec![problem])?)
            }
            Typed::Asked(field) => (field, ask::secret_stdin().map_err(|problem| vec![problem])?),
        };
        values.insert(field.to_owned(), value);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(changes: &[&str], can_ask: bool) -> Result<Vec<String>, Vec<String>> {
        let changes: Vec<String> = changes.iter().map(|&text| text.to_owned()).collect();
        match typed(&changes, can_ask) {
            Ok(all) => Ok(all.iter().map(|one| format!("{one:?}")).collect()),
            Err(wrong) => Err(wrong.into_iter().map(|problem| problem.code).collect()),
        }
    }

    #[test]
    fn an_open_value_is_typed_and_a_secret_never() {
        assert_eq!(
            of(&["site_url=https://a.b/?x=-", "smtp_pass=-", "jwt_expiry"], true).unwrap(),
            ["Open(\"site_url\", \"https://a.b/?x=-\")", "Asked(\"smtp_pass\")", "Asked(\"jwt_expiry\")"]
        );
        assert_eq!(of(&["smtp_pass=hunter2"], true).unwrap_err(), ["cli-secret-value"]);
        assert_eq!(
            of(&["nothing=1", "site_url=a", "site_url=b"], true).unwrap_err(),
            ["config-field-unknown", "cli-change-twice"]
        );
    }

    #[test]
    fn standard_input_holds_one_value() {
        assert_eq!(of(&["smtp_pass", "smtp_user=-"], false).unwrap_err(), ["cli-one-stdin"]);
        assert_eq!(of(&["smtp_pass", "smtp_user=x"], false).unwrap().len(), 2);
    }
}
