//! `/instances/{resource}/settings`: the form, what a change would do, the agreement,
//! and one value shown to an owner. Entered secrets are never sent back in clear: they
//! travel to the agreement sealed, for this person and this instance alone.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{
    at, desk, elsewhere, link, may,
    plan::{self, Asked, Sent},
    tabs,
};
use crate::{
    db::ResourceRow,
    domain::{clock::Moment, msg::Arg, problem::Problem},
    operation::{self, ConfigRequest, Request, Setting, Settings, settings},
    problem,
    secret::Secret,
    supabase::keys::{Group as KeyGroup, Key, NAME, ValueKind},
    web::{
        Site,
        caller::{self, Caller},
        error::Refusal,
        guard::Here,
        pages::confirm::Question,
        start,
        text::T,
        view::{
            Choice, Input,
            instance_settings::{Entry, Field, Group, RevealedPage, SettingsPage},
        },
    },
};

/// How long what was entered may wait to be agreed to.
const WAITS: TimeDelta = TimeDelta::hours(1);

/// Under which a test mail's reader is among what was entered: no key has this name.
const TO: &str = "to";

/// What was entered, by field; of hidden values only what is to change.
type Entered = BTreeMap<String, Secret>;

/// What travels to the agreement, before it is sealed.
#[derive(Serialize, Deserialize)]
struct Travelling {
    until: Moment,
    values: BTreeMap<String, String>,
}

/// The form.
pub(in crate::web::pages) async fn show(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    if let Some(away) = elsewhere(&site, here.resource()?) {
        return Ok(away);
    }
    let found = settings(&site.world, here.resource()?).await;
    form(&site, &request, &caller, &here, found, None).await
}

/// The form with what kept a test mail to somebody from being sent.
pub(super) async fn unsent(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
    to: &str,
    problem: Problem,
) -> Result<HttpResponse, Refusal> {
    let found = settings(&site.world, here.resource()?).await;
    let typed = Entered::from([(TO.to_owned(), Secret::new(to))]);
    form(site, request, caller, here, found, Some((&typed, vec![problem]))).await
}

/// What the change would do: a plan to be agreed to, or the form with what is wrong.
pub(in crate::web::pages) async fn review(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    body: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let found = match settings(&site.world, row).await {
        Ok(found) => found,
        Err(problem) => return form(&site, &request, &caller, &here, Err(problem), None).await,
    };
    let entered = entered(&body);
    let changed = changed(&found.all, &entered);
    if changed.is_empty() {
        let wrong = Some((&entered, vec![problem!("config-no-change")]));
        return form(&site, &request, &caller, &here, Ok(found), wrong).await;
    }
    let wrong = operation::wrong_values(&site.world, row, &changed).await?;
    if !wrong.is_empty() {
        return form(&site, &request, &caller, &here, Ok(found), Some((&entered, wrong))).await;
    }
    let sent = Sent { values: seal(&site, row, &caller, &changed)?, ..Sent::default() };
    let asked = asked(&site, &request, row, changed, &sent);
    match start::plan(&site, &caller, asked.question.request.clone()).await {
        Ok(view) => {
            plan::shown(&site, &request, &caller, asked, Ok(view), Input::default(), StatusCode::OK).await
        }
        Err(problem) if problem.code.starts_with("internal-") => Err(problem.into()),
        Err(problem) => {
            form(&site, &request, &caller, &here, Ok(found), Some((&entered, vec![problem]))).await
        }
    }
}

/// Starts what was agreed to.
pub(in crate::web::pages) async fn agree(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    body: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let sent = Sent::of(&body);
    let changed = open(&site, row, &caller, &sent.values)?;
    let asked = asked(&site, &request, row, changed, &sent);
    plan::agree(&site, &request, &caller, asked, sent).await
}

/// The plan once more, with or without a safety backup.
pub(in crate::web::pages) async fn waive(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    body: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let sent = Sent::of(&body);
    let changed = open(&site, row, &caller, &sent.values)?;
    plan::ask(&site, &request, &caller, asked(&site, &request, row, changed, &sent)).await
}

