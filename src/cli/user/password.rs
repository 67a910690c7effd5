//! `zelo user password`, and how a new password is got: from standard input or a
//! prompt, never as an argument.

use crate::{
    cli::{
        ask,
        desk::{Desk, Done},
        exit::Exit,
        find,
    },
    domain::problem::Problem,
    msg, problem,
    secret::{Secret, SystemRandom, password},
};

/// Whose.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`find::user`].
    pub user: String,
    /// Where the password is read from.
    #[arg(long)]
    pub password_stdin: bool,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = find::user(&world, &self.user).await?;
        let Some(password) = given(desk, self.password_stdin)? else {
            return Err(problem!("cli-no-answer").into());
        };
        let hash = hashed(password, &row.name).await?;
        world.db.set_password(&row.id, hash, None, &desk.actor().0).await?;
        desk.out.say(&msg!("cli-password-set", name = &row.name));
        desk.out.json(&row);
        Ok(Exit::Done)
    }
}

/// The password from standard input or, typed twice, from a person; `None` where
/// nobody can be asked.
pub(super) fn given(desk: &Desk, stdin: bool) -> Result<Option<Secret>, Problem> {
    if stdin {
        return ask::secret_stdin().map(Some);
    }
    if !desk.out.can_ask() || desk.out.is_json() {
        return Ok(None);
    }
    let words = desk.out.words();
    let label = |id: &str| words.label(id);
    ask::new_secret(&label("cli-password"), &label("cli-password-again"), &label("cli-password-differs"))
        .map(Some)
}

/// The hash of a password that somebody of this name may have.
pub(super) async fn hashed(secret: Secret, name: &str) -> Result<String, Problem> {
    password::check(&secret, name)?;
    let hashing = tokio::task::spawn_blocking(move || password::hash(&secret, &SystemRandom));
    hashing.await.map_err(|e| problem!("password-hash").detail(e))?
}
