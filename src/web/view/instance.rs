//! `/instances/{id}`: an instance's services, addresses, recovery points, what happened
//! last, and the ways to its diagnosis, settings and logs.

use askama::Template;

use super::{
    Fact, May,
    backups::BackupLine,
    diagnosis::Found,
    operations::OperationLine,
    resource::{Head, Ledger},
    words::{Word, service_word},
};
use crate::{domain::clock::Moment, i18n::Told, web::shell::Shell};

/// The page. The block `services` is sent alone.
#[derive(Template)]
#[template(path = "instance.html", blocks = ["services"])]
pub(crate) struct InstancePage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The ways to its other pages.
    pub(crate) tabs: Tabs,
    /// The resource it is.
    pub(crate) resource: Head,
    /// What else is known of it in short: versions, where it runs.
    pub(crate) meta: Vec<String>,
    /// Whether it is a copy that was not released yet.
    pub(crate) cut_off: bool,
    /// The figures of its recovery points.
    pub(crate) ledger: Ledger,
    /// What the last diagnosis came to.
    pub(crate) found: Option<Found>,
    /// Whether it is looked at at once where nothing is known.
    pub(crate) look: bool,
    /// How its services are.
    pub(crate) services: Services,
    /// Its addresses.
    pub(crate) addresses: Vec<Fact>,
    /// Its newest recovery points.
    pub(crate) points: Vec<BackupLine>,
    /// What happened last.
    pub(crate) operations: Vec<OperationLine>,
    /// What the person may do.
    pub(crate) may: May,
}

/// The pages of an instance, as tabs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tabs {
    /// Its name.
    pub(crate) name: String,
    /// The tabs.
    pub(crate) all: Vec<Tab>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Tab {
    /// Below the base path.
    pub(crate) url: String,
    /// What it is called.
    pub(crate) text: String,
    /// Whether it is the one that is shown.
    pub(crate) current: bool,
}

/// The services of an instance, as they were when last looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Services {
    /// When that was; none: not yet.
    pub(crate) at: Option<Moment>,
    /// One line for each container.
    pub(crate) lines: Vec<ServiceLine>,
    /// Why they could not be looked at.
    pub(crate) problem: Option<Told>,
    /// Whether the containers are what the files would give; none: not known.
    pub(crate) drift: Option<DriftLine>,
    /// Whether a browser should ask for newer ones at once.
    pub(crate) hurry: bool,
}

/// What came of comparing containers with files.
#[derive(Debug, Clone)]
pub(crate) struct DriftLine {
    /// In a sentence.
    pub(crate) text: String,
    /// Whether they agree.
    pub(crate) agrees: bool,
}

/// A container of a service.
#[derive(Debug, Clone)]
pub(crate) struct ServiceLine {
    /// The service.
    pub(crate) service: String,
    /// The container's name.
    pub(crate) container: String,
    /// As the engine says it.
    pub(crate) state: String,
    /// As its check says, where it has one.
    pub(crate) health: Option<String>,
    /// How often the engine started it again.
    pub(crate) restarts: i64,
    /// Since when it runs.
    pub(crate) started_at: Option<Moment>,
    /// Memory it uses, where the engine said it.
    pub(crate) memory: Option<u64>,
    /// How busy it was, in whole per cent of one processor.
    pub(crate) cpu: Option<u32>,
    /// Its image.
    pub(crate) image: String,
}

impl Services {
    /// Whether there is anything in the columns of what containers use.
    pub(crate) fn measured(&self) -> bool {
        self.lines.iter().any(|line| line.memory.is_some() || line.cpu.is_some())
    }
}

impl ServiceLine {
    /// How it is, as a shape and a word.
    pub(crate) fn word(&self) -> Word {
        service_word(&self.state, self.health.as_deref())
    }

    /// Whether there is a container at all.
    pub(crate) fn is_there(&self) -> bool {
        self.state != "absent"
    }