/// Shows one value. That it was shown is in the audit log before it is.
pub(in crate::web::pages) async fn reveal(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    if let Some(away) = elsewhere(&site, row) {
        return Ok(away);
    }
    let field = request.match_info().get("field").unwrap_or_default();
    let key = crate::supabase::keys::by_field(field).ok_or_else(Refusal::nothing_here)?;
    let value = operation::reveal(&site.world, row, field, &caller.actor()).await?;
    let desk = desk(&site, &request, &caller, row, key.label).await?;
    let (t, resource) = (desk.page.t, link(row));
    let tabs = tabs(t, row, may(&here), "settings");
    desk.answer(StatusCode::OK, |page| {
        let (label, env, value) = (t.s(key.label), key.env.to_owned(), value.expose().to_owned());
        RevealedPage { page, tabs, resource, label, env, value }.render()
    })
}

fn asked(site: &Site, request: &HttpRequest, row: &ResourceRow, values: Entered, sent: &Sent) -> Asked {
    let mut change = ConfigRequest::new(&site.world, row.id.clone(), values);
    change.without_safety = sent.waiver();
    let question = Question {
        request: Request::Config(change),
        action: format!("{}/settings/confirm", at(row)),
        back: format!("{}/settings", at(row)),
        title: T::of(caller::lang(site, request)).op("config", &row.name),
    };
    let mut hidden = vec![("values", sent.values.clone())];
    hidden.extend(sent.hidden());
    let (waive, waive_at) =
        (Some(Input::of(sent.reason.clone())), Some(format!("{}/settings/waive", at(row))));
    Asked { question, hidden, waive, waive_at, copy: None }
}

/// For whom and what values are sealed.
fn bound_to(row: &ResourceRow, caller: &Caller) -> String {
    format!("settings:{}:{}", row.id, caller.user.id)
}

fn seal(site: &Site, row: &ResourceRow, caller: &Caller, values: &Entered) -> Result<String, Problem> {
    let values = values.iter().map(|(field, value)| (field.clone(), value.expose().to_owned())).collect();
    let travelling = Travelling { until: site.now() + WAITS, values };
    let text = serde_json::to_string(&travelling).map_err(|_| problem!("internal-web"))?;
    Ok(site.world.sealer.seal(&bound_to(row, caller), &Secret::new(text))?)
}

/// Problem: `settings-too-old` (it waited too long, was changed, or is somebody else's).
fn open(site: &Site, row: &ResourceRow, caller: &Caller, sealed: &str) -> Result<Entered, Problem> {
    let old = || problem!("settings-too-old");
    let text = site.world.sealer.open(&bound_to(row, caller), sealed).map_err(|_| old())?;
    let travelling: Travelling = serde_json::from_str(text.expose()).map_err(|_| old())?;
    if travelling.until < site.now() {
        return Err(old());
    }
    Ok(travelling.values.into_iter().map(|(field, value)| (field, Secret::new(value))).collect())
}

fn entered(body: &[u8]) -> Entered {
    let fields = url::form_urlencoded::parse(body);
    // Browsers send line ends as CR LF.
    fields.map(|(name, value)| (name.into_owned(), Secret::new(value.replace("\r\n", "\n")))).collect()
}

/// What is to change: hidden values that were entered, others that differ.
fn changed(found: &[Setting], entered: &Entered) -> Entered {
    let differs = |setting: &&Setting| {
        let Some(value) = entered.get(setting.key.field) else { return false };
        match setting.key.secret {
            true => !value.is_empty(),
            false => value.expose() != setting.value.as_deref().unwrap_or_default(),
        }
    };
    let open = found.iter().filter(|setting| setting.is_editable()).filter(differs);
    let pair = |setting: &Setting| {
        let field = setting.key.field;
        entered.get(field).map(|value| (field.to_owned(), value.clone()))
    };
    open.filter_map(pair).collect()
}

