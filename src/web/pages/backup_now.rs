//! `/resources/{resource}/backup`: back up now, with what it is to hold.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::resource;
use crate::{
    db::ResourceRow,
    domain::{
        backup::{Compression, Origin},
        problem::Problem,
    },
    engine::{BackupOptions, Offers},
    operation::{BackupRequest, Request},
    problem,
    web::{
        Site,
        caller::Caller,
        error::Refusal,
        flash,
        guard::Here,
        start,
        view::{Choice, Input, Ref, backup_now::BackupNow},
    },
};

/// What was chosen.
#[derive(Debug, Default)]
struct Chosen {
    name: String,
    note: String,
    items: Vec<String>,
    roles: bool,
    format: String,
    compression: String,
    key: String,
    /// Whether there was something to choose among: of it nothing is not everything.
    among: bool,
}

impl Chosen {
    fn of(body: &[u8]) -> Self {
        let mut chosen = Self::default();
        for (name, value) in url::form_urlencoded::parse(body) {
            let value = value.into_owned();
            match &*name {
                "name" => chosen.name = value.trim().to_owned(),
                "note" => chosen.note = value.trim().to_owned(),
                "item" => chosen.items.push(value),
                "roles" => chosen.roles = value == "1",
                "format" => chosen.format = value,
                "compression" => chosen.compression = value,
                "key" => chosen.key = value,
                "among" => chosen.among = true,
                _ => {}
            }
        }
        chosen
    }

    fn request(&self, row: &ResourceRow, offers: Offers) -> Request {
        let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Request::Backup(BackupRequest {
            resource: row.id.clone(),
            name: text(&self.name),
            note: text(&self.note),
            options: BackupOptions {
                items: self.items.clone(),
                format: text(&self.format),
                roles: offers.roles.then_some(self.roles),
                compression: COMPRESSIONS
                    .iter()
                    .find(|(value, _)| *value == self.compression)
                    .map_or(Compression::Auto, |(_, compression)| *compression),
            },
            origin: Origin::Manual,
            parent: None,
        })
    }
}

/// What a person may choose; the catalogue has a line for each.
const COMPRESSIONS: [(&str, Compression); 5] = [
    ("auto", Compression::Auto),
    ("fast", Compression::Gzip(1)),
    ("small", Compression::Gzip(9)),
    ("zstd", Compression::Zstd(3)),
    ("none", Compression::None),
];

/// The form.
pub(super) async fn ask(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
) -> Result<HttpResponse, Refusal> {
    let chosen = Chosen { roles: true, compression: "auto".to_owned(), ..Chosen::default() };
    page(&site, &request, &caller, here.resource()?, chosen, None, StatusCode::OK).await
}

/// Starts it.
pub(super) async fn submit(
    site: web::Data<Site>,
    request: HttpRequest,
    caller: Caller,
    here: Here,
    body: web::Bytes,
) -> Result<HttpResponse, Refusal> {
    let (row, chosen) = (here.resource()?, Chosen::of(&body));
    let offers = site.world.engine(row)?.offers();
    let key = Some(chosen.key.clone()).filter(|key| !key.is_empty());
    if chosen.among && chosen.items.is_empty() {
        let problem = Some(problem!("backup-no-items"));
        return page(&site, &request, &caller, row, chosen, problem, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match start::request(&site, &caller, chosen.request(row, offers), None, key).await {
        Ok(started) => Ok(flash::go(&site, &format!("/operations/{}", started.id), None)),
        Err(problem) if Refusal::from(problem.clone()).status == StatusCode::UNPROCESSABLE_ENTITY => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            page(&site, &request, &caller, row, chosen, Some(problem), status).await
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn page(
    site: &Site,
    request: &HttpRequest,
    caller: &Caller,
    row: &ResourceRow,
    chosen: Chosen,
    problem: Option<Problem>,
    status: StatusCode,
) -> Result<HttpResponse, Refusal> {
    let desk = resource::desk(site, request, caller, row).await?;
    let t = desk.page.t;
    let at = format!("/resources/{}", row.id);
    let way = [("/dashboard", t.s("ui-nav-overview")), (at.as_str(), row.name.clone())];
    let desk = desk.titled(t.s("ui-back-up-now"), &way);
    let engine = site.world.engine(row)?;
    let offers = engine.offers();
    let (items, problem) = match engine.inspect(&site.world.access(row)?).await {
        Ok(found) => (found.items, problem),
        Err(why) => (Vec::new(), Some(problem.unwrap_or(why))),
    };
    let items = items.iter().map(|item| Choice {
        help: t.size(item.bytes),
        ..Choice::new(
            item.name.as_str(),
            item.name.as_str(),
            !chosen.among || chosen.items.contains(&item.name),
        )
    });
    let formats = offers.formats.iter().enumerate().map(|(at, format)| Choice {
        help: t.s(&format!("ui-format-{format}-help")),
        ..Choice::new(
            *format,
            t.s(&format!("ui-format-{format}")),
            chosen.format == *format || (chosen.format.is_empty() && at == 0),
        )
    });
    let compressions = COMPRESSIONS.iter().map(|(value, _)| {
        Choice::new(*value, t.s(&format!("ui-compression-{value}")), chosen.compression == *value)
    });
    let (key, _) = crate::secret::token::new(&*site.random)?;
    let (items, formats, compressions) = (items.collect(), formats.collect(), compressions.collect());
    desk.answer(status, |page| {
        BackupNow {
            resource: Ref::new(row.id.as_str(), row.name.as_str()),
            name: Input::of(chosen.name),
            note: Input::of(chosen.note),
            formats,
            compressions,
            compression: Input::default(),
            items,
            roles: offers.roles.then_some(chosen.roles),
            problem: problem.as_ref().map(|problem| t.told(problem)),
            key: key.expose().to_owned(),
            page,
        }
        .render()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{domain::kind::Kind, web::tests::TestSite};

    #[actix_web::test]
    async fn what_a_kind_offers_is_asked_for_as_it_was_chosen() {
        let site = TestSite::new().await;
        let offers = |kind| site.site.world.engines.get(&Kind::of(kind)).unwrap().offers();
        let asked = |kind, form: &str| -> Value {
            let request = Chosen::of(form.as_bytes()).request(&site.shop, offers(kind));
            serde_json::to_value(request).unwrap()["options"].clone()
        };
        let form = "among=1&item=shop&item=odd+%22name%22&format=plain&compression=zstd";
        assert_eq!(
            asked("postgres", &format!("{form}&roles=1")),
            json!({
                "items": ["shop", "odd \"name\""],
                "format": "plain",
                "roles": true,
                "compression": { "zstd": 3 },
            })
        );
        // A box that is not ticked is not sent, and means no.
        assert_eq!(asked("postgres", form)["roles"], false);
        let custom = asked("postgres", "among=1&item=shop&format=custom&compression=none");
        assert_eq!((&custom["format"], &custom["compression"]), (&json!("custom"), &json!("none")));
        // Where a kind has no roles, nothing is said of them.
        assert_eq!(asked("sqlite", "roles=1")["roles"], Value::Null);
    }
}