    /// Whether it runs.
    pub(crate) fn runs(&self) -> bool {
        self.state == "running"
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::{Catalogue, Lang},
        operation::drift_said,
        problem,
        supabase::drift::Drift,
        web::{
            shell::Here,
            view::{
                Ref,
                backups::samples::list,
                diagnosis::samples::found,
                operations::samples::lines,
                tests::samples::{ago, shell, told},
                words::Health,
            },
        },
    };

    pub(crate) const ID: &str = "01kaxresource00000000000001";

    pub(crate) fn tabs(current: usize) -> Tabs {
        let tab = |(at, (path, text)): (usize, (&str, &str))| Tab {
            url: format!("/instances/{ID}{path}"),
            text: text.to_owned(),
            current: at == current,
        };
        let all =
            [("", "Summary"), ("/diagnosis", "Diagnosis"), ("/settings", "Settings"), ("/logs", "Logs")];
        Tabs { name: "shop <prod>".to_owned(), all: all.into_iter().enumerate().map(tab).collect() }
    }

    fn services() -> Services {
        let line = |service: &str, state: &str, health: Option<&str>| ServiceLine {
            service: service.to_owned(),
            container: format!("supabase-{service}"),
            state: state.to_owned(),
            health: health.map(ToOwned::to_owned),
            restarts: 3,
            started_at: Some(ago(90)),
            memory: (state == "running").then_some(186_000_000),
            cpu: (service == "db").then_some(12),
            image: format!("supabase/{service}:v1"),
        };
        let lines = vec![
            line("auth", "running", Some("unhealthy")),
            line("db", "running", Some("healthy")),
            line("functions", "exited", None),
            line("rest", "running", None),
            line("studio", "restarting", Some("starting")),
        ];
        Services { at: Some(ago(1)), lines, problem: None, drift: None, hurry: false }
    }

    fn drift(lang: Lang) -> DriftLine {
        let services = [("auth".to_owned(), vec![]), ("rest".to_owned(), vec![])].into();
        let said = drift_said(&Drift { services });
        DriftLine { text: Catalogue::of(lang).text(&said), agrees: false }
    }

    fn page_of(lang: Lang, may: May) -> InstancePage {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "shop <prod>".to_owned();
        page.here = Here::Kind("supabase".to_owned());
        let points = list(page.t, may).rows;
        InstancePage {
            tabs: tabs(0),
            resource: Head {
                id: ID.to_owned(),
                name: "shop <prod>".to_owned(),
                kind: "supabase".to_owned(),
                health: Health::Good,
                restore_refused: None,
                newest: None,
                operation: Some(Ref::new("01kay0000000000000000000a1", "Restart shop <prod>")),
            },
            cut_off: may.own,
            meta: vec!["PostgreSQL 17".to_owned(), "shop on local".to_owned()],
            ledger: Ledger {
                taken_at: Some(ago(125)),
                bytes: 1_860_000_000,
                took: 108,
                verified_at: Some(ago(124)),
                backups: 61,
                stored: 104_000_000_000,
                aside: 0,
            },
            found: Some(Found { is_old: true, ..found(may.own) }),
            look: true,
            services: Services { drift: Some(drift(lang)), ..services() },
            addresses: vec![Fact::text("Public address", "https://shop.example.com/?a=<b>")],
            points,
            operations: lines(),
            may,
            page,
        }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<InstancePage> {
        let mut new = page_of(lang, May::OPERATOR);
        new.found = None;
        new.resource.operation = None;
        new.ledger = Ledger::default();
        new.services = Services { hurry: true, ..Services::default() };
        new.addresses.clear();
        new.points.clear();
        new.operations.clear();
        let mut away = page_of(lang, May::VIEWER);
        away.services.problem = Some(told(lang, &problem!("confirm-needed", name = "x")));
        away.services.lines.clear();
        away.services.drift = None;
        vec![page_of(lang, May::OWNER), new, away]
    }
}