/// The form; `wrong`: what was entered, and what is wrong with it.
async fn form(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    here: &Here,
    found: Result<Settings, Problem>,
    wrong: Option<(&Entered, Vec<Problem>)>,
) -> Result<HttpResponse, Refusal> {
    let row = here.resource()?;
    let desk = desk(site, request, caller, row, "ui-settings").await?;
    let t = desk.page.t;
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (groups, unsaid, away) = match found {
        Ok(found) => (groups(t, &found.all, wrong.as_ref()), found.unsaid.map(|why| t.told(&why)), None),
        Err(problem) => (Vec::new(), None, Some(problem)),
    };
    let first = wrong.as_ref().and_then(|(_, wrong)| wrong.first());
    let problem = away.as_ref().or(first).map(|problem| t.told(problem));
    let to = test_mail_to(t, wrong.as_ref());
    let (resource, tabs) = (link(row), tabs(t, row, may(here), "settings"));
    desk.answer(status, |page| SettingsPage { page, tabs, resource, groups, problem, unsaid, to }.render())
}

/// Where a test mail's reader is entered.
fn test_mail_to(t: T, wrong: Option<&(&Entered, Vec<Problem>)>) -> Input {
    let Some((entered, problems)) = wrong else { return Input::default() };
    let input = Input::of(entered.get(TO).map(Secret::expose).unwrap_or_default());
    let own = |problem: &&Problem| {
        problem.is("mail-address") && matches!(problem.args.get("field"), Some(Arg::Text(f)) if f == TO)
    };
    match problems.iter().find(own) {
        Some(problem) => input.wrong(t.told(problem).what),
        None => input,
    }
}

fn groups(t: T, found: &[Setting], wrong: Option<&(&Entered, Vec<Problem>)>) -> Vec<Group> {
    let mut groups = Vec::new();
    for group in KeyGroup::ALL {
        let own = found.iter().filter(|setting| setting.group() == group);
        let fields: Vec<Field> = own.map(|setting| field(t, setting, wrong)).collect();
        if !fields.is_empty() {
            let id = group.label().trim_start_matches("key-group-").to_owned();
            groups.push(Group { id, label: t.s(group.label()), fields });
        }
    }
    groups
}

fn field(t: T, setting: &Setting, wrong: Option<&(&Entered, Vec<Problem>)>) -> Field {
    let key = setting.key;
    let typed = wrong.and_then(|(entered, _)| entered.get(key.field)).filter(|_| !key.secret);
    let value = match typed {
        Some(value) => value.expose().to_owned(),
        None => setting.value.clone().unwrap_or_default(),
    };
    let mut help = t.s(key.help);
    if let Some(default) = key.default.filter(|default| !default.is_empty()) {
        help = format!("{help} {}", t.a("ui-setting-default", default));
    }
    let mut input = Input::of(value.as_str());
    let own = wrong.and_then(|(_, all)| all.iter().find(|problem| is_about(problem, key)));
    if let Some(problem) = own {
        input = input.wrong(t.told(problem).what);
    }
    Field {
        name: key.field.to_owned(),
        env: key.env.to_owned(),
        label: t.s(key.label),
        help,
        effect: effect(t, setting),
        entry: entry(t, setting, &value),
        input,
        is_set: setting.is_set,
        secret: key.secret,
    }
}

