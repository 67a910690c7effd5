//! What went wrong is told in the language that was asked for, to programs and to
//! people; its code and its status are the same in all of them.

use serde_json::json;

use super::{Ask, Reply, TestSite};
use crate::{
    domain::problem::Problem,
    i18n::{Catalogue, Lang},
};

/// A problem's sentences as they stand in an answer: those of `of`, filled in.
fn sentences(lang: Lang, of: &Problem) -> (String, String) {
    let told = Catalogue::of(lang).problem(of);
    (told.what, told.next.unwrap_or_default())
}

/// The same request in both languages: one status and code, each in its own words.
async fn in_both(site: &TestSite, ask: impl Fn() -> Ask, status: u16, problem: Problem) {
    let in_lang = async |lang: &str| site.send(ask().header("accept-language", lang)).await;
    let (en, pt) = (in_lang("en").await, in_lang("pt-BR,pt;q=0.9,en;q=0.5").await);
    for (lang, reply) in [(Lang::En, &en), (Lang::PtBr, &pt)] {
        assert_eq!(reply.problem(), (status, problem.code.clone()), "{}", reply.text());
        let (told, (what, next)) = (reply.json(), sentences(lang, &problem));
        assert_eq!(told["type"], format!("urn:zelo:problem:{}", problem.code));
        assert_eq!(told["title"], what, "{told}");
        assert!(told["detail"].as_str().unwrap().contains(&next), "{next}: {told}");
    }
    assert_ne!(en.json()["title"], pt.json()["title"], "{}", problem.code);
}

#[actix_web::test]
async fn programs_are_told_in_portuguese() {
    let site = TestSite::new().await;
    let owner = site.person("alpha-owner");
    let backup = site.backup(&site.shop).await;
    let other = format!("/api/resources/{}", site.other.id);
    in_both(&site, || Ask::get(&other).token_of(owner), 404, Problem::new("web-nothing-here")).await;
    let restore = format!("/api/resources/{}/backups/{backup}/restore", site.shop.id);
    in_both(
        &site,
        || Ask::post(&restore).token_of(owner),
        422,
        Problem::new("confirm-needed").with("name", "shop"),
    )
    .await;
    let confirm = json!({ "confirm": "shop" });
    let ask = || Ask::post(&restore).token_of(owner).json(&confirm);
    let first = site.send(ask()).await.json()["id"].as_str().unwrap().to_owned();
    let held = Problem::new("locked").with("operation", first).with("kind", "restore");
    let held = held.with("key", format!("resource:{}", site.shop.id));
    in_both(&site, ask, 409, held).await;
    let unknown = || Ask::get("/api/me").header("authorization", "Bearer zelo_x");
    in_both(&site, unknown, 401, Problem::new("token-unknown")).await;
    let typo = || Ask::post(&restore).token_of(owner).json(&json!({ "confrim": "shop" }));
    in_both(&site, typo, 422, Problem::new("api-field-unknown").with("field", "confrim")).await;
}

/// What a page says of what went wrong, in both languages.
async fn pages(site: &TestSite, ask: impl Fn() -> Ask, status: u16, problem: &Problem) {
    for lang in Lang::ALL {
        let tag = lang.to_string();
        let reply: Reply = site.send(ask().header("accept-language", &tag)).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
        let text = reply.text();
        assert!(text.contains(&format!("<html lang=\"{tag}\"")), "{text}");
        let (what, _) = sentences(lang, problem);
        assert!(text.contains(&what), "{what}: {text}");
        for other in Lang::ALL.into_iter().filter(|other| *other != lang) {
            assert!(!text.contains(&sentences(other, problem).0), "{tag}: {text}");
        }
    }
}

#[actix_web::test]
async fn people_are_told_in_portuguese() {
    let site = TestSite::new().await;
    let owner = site.person("alpha-owner");
    let nothing = Problem::new("web-nothing-here");
    for path in ["/nothing".to_owned(), format!("/resources/{}", site.other.id)] {
        pages(&site, || Ask::get(&path).session_of(owner), 404, &nothing).await;
    }
    let backup = site.backup(&site.shop).await;
    let confirm = Problem::new("confirm-needed").with("name", "shop");
    let restore = format!("/backups/{backup}/restore");
    let form = "application/x-www-form-urlencoded";
    let typed = || Ask::post(&restore).page_of(owner).body(form, "asked=1&safety=1&target=same&confirm=x");
    pages(&site, typed, 422, &confirm).await;
    let row = site.site.world.db.backup(&backup).await.unwrap();
    let resolve = format!("/operations/{}/resolve", row.operation);
    let over = Problem::new("resolve-not-needed");
    let over = over.with("operation", row.operation.as_str()).with("state", "succeeded");
    let resolved = || Ask::post(&resolve).page_of(owner).body(form, "way=resolved&note=x");
    pages(&site, resolved, 409, &over).await;
}
