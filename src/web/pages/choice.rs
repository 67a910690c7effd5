//! What a person chooses for themselves, signed in or not: theme, language, and the
//! project the pages are limited to.

use actix_web::{HttpResponse, cookie::Cookie, http::header::LOCATION, web};
use serde::Deserialize;

use crate::{
    domain::id::ProjectId,
    i18n::Lang,
    web::{Site, caller::Caller, cookies, error::Refusal, proxy},
};

/// A choice, and the page it was made on.
#[derive(Deserialize)]
pub(super) struct Theme {
    theme: String,
    #[serde(default)]
    back: String,
}

/// Keeps the theme.
pub(super) async fn theme(site: web::Data<Site>, chosen: web::Form<Theme>) -> HttpResponse {
    let cookie = match chosen.theme.as_str() {
        theme @ ("light" | "dark") => cookies::kept(&site, cookies::THEME, theme.to_owned(), cookies::YEAR),
        _ => cookies::gone(&site, cookies::THEME),
    };
    back(&site, &chosen.back, cookie)
}

/// The same for the language.
#[derive(Deserialize)]
pub(super) struct Language {
    lang: String,
    #[serde(default)]
    back: String,
}

/// Keeps the language: with the person, or in a cookie before they sign in.
pub(super) async fn language(
    site: web::Data<Site>,
    caller: Option<Caller>,
    chosen: web::Form<Language>,
) -> Result<HttpResponse, Refusal> {
    let lang: Option<Lang> = chosen.lang.parse().ok();
    if let Some(caller) = caller {
        site.world.db.set_user_locale(&caller.user.id, lang).await?;
    }
    let cookie = match lang {
        Some(lang) => cookies::kept(&site, cookies::LANG, lang.tag().to_owned(), cookies::YEAR),
        None => cookies::gone(&site, cookies::LANG),
    };
    Ok(back(&site, &chosen.back, cookie))
}

/// The same for the project; empty: all of them.
#[derive(Deserialize)]
pub(super) struct Project {
    #[serde(default)]
    project: String,
    #[serde(default)]
    back: String,
}

/// Limits the pages to a project. One they are not a member of limits nothing.
pub(super) async fn project(
    site: web::Data<Site>,
    _caller: Caller,
    chosen: web::Form<Project>,
) -> HttpResponse {
    let cookie = match chosen.project.parse::<ProjectId>() {
        Ok(id) => cookies::kept(&site, cookies::PROJECT, id.to_string(), cookies::YEAR),
        Err(_) => cookies::gone(&site, cookies::PROJECT),
    };
    back(&site, &chosen.back, cookie)
}

fn back(site: &Site, to: &str, cookie: Cookie<'static>) -> HttpResponse {
    let to = proxy::own_path(to).unwrap_or("/dashboard");
    HttpResponse::SeeOther().insert_header((LOCATION, format!("{}{to}", site.base))).cookie(cookie).finish()
}
