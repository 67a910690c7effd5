//! Restoring a backup: the plan with its choices, then the typed name. Going without
//! a safety backup is an owner's decision, with a reason, and audited.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};

use super::confirm::{Question, plan, show};
use crate::{
    db::{BackupRow, OperationRow, ResourceFilter, ResourceRow},
    domain::{
        manifest::{Manifest, Part},
        problem::Problem,
        role::Role,
    },
    engine::{Offers, RestoreOptions},
    operation::{Request, RestoreRequest},
    problem,
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        flash,
        guard::{self, Here},
        start,
        text::T,
        view::{Choice, Input, plan::RestoreChoices},
    },
};

/// What was chosen, as the form sends it.
#[derive(Debug, Default)]
struct Chosen {
    target: String,
    new_name: String,
    other: String,
    items: Vec<String>,
    safety: bool,
    reason: String,
    roles: bool,
    in_place: bool,
    format: String,
    confirm: String,
    key: String,
}

impl Chosen {
    /// From a query or a body. Nothing chosen yet: with a safety backup, over the same.
    fn of(text: &[u8]) -> Self {
        let mut chosen = Self { target: "same".to_owned(), ..Self::default() };
        let mut asked = false;
        for (name, value) in url::form_urlencoded::parse(text) {
            let value = value.into_owned();
            match &*name {
                "target" => chosen.target = value,
                "new_name" => chosen.new_name = value,
                "other" => chosen.other = value,
                "item" => chosen.items.push(value),
                "safety" => chosen.safety = value == "1",
                "reason" => chosen.reason = value,
                "roles" => chosen.roles = value == "1",
                "in_place" => chosen.in_place = value == "1",
                "format" => chosen.format = value,
                "confirm" => chosen.confirm = value.trim().to_owned(),
                "key" => chosen.key = value,
                "asked" => asked = true,
                _ => {}
            }
        }
        chosen.safety |= !asked;
        chosen
    }

    /// The same as fields of the form that agrees to the plan.
    fn hidden(&self) -> Vec<(&'static str, String)> {
        let flag = |on: bool| if on { "1" } else { "" }.to_owned();
        let mut all = vec![
            ("asked", "1".to_owned()),
            ("target", self.target.clone()),
            ("new_name", self.new_name.clone()),
            ("other", self.other.clone()),
            ("safety", flag(self.safety)),
            ("reason", self.reason.clone()),
            ("roles", flag(self.roles)),
            ("in_place", flag(self.in_place)),
            ("format", self.format.clone()),
        ];
        all.extend(self.items.iter().map(|item| ("item", item.clone())));
        all
    }

    /// The request it becomes. Problem `waiver-reason`: none was given.
    async fn request(&self, site: &Site, caller: &Caller, row: &BackupRow) -> Result<Request, Refusal> {
        let into = match self.target.as_str() {
            "other" => {
                let id = self.other.parse().map_err(|_| Refusal::nothing_here())?;
                Some(guard::resource(site, caller, &id, Role::Owner).await?.id)
            }
            _ => None,
        };
        let new_name = (self.target == "new").then(|| self.new_name.trim().to_owned());
        if !self.safety && self.reason.trim().is_empty() {
            return Err(problem!("waiver-reason").into());
        }
        Ok(Request::Restore(RestoreRequest {
            backup: row.id.clone(),
            into,
            options: RestoreOptions {
                items: self.items.clone(),
                new_name,
                in_place: self.in_place,
                replace_roles: self.roles,
                closed: false,
                format: Some(self.format.clone()).filter(|format| !format.is_empty()),
                place: std::collections::BTreeMap::new(),
            },
            without_safety: (!self.safety).then(|| self.reason.trim().to_owned()),
            resolves: None,
            parent: None,
        }))
    }
}

/// `GET /backups/{backup}/restore`: the plan, with what can be chosen.
pub(super) async fn ask(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let chosen = Chosen::of(request.query_string().as_bytes());
    answer(&site, &request, &caller, here.backup()?, chosen, None).await
}

/// `POST /backups/{backup}/restore`: starts it, if the name was typed.
pub(super) async fn agree(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    body: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let (row, chosen) = (here.backup()?, Chosen::of(&body));
    match begin(&site, &caller, row, &chosen).await {
        Ok(started) => Ok(flash::go(&site, &format!("/operations/{}", started.id), None)),
        // What was chosen stays on the page, with why it cannot be done as it is.
        Err(refusal) if matches!(refusal.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY) => {
            answer(&site, &request, &caller, row, chosen, Some(refusal)).await
        }
        Err(refusal) => Err(refusal),
    }
}

async fn begin(
    site: &Site,
    caller: &Caller,
    row: &BackupRow,
    chosen: &Chosen,
) -> Result<OperationRow, Refusal> {
    let asked = chosen.request(site, caller, row).await?;
    let key = Some(chosen.key.clone()).filter(|key| !key.is_empty());
    Ok(start::request(site, caller, asked, Some(chosen.confirm.as_str()), key).await?)
}

