//! `zelo demo`: the main job, on a real database made for it. Backs up, verifies,
//! damages, restores, compares, undoes, compares. Everything it makes lies in one
//! temporary folder, or in one container, and goes when it ends, however it ends.

mod binaries;
mod container;
mod folder;
mod image;
mod owner;
mod postgres;
mod remains;
mod report;
mod sample;
mod server;
mod sqlite;
mod stack;
mod tour;

use std::sync::Arc;

use serde_json::json;

use self::{
    folder::Folder, postgres::PostgresSample, remains::Remains, report::Report, sample::Sample,
    sqlite::SqliteSample, stack::StackTour, tour::Tour,
};
use super::{
    desk::{Desk, Done, Stop},
    exit::Exit,
    output::Output,
    serve::ground,
    signals::Signals,
    worker::Running,
};
use crate::{
    config::{Docker, Flag, Settings, Sources},
    db::NewUser,
    domain::{id::SystemIds, problem::Problem, role::Role},
    msg, problem,
    secret::{Random, Secret, SystemRandom},
    web,
};

/// Who the pages of a demo are shown to.
const ADMINISTRATOR: &str = "demo";

/// How to show it.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// End after the tour instead of serving its pages
    #[arg(long)]
    pub exit: bool,
    /// Insist on a kind: postgres, sqlite, or supabase, an instance of the lab (exit code 3 if it cannot be had)
    #[arg(long, value_name = "KIND", value_parser = ["postgres", "sqlite", "supabase"])]
    pub kind: Option<String>,
    /// Show it on this instance of the lab, by its Compose project
    #[arg(long, value_name = "PROJECT")]
    pub instance: Option<String>,
    /// Address and port of the pages
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub bind: String,
}

/// One demo: what it works with, and what it must leave nothing of.
struct Show<'a> {
    args: &'a Args,
    desk: &'a Desk,
    running: &'a Running,
    folder: &'a Folder,
    remains: Arc<Remains>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let mut report = Report::new(self.kind.clone());
        let done = self.whole(desk, &mut report).await;
        Ok(report.close(&desk.out, done))
    }

    /// The same ending for a demo that could not even begin.
    pub(super) fn refused(&self, out: &Output, stop: Stop) -> Exit {
        Report::new(self.kind.clone()).close(out, Err(stop))
    }

    async fn whole(&self, desk: &Desk, report: &mut Report) -> Result<(), Stop> {
        let mut signals = Signals::listen()?;
        let folder = Folder::make(&SystemIds).await?;
        let done = self.in_folder(desk, &folder, &mut signals, report).await;
        with(done, folder.remove().await.err())
    }

    async fn in_folder(
        &self,
        desk: &Desk,
        folder: &Folder,
        signals: &mut Signals,
        report: &mut Report,
    ) -> Result<(), Stop> {
        let desk = self.own_desk(desk, folder)?;
        let running = Running::start(&desk, "demo").await?;
        let remains = Arc::new(Remains::default());
        let show = Show { args: self, desk: &desk, running: &running, folder, remains: remains.clone() };
        let mut done = tokio::select! {
            done = show.tour(report) => done,
            () = signals.any() => Err(problem!("demo-interrupted").into()),
        };
        if done.is_ok() && !self.exit {
            done = show.serve(signals).await;
        }
        desk.out.note(&desk.out.words().label("demo-removing"));
        // First what still works on the sample.
        running.stop(signals).await;
        with(done, remains.end().await)
    }

    /// Settings of its own: nothing of the machine's Zelo, if it has one, is read
    /// or touched, but where this machine's Docker Engine is.
    fn own_desk(&self, desk: &Desk, folder: &Folder) -> Result<Desk, Stop> {
        let flag = |flag, key, value: String| Flag { flag, key, value };
        let docker = match &desk.settings.docker {
            Docker::Off => "off".to_owned(),
            Docker::Socket(path) => path.display().to_string(),
        };
        let mut flags = vec![
            flag("--data", "data", folder.data().display().to_string()),
            flag("--bind", "http.bind", self.bind.clone()),
            flag("demo", "docker.socket", docker),
            // A demo's few megabytes must not be refused on a small disk.
            flag("demo", "store.reserve_percent", "0".to_owned()),
            flag("demo", "store.reserve_bytes", (64 << 20).to_string()),
        ];
        let compose = desk.settings.compose.as_ref();
        flags.extend(compose.map(|path| flag("demo", "docker.compose", path.display().to_string())));
        let settings = Settings::load(&Sources { flags, ..Sources::default() })?;
        Ok(Desk { settings: settings.into(), ..desk.clone() })
    }
}

