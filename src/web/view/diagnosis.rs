//! `/instances/{id}/diagnosis`: what is wrong with an instance, the worst first, with
//! what was seen, what it means, and one next action each.

use askama::Template;

use super::{Ref, instance::Tabs};
use crate::{
    domain::{clock::Moment, finding::Severity},
    i18n::Told,
    web::shell::Shell,
};

/// The page. The block `diagnosis` is sent alone.
#[derive(Template)]
#[template(path = "diagnosis.html", blocks = ["diagnosis"])]
pub(crate) struct DiagnosisPage {
    /// What surrounds it.
    pub(crate) page: Shell,
    /// The ways to the instance's other pages.
    pub(crate) tabs: Tabs,
    /// The instance.
    pub(crate) resource: Ref,
    /// What a look at it came to.
    pub(crate) found: Found,
}

/// What a diagnosis came to.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// When it was looked at.
    pub(crate) at: Option<Moment>,
    /// Whether it may be otherwise by now: it is looked at again at once.
    pub(crate) is_old: bool,
    /// What was found.
    pub(crate) findings: Vec<Line>,
    /// Probes that looked and could know.
    pub(crate) looked: usize,
    /// Those that could not, and why.
    pub(crate) unknown: Vec<(String, String)>,
    /// Why nothing could be looked at.
    pub(crate) problem: Option<Told>,
    /// Whether the person may repair.
    pub(crate) may_repair: bool,
    /// How many of the findings Zelo can repair.
    pub(crate) repairable: usize,
}

/// One finding.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The probe that found it.
    pub(crate) probe: String,
    /// How bad it is.
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) title: String,
    /// What it means for the people who use the instance.
    pub(crate) meaning: String,
    /// What was seen.
    pub(crate) evidence: Vec<String>,
    /// What to do.
    pub(crate) next: String,
    /// Commands to run, in order.
    pub(crate) commands: Vec<String>,
    /// Whether Zelo can repair it.
    pub(crate) repairable: bool,
    /// Whether a restart makes it worse.
    pub(crate) restart_harms: bool,
}

impl Line {
    /// The class of its line.
    pub(crate) fn class(&self) -> &'static str {
        match self.severity {
            Severity::Critical | Severity::Serious => "is-bad",
            Severity::Warning => "is-warn",
            Severity::Notice => "is-info",
        }
    }

    /// Its icon.
    pub(crate) fn icon(&self) -> &'static str {
        match self.severity {
            Severity::Critical | Severity::Serious => "bad",
            Severity::Warning => "warn",
            Severity::Notice => "info",
        }
    }

    /// The id of the word for how bad it is.
    pub(crate) fn word(&self) -> &'static str {
        crate::i18n::words::severity(self.severity)
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::{
        i18n::Lang,
        problem,
        web::view::{
            instance::samples::{ID, tabs},
            tests::samples::{ago, shell, told},
        },
    };

    pub(crate) fn found(may_repair: bool) -> Found {
        let line = |probe: &str, severity, repairable, commands: Vec<String>| Line {
            probe: probe.to_owned(),
            severity,
            title: "Sign-up fails for <everybody>".to_owned(),
            meaning: "Nobody can sign up.".to_owned(),
            evidence: vec!["42501 permission denied for table <profiles>".to_owned(), "2nd".to_owned()],
            next: "Zelo gives the right back.".to_owned(),
            commands,
            repairable,
            restart_harms: severity == Severity::Critical,
        };
        Found {
            at: Some(ago(0)),
            is_old: false,
            findings: vec![
                line("auth-a", Severity::Critical, true, vec![]),
                line("auth-b", Severity::Serious, true, vec![]),
                line("auth-c", Severity::Warning, false, vec!["docker rm <x>".to_owned(), "b".to_owned()]),
                line("auth-d", Severity::Notice, false, vec![]),
            ],
            looked: 27,
            unknown: vec![("smtp-login".to_owned(), "It took longer than 15 s.".to_owned())],
            problem: None,
            may_repair,
            repairable: 2,
        }
    }

    fn page_of(lang: Lang, may_repair: bool) -> DiagnosisPage {
        let mut page = shell(lang, "ui-nav-overview");
        page.title = "Diagnosis of shop".to_owned();
        let (resource, found) = (Ref::new(ID, "shop <prod>"), found(may_repair));
        DiagnosisPage { tabs: tabs(1), resource, found, page }
    }

    pub(crate) fn pages(lang: Lang) -> Vec<DiagnosisPage> {
        let mut well = page_of(lang, true);
        well.found.findings.clear();
        well.found.repairable = 0;
        well.found.unknown.clear();
        let mut away = page_of(lang, true);
        away.found.findings.clear();
        away.found.repairable = 0;
        away.found.at = None;
        away.found.problem = Some(told(lang, &problem!("confirm-needed", name = "x")));
        vec![page_of(lang, true), page_of(lang, false), well, away]
    }
}