async fn answer(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    row: &BackupRow,
    chosen: Chosen,
    wrong: Option<Refusal>,
) -> Result<HttpResponse, Refusal> {
    let status = wrong.as_ref().map_or(StatusCode::OK, |refusal| refusal.status);
    let wrong = wrong.map(|refusal| *refusal.problem);
    let t = T::of(caller::lang(site, request));
    let manifest = site.world.db.backup_manifest(&row.id).await?;
    let others = others(site, caller, row).await?;
    let asked = chosen.request(site, caller, row).await;
    let unconfirmed = |problem: &&Problem| problem.code == "confirm-needed";
    let refused = wrong.clone().filter(|problem| !unconfirmed(&problem));
    let (planned, asked) = match (refused, asked) {
        (None, Ok(asked)) => (start::plan(site, caller, asked.clone()).await, asked),
        (Some(problem), Ok(asked)) => (Err(problem), asked),
        // It stands for a request that could not be made, and is never sent.
        (refused, Err(refusal)) => {
            let none = Request::Restore(RestoreRequest::of(row.id.clone()));
            (Err(refused.unwrap_or(*refusal.problem)), none)
        }
    };
    let question = Question {
        request: asked,
        action: format!("/backups/{}/restore", row.id),
        back: format!("/backups/{}", row.id),
        title: t.op("restore", &row.resource_name),
    };
    let typed = match wrong.as_ref().filter(unconfirmed) {
        Some(problem) => Input::of(chosen.confirm.clone()).wrong(t.told(problem).what),
        None => Input::default(),
    };
    let offers = site.world.engine(&site.world.db.resource(&row.resource).await?)?.offers();
    let choices = choices(t, row, &manifest, &others, &chosen, offers);
    let mut shown = plan(site, t, &question, planned, typed, Some(choices))?;
    shown.hidden = chosen.hidden();
    show(site, request, caller, shown, status).await
}

/// Other resources of the kind into which the person may restore.
async fn others(site: &Site, caller: &Caller, row: &BackupRow) -> Result<Vec<ResourceRow>, Refusal> {
    let own = site.world.db.memberships_of(&caller.user.id).await?;
    let own = own.into_iter().filter(|(_, role)| *role >= Role::Owner).map(|(project, _)| project.id);
    let filter = ResourceFilter {
        projects: Some(own.collect()),
        kind: Some(row.kind.clone()),
        limit: Some(200),
        ..ResourceFilter::default()
    };
    let rows = site.world.db.resources(filter).await?.rows;
    // Into another project only administrators restore.
    let reaches = |other: &ResourceRow| other.project == row.project || caller.user.is_admin;
    let fits =
        |other: &ResourceRow| other.id != row.resource && other.restore_refused.is_none() && reaches(other);
    Ok(rows.into_iter().filter(fits).collect())
}

fn choices(
    t: T,
    row: &BackupRow,
    manifest: &Manifest,
    others: &[ResourceRow],
    chosen: &Chosen,
    offers: Offers,
) -> RestoreChoices {
    let target = |value: &'static str, label: String, help: &str| Choice {
        help: t.s(help),
        ..Choice::new(value, label, chosen.target == value)
    };
    let mut targets = vec![
        target("same", t.a("ui-restore-same", &row.resource_name), "ui-restore-same-help"),
        match offers.whole {
            true => target("new", t.s("ui-restore-new-instance"), "ui-restore-new-instance-help"),
            false => target("new", t.s("ui-restore-new"), "ui-restore-new-help"),
        },
    ];
    if !others.is_empty() && !offers.whole {
        targets.push(target("other", t.s("ui-restore-elsewhere"), "ui-restore-elsewhere-help"));
    }
    let items = manifest.parts.iter().filter_map(Part::item).filter(|_| !offers.whole);
    let items = items.map(|name| {
        let picked = chosen.items.is_empty() || chosen.items.iter().any(|item| item == name);
        Choice::new(name, name, picked)
    });
    RestoreChoices {
        targets,
        items: items.collect(),
        new_name: Input::of(chosen.new_name.clone()),
        others: others
            .iter()
            .map(|other| {
                Choice::new(other.id.as_str(), other.name.as_str(), chosen.other == other.id.as_str())
            })
            .collect(),
        safety: chosen.safety,
        reason: Input::of(chosen.reason.clone()),
        roles: offers.roles.then_some(chosen.roles),
        in_place: offers.in_place.then_some(chosen.in_place),
        formats: formats(t, manifest, chosen, offers),
    }
}

/// The forms of a whole instance's database, where the point has more than one.
fn formats(t: T, manifest: &Manifest, chosen: &Chosen, offers: Offers) -> Vec<Choice> {
    let has = |name: &str| manifest.parts.iter().any(|part| part.name.starts_with(name));
    if !(offers.whole && has("cluster") && has("database:")) {
        return Vec::new();
    }
    let format = |value: &'static str, label: &str, help: &str| Choice {
        help: t.s(help),
        ..Choice::new(value, t.s(label), (chosen.format == "logical") == (value == "logical"))
    };
    vec![
        format("physical", "ui-restore-physical", "ui-restore-physical-help"),
        format("logical", "ui-restore-logical", "ui-restore-logical-help"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_there_is_a_safety_backup() {
        assert!(Chosen::of(b"").safety);
        assert!(Chosen::of(b"asked=1&safety=1").safety);
        assert!(!Chosen::of(b"asked=1").safety);
        assert!(!Chosen::of(b"asked=1&safety=").safety);
    }

    #[test]
    fn what_was_chosen_comes_back_as_it_was() {
        let text =
            b"asked=1&target=new&new_name=a%26b&item=x&item=y%20z&reason=r&roles=1&safety=1&format=logical";
        let chosen = Chosen::of(text);
        let mut again = url::form_urlencoded::Serializer::new(String::new());
        again.extend_pairs(chosen.hidden());
        let again = Chosen::of(again.finish().as_bytes());
        assert_eq!(format!("{chosen:?}"), format!("{again:?}"));
        assert_eq!(again.items, ["x", "y z"]);
    }
}