/// What it may be, where it is typed, and what a change touches, as far as Compose could say.
fn effect(t: T, setting: &Setting) -> String {
    let key = setting.key;
    let typed = setting.is_editable() && !matches!(key.kind, ValueKind::Bool);
    let kind = typed.then(|| t.m(key.kind.told()));
    let services = setting.services.as_ref().filter(|_| key.field != NAME.field);
    let services = services.map(|names| match names.is_empty() {
        true => t.s("ui-setting-nobody"),
        false => t.a("ui-setting-recreates", names.join(", ")),
    });
    let sql = key.sql.map(|sql| t.m(sql.told()));
    [kind, services, sql].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Whether a problem is about this key.
fn is_about(problem: &Problem, key: &Key) -> bool {
    if key.field == NAME.field {
        return problem.code.starts_with("resource-name");
    }
    matches!(problem.args.get("key"), Some(Arg::Text(env)) if env == key.env)
}

fn entry(t: T, setting: &Setting, value: &str) -> Entry {
    let key = setting.key;
    if let Some(code) = key.refused {
        return Entry::Closed(t.told(&Problem::new(code).with("key", key.env)).what);
    }
    match key.kind {
        ValueKind::Bool if !key.secret => Entry::Choice(yes_no(t, value)),
        ValueKind::Globs | ValueKind::Json { .. } if !key.secret => Entry::Area,
        _ => Entry::Line,
    }
}

/// Yes, no, and what it is now if it is neither.
fn yes_no(t: T, value: &str) -> Vec<Choice> {
    let mut choices = vec![
        Choice::new("true", t.s("ui-yes"), value == "true"),
        Choice::new("false", t.s("ui-no"), value == "false"),
    ];
    if !choices.iter().any(|choice| choice.chosen) {
        let label = if value.is_empty() { t.s("ui-value-unset") } else { value.to_owned() };
        choices.insert(0, Choice::new(value, label, true));
    }
    choices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{supabase::keys::by_field, web::tests::TestSite};

    fn setting(field: &str, value: Option<&str>) -> Setting {
        let key = by_field(field).unwrap();
        let shown = value.filter(|_| !key.secret).map(ToOwned::to_owned);
        Setting { key, is_set: value.is_some(), value: shown, services: None }
    }

    #[test]
    fn only_what_differs_is_changed_and_empty_secrets_stay() {
        let found = [
            setting("site_url", Some("https://a.b")),
            setting("jwt_expiry", None),
            setting("smtp_pass", Some("hunter2hunter2")),
            setting("jwt_secret", Some("x")),
        ];
        let of = |body: &str| changed(&found, &entered(body.as_bytes())).into_keys().collect::<Vec<_>>();
        assert_eq!(of("site_url=https://a.b&jwt_expiry=&smtp_pass="), Vec::<String>::new());
        assert_eq!(
            of("site_url=https://a.c&jwt_expiry=7200&smtp_pass=n"),
            ["jwt_expiry", "site_url", "smtp_pass"]
        );
        assert_eq!(of("jwt_secret=new&nothing=1"), Vec::<String>::new(), "what is not edited by itself");
    }

    #[test]
    fn what_was_typed_stays_on_the_page_but_no_secret() {
        let t = T::of(crate::i18n::Lang::En);
        let typed = entered(b"site_url=not+a+url&smtp_pass=hunter2");
        let wrong =
            (&typed, vec![problem!("env-int", key = "JWT_EXPIRY"), problem!("env-url", key = "SITE_URL")]);
        let url = field(t, &setting("site_url", Some("https://a.b")), Some(&wrong));
        assert_eq!((url.input.value.as_str(), url.input.error.is_some()), ("not a url", true));
        let expiry = field(t, &setting("jwt_expiry", Some("3600")), Some(&wrong));
        assert!(expiry.input.error.is_some(), "not only the first is marked");
        let pass = field(t, &setting("smtp_pass", Some("old")), Some(&wrong));
        assert_eq!((pass.input.value.as_str(), pass.input.error), ("", None));
    }

    #[actix_web::test]
    async fn what_was_entered_opens_for_its_person_alone_and_not_for_long() {
        let site = TestSite::new().await;
        let db = &site.site.world.db;
        let caller = |user| Caller { user, proof: crate::web::caller::Proof::Token };
        let owner = caller(db.user(&site.person("alpha-owner").id).await.unwrap());
        let other = caller(db.user(&site.person("beta-owner").id).await.unwrap());
        let values = entered(b"smtp_pass=hunter2hunter2");
        let sealed = seal(&site.site, &site.shop, &owner, &values).unwrap();
        assert!(!sealed.contains("hunter2"));
        assert_eq!(open(&site.site, &site.shop, &owner, &sealed).unwrap(), values);
        for refused in [
            open(&site.site, &site.shop, &other, &sealed),
            open(&site.site, &site.other, &owner, &sealed),
            open(&site.site, &site.shop, &owner, ""),
        ] {
            assert!(refused.unwrap_err().is("settings-too-old"));
        }
        site.hours(2);
        assert!(open(&site.site, &site.shop, &owner, &sealed).unwrap_err().is("settings-too-old"));
    }
}
