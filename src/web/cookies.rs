//! The cookies: which there are, and how each is set.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use super::Site;

/// A session's token.
const SESSION: &str = "zelo_session";
/// Before there is a session: what the form's token is bound to.
pub(super) const GUEST: &str = "zelo_guest";
/// What is told on the next page.
pub(super) const FLASH: &str = "zelo_flash";
/// `light` or `dark`.
pub(super) const THEME: &str = "zelo_theme";
/// A language chosen before signing in.
pub(super) const LANG: &str = "zelo_lang";
/// The project the pages are limited to.
pub(super) const PROJECT: &str = "zelo_project";

/// How long a choice that is no secret is remembered.
pub(super) const YEAR: Duration = Duration::days(365);

/// The value of a cookie; nothing if it is empty.
pub(super) fn value(request: &HttpRequest, name: &str) -> Option<String> {
    request.cookie(&named(request, name)).map(|cookie| cookie.value().to_owned()).filter(|v| !v.is_empty())
}

/// The session's token, as the browser sent it.
pub(super) fn session(request: &HttpRequest) -> Option<String> {
    value(request, SESSION)
}

/// Behind HTTPS a cookie carries the prefix by which browsers refuse it from
/// anywhere else: no neighbour on the same domain can plant one.
fn named(request: &HttpRequest, name: &str) -> String {
    let site = request.app_data::<actix_web::web::Data<Site>>();
    site.map_or_else(|| name.to_owned(), |site| prefixed(site, name))
}

fn prefixed(site: &Site, name: &str) -> String {
    match (site.https, site.base.is_empty()) {
        (true, true) => format!("__Host-{name}"),
        (true, false) => format!("__Secure-{name}"),
        (false, _) => name.to_owned(),
    }
}

/// A cookie of Zelo's, for as long as the browser is open.
pub(super) fn plain(site: &Site, name: &str, value: String) -> Cookie<'static> {
    Cookie::build(prefixed(site, name), value)
        .path(if site.base.is_empty() { "/".to_owned() } else { format!("{}/", site.base) })
        .http_only(true)
        .secure(site.https)
        .same_site(SameSite::Strict)
        .finish()
}

/// The same, remembered for a while.
pub(super) fn kept(site: &Site, name: &str, value: String, age: Duration) -> Cookie<'static> {
    let mut cookie = plain(site, name, value);
    cookie.set_max_age(age);
    cookie
}

/// Takes a cookie away.
pub(super) fn gone(site: &Site, name: &str) -> Cookie<'static> {
    kept(site, name, String::new(), Duration::ZERO)
}

/// A new session's cookie. Lax: whoever comes by a link in a mail is signed in;
/// every change needs a form's token besides.
pub(super) fn opened(site: &Site, token: String, age: Duration) -> Cookie<'static> {
    let mut cookie = kept(site, SESSION, token, age);
    cookie.set_same_site(SameSite::Lax);
    cookie
}

/// The end of a session.
pub(super) fn closed(site: &Site) -> Cookie<'static> {
    gone(site, SESSION)
}
