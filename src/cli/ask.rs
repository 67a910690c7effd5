//! Questions to a person at a terminal. Where nobody can answer, the command
//! says which option gives the answer instead.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use dialoguer::{Input, Password};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{args::ConfirmArgs, output::Output};
use crate::{domain::problem::Problem, msg, problem, secret::Secret};

/// Secrets longer than this are refused: somebody named the wrong file.
const LONGEST_SECRET: u64 = 64 * 1024;

fn broken(error: dialoguer::Error) -> Problem {
    problem!("cli-no-answer").detail(error)
}

/// Asks for a text; empty is allowed where it is not required.
pub(super) fn text(prompt: &str, required: bool) -> Result<String, Problem> {
    Input::<String>::new().with_prompt(prompt).allow_empty(!required).interact_text().map_err(broken)
}

/// Asks for a secret, without showing what is typed.
pub(super) fn secret(prompt: &str) -> Result<Secret, Problem> {
    let typed = Password::new().with_prompt(prompt).allow_empty_password(true).interact();
    typed.map(Secret::new).map_err(broken)
}

/// Asks for a new secret until it was typed twice alike; empty means none.
pub(super) fn new_secret(prompt: &str, again: &str, differs: &str) -> Result<Secret, Problem> {
    let typed = Password::new()
        .with_prompt(prompt)
        .with_confirmation(again, differs)
        .allow_empty_password(true)
        .interact();
    typed.map(Secret::new).map_err(broken)
}

/// The first line of a file, as a secret.
pub(super) fn secret_file(path: &Path) -> Result<Secret, Problem> {
    let failed = |e: std::io::Error| problem!("cli-secret-file", path = path.display().to_string()).detail(e);
    let file = fs::File::open(path).map_err(failed)?;
    first_line(file).map_err(failed)
}

/// The first line of standard input, as a secret.
pub(super) fn secret_stdin() -> Result<Secret, Problem> {
    first_line(std::io::stdin().lock()).map_err(|e| problem!("cli-no-answer").detail(e))
}

fn first_line(source: impl Read) -> std::io::Result<Secret> {
    let mut text = Zeroizing::new(String::new());
    source.take(LONGEST_SECRET).read_to_string(&mut text)?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

/// Whether [`confirm`] will ask a person, who may take any time to answer.
pub(super) fn asks(out: &Output, args: &ConfirmArgs) -> bool {
    !args.yes && args.confirm.is_none() && out.can_ask() && !out.is_json()
}

/// The name a plan asks for, from `--yes`, `--confirm` or a person. May be
/// dropped while it asks: the terminal is then left as it was.
pub(super) async fn confirm(out: &Output, args: &ConfirmArgs, name: &str) -> Result<String, Problem> {
    if args.yes {
        return Ok(name.to_owned());
    }
    let typed = match &args.confirm {
        Some(typed) => typed.clone(),
        None if asks(out, args) => patiently(out.words().text(&msg!("cli-type-name", name = name))).await?,
        None => return Err(problem!("cli-confirm", name = name)),
    };
    if typed == name { Ok(typed) } else { Err(problem!("cli-confirm-other", name = name, typed = typed)) }
}

/// Asks on a thread of its own, so that signals are heard meanwhile.
async fn patiently(prompt: String) -> Result<String, Problem> {
    let _terminal = Terminal(tcgetattr(io::stdin()).ok());
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let typed = Input::<String>::new().with_prompt(prompt).allow_empty(true).interact_text();
        let _ = tell.send(typed);
    });
    match told.await {
        Ok(Err(dialoguer::Error::IO(error))) if error.kind() == io::ErrorKind::Interrupted => {
            // Ctrl-C: the signal is on its way to whoever listens.
            std::future::pending().await
        }
        Ok(typed) => typed.map_err(broken),
        Err(_) => Err(problem!("cli-no-answer")),
    }
}

/// A terminal's modes, put back when dropped: what asks switches echo and line
/// editing off while it waits for a key.
struct Terminal(Option<Termios>);

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some(modes) = &self.0 {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn quiet() -> Output {
        Output::to(Lang::En, false, Box::new(std::io::sink()), Box::new(std::io::sink()))
    }

    #[tokio::test]
    async fn a_name_is_agreed_to_only_if_typed_exactly() {
        let out = quiet();
        let args = |yes, confirm: Option<&str>| ConfirmArgs { yes, confirm: confirm.map(ToOwned::to_owned) };
        assert_eq!(confirm(&out, &args(true, None), "orders").await.unwrap(), "orders");
        assert_eq!(confirm(&out, &args(false, Some("orders")), "orders").await.unwrap(), "orders");
        let other = confirm(&out, &args(false, Some("Orders")), "orders").await.unwrap_err();
        assert!(other.is("cli-confirm-other"));
        assert!(confirm(&out, &args(false, None), "orders").await.unwrap_err().is("cli-confirm"));
    }

    #[test]
    fn a_secret_is_the_first_line_without_its_end() {
        for (text, secret) in
            [("hunter2\n", "hunter2"), ("hunter2\r\nmore", "hunter2"), ("", ""), (" a b ", " a b ")]
        {
            assert_eq!(first_line(text.as_bytes()).unwrap().expose(), secret);
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        assert!(secret_file(&path).unwrap_err().is("cli-secret-file"));
        fs::write(&path, "hunter2\n").unwrap();
        assert_eq!(secret_file(&path).unwrap().expose(), "hunter2");
    }
}