impl Show<'_> {
    async fn tour(&self, report: &mut Report) -> Result<(), Stop> {
        container::sweep(&self.running.world.hosts).await;
        if self.args.kind.as_deref() == Some("supabase") {
            let tour = StackTour { desk: self.desk, running: self.running, report };
            return tour.go(self.args.instance.as_deref()).await;
        }
        let sample = self.sample(report).await?;
        Tour { desk: self.desk, running: self.running, sample: &*sample, report }.go().await?;
        if StackTour::offered(&self.running.world).await {
            self.desk.out.say(&msg!("demo-stack-offered"));
        }
        Ok(())
    }

    /// The best sample the machine offers; a problem, with the reasons, if that is
    /// not of the kind insisted on.
    async fn sample(&self, report: &mut Report) -> Result<Box<dyn Sample>, Stop> {
        let insisted = self.args.kind.as_deref();
        let (out, folder) = (&self.desk.out, self.folder.sample());
        if insisted == Some("sqlite") {
            return Ok(Box::new(SqliteSample::new(folder)));
        }
        let (hosts, password) = (&self.running.world.hosts, password()?);
        let mut skipped = Vec::new();
        let started = PostgresSample::start(hosts, folder, &password, &self.remains, &mut skipped).await;
        report.skipped(out, &skipped);
        let reasons = reasons(out, &skipped);
        match started {
            Some(sample) => return Ok(Box::new(sample)),
            None if insisted.is_some() => {
                return Err(problem!("demo-no-postgres").detail(reasons.join("\n")).into());
            }
            None => {}
        }
        out.say(&msg!("demo-fallback"));
        reasons.iter().for_each(|line| out.line(&format!("  | {line}")));
        Ok(Box::new(SqliteSample::new(folder)))
    }

    /// Keeps the pages up until told to stop.
    async fn serve(&self, signals: &mut Signals) -> Result<(), Stop> {
        let (out, world) = (&self.desk.out, &self.running.world);
        let serving = web::serve(world.clone(), &self.desk.settings.http, ground(self.desk))?;
        let (address, streams) = (serving.address, serving.streams());
        let handle = serving.server.handle();
        let serving = tokio::spawn(serving.server);
        let url = format!("http://{address}");
        let link = self.way_in(&url).await?;
        out.line("");
        match &link {
            Some(link) => out.say(&msg!("demo-serving", link = link)),
            None => out.say(&msg!("cli-sign-in-at", url = &url)),
        }
        out.json(&json!({ "address": address.to_string(), "url": url, "link": link }));
        signals.any().await;
        streams.cancel();
        handle.stop(true).await;
        let _ = serving.await;
        Ok(())
    }

    /// A link for an administrator `demo`, who owns the project; `None` if there is
    /// anybody already.
    async fn way_in(&self, url: &str) -> Result<Option<String>, Problem> {
        let (db, actor) = (&self.running.world.db, self.desk.actor().0);
        if db.has_users().await? {
            return Ok(None);
        }
        let new = NewUser {
            name: ADMINISTRATOR.to_owned(),
            email: None,
            is_admin: true,
            locale: Some(self.desk.out.words().lang()),
            password_hash: None,
        };
        let user = db.add_user(new, &actor).await?;
        let project = db.ensure_default_project().await?;
        db.set_member(&project.id, &user.id, Role::Owner, &actor).await?;
        let link = web::sign_in_link(&self.running.world, &SystemRandom, url, &user.id, &actor).await?;
        Ok(Some(link.address))
    }
}

/// What came out, and what went wrong besides.
fn with(done: Result<(), Stop>, more: impl IntoIterator<Item = Problem>) -> Result<(), Stop> {
    let mut problems: Vec<Problem> = more.into_iter().collect();
    match done {
        done if problems.is_empty() => done,
        Err(Stop::Problems(mut first)) => {
            first.append(&mut problems);
            Err(Stop::Problems(first))
        }
        Ok(()) | Err(Stop::Exit(_)) => Err(Stop::Problems(problems)),
    }
}

/// Why something could not be had, in lines.
fn reasons(out: &Output, problems: &[Problem]) -> Vec<String> {
    let told = problems.iter().map(|problem| out.words().problem(problem));
    told.flat_map(|told| {
        let detail = told.detail.unwrap_or_default();
        let lines: Vec<_> = detail.lines().map(|line| format!("  {line}")).collect();
        std::iter::once(told.what).chain(lines)
    })
    .collect()
}

fn password() -> Result<Secret, Stop> {
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes).map_err(|e| problem!("no-random").detail(e))?;
    Ok(Secret::new(hex::encode(bytes)))
}
