//! Every page there is, on a telephone and on a desk, light and dark: axe finds
//! nothing, nothing sticks out to the side, nothing is refused by the page's own
//! policy, and no page is heavy.
//!
//! The pages come from the list of routes in `src/web/pages/mod.rs`: a new one is
//! visited by itself, and one whose path names something unknown fails.

use std::{collections::BTreeMap, fmt::Write, fs};

use serde_json::Value;

use crate::{
    axe,
    chromium::{Driver, NARROW, WIDE},
    person::Person,
    shop::{Filed, Shop},
    site::Site,
    states,
    support::text,
};

/// Routes that answer with something else than a page.
const NO_PAGES: [&str; 4] = ["/", "/setup", "/operations/{operation}/events", "/operations/{operation}/log"];

/// The route of operations that wait for a person: others answer that there is no need.
const ONLY_STUCK: &str = "/operations/{operation}/safety";

/// Where an instance's pages begin.
const INSTANCE: &str = "/instances/{resource}";

/// What a page may weigh with all it needs, in bytes as they travel.
const HEAVY: u64 = 60_000;

/// What the paths of the routes name, by the names they use.
pub(crate) type Named = BTreeMap<&'static str, String>;

/// The pages for whoever is not signed in, then all others.
#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_everybody() {
    let Some(driver) = Driver::up() else { return };
    let site = Site::faulty(FAULT);
    let person = Person::new(driver.browser("ana").await, &site.url);
    let mut look = Look { person: &person, wrong: String::new() };

    look.at(site.link.as_deref().unwrap()).await;
    look.at("/setup?token=wrong").await;
    look.at("/sign-in").await;
    look.at("/sign-in?token=wrong").await;
    look.at("/download/wrong").await;
    states::for_nobody(&mut look, site.link.as_deref().unwrap()).await;
    person.sets_up(site.link.as_deref().unwrap()).await;
    // Nothing is there yet.
    look.at("/dashboard").await;
    look.at("/dashboard/backup").await;

    let named = fill(&site);
    for route in routes() {
        let stuck = BTreeMap::from([("operation", named["stuck"].clone())]);
        look.at(&path(&route, if route == ONLY_STUCK { &stuck } else { &named })).await;
        look.is_there(&route).await;
    }
    for more in MORE {
        look.at(&path(more, &named)).await;
    }
    states::refused(&mut look, &named, &site.path("no-dump.txt")).await;
    opens_the_menus(&mut look, &named).await;
    assert!(look.wrong.is_empty(), "{}", look.wrong);
    person.leaves().await;
}

/// The page that is open, as it is now, is for everybody too.
pub(crate) async fn is_for_everybody(person: &Person, name: &str) {
    let mut look = Look { person, wrong: String::new() };
    look.page(name).await;
    assert!(look.wrong.is_empty(), "{}", look.wrong);
}

/// The same pages in other states.
const MORE: [&str; 13] = [
    "/api",
    "/nothing-here",
    "/dashboard?q=nothing-like-that",
    "/dashboard/backup?q=nothing-like-that",
    "/resources/{resource}?state=trashed",
    "/backups/{trashed}",
    "/backups/{corrupt}",
    "/operations/{failed}",
    "/operations/{stuck}",
    "/operations/{backup operation}",
    "/operations/{backup operation}/undo",
    "/operations?state=queued",
    "/resources/{bare}",
];

/// As long as PostgreSQL lets a database's name be, and nowhere to be broken.
const LONG: &str = "orders_of_the_shop_in_the_long_street_that_nobody_could_abridge";

/// The routes of all pages but an instance's, which its own walk visits.
fn routes() -> Vec<String> {
    all_routes().into_iter().filter(|route| !route.starts_with(INSTANCE)).collect()
}

/// The routes of an instance's pages.
pub(crate) fn instance_routes() -> Vec<String> {
    all_routes().into_iter().filter(|route| route.starts_with(INSTANCE)).collect()
}

/// The routes of all pages, as they are written.
fn all_routes() -> Vec<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/pages/mod.rs");
    let source = fs::read_to_string(file).unwrap();
    let told = source.split("get(\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let pages: Vec<String> = told.filter(|route| !NO_PAGES.contains(&route.as_str())).collect();
    assert!(pages.len() > 5, "the routes of the pages are no longer written as get(\"…\") in {file}");
    pages
}

/// A route's path, with what it names.
pub(crate) fn path(route: &str, named: &Named) -> String {
    let mut path = route.to_owned();
    for (name, value) in named {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    assert!(!path.contains('{'), "{route}: say in tests/browser/pages.rs what to put there");
    path
}

/// A panel in use: backups, one in the trash, one that failed, a restore and what it
/// set aside, people, a token.
fn fill(site: &Site) -> Named {
    let shop = Filed::in_folder(&site.path("shop"));
    let at = format!("path={}", shop.path.display());
    let resource = text(&site.told(&["resource", "add", LONG, "--kind", "sqlite", "--set", &at])["id"]);
    site.told(&["project", "rename", "default", &LONG.replace("shop", "firm")]);
    // The second one is there and has nothing.
    fs::copy(&shop.path, site.path("bare.db")).unwrap();
    let at = format!("path={}", site.path("bare.db").display());
    let bare = text(&site.told(&["resource", "add", "bare", "--kind", "sqlite", "--set", &at])["id"]);
    let backed = |site: &Site| {
        site.told(&["backup", "create", LONG, "--name", LONG, "--note", LONG])["operation"].clone()
    };
    let first = backed(site);
    let backup = text(&first["backup"]);
    let trashed = text(&backed(site)["backup"]);
    site.zelo(&["backup", "delete", &trashed, "--yes", "--json"]).code(0);
    shop.work();
    let restore = site.told(&["restore", &backup, "--yes"])["operation"].clone();
    let corrupt = text(&backed(site)["backup"]);
    damage(site, &corrupt);
    let found = site.zelo(&["backup", "validate", &corrupt, "--json"]).json();
    let (held, stuck) = stuck(site);
    let user = text(&site.told(&["user", "add", &LONG.replace("shop", "girl")])["id"]);
    site.told(&["token", "create", "--user", &LONG.replace("shop", "girl"), "--name", LONG]);
    let first_of = |told: Value| text(&told.as_array().unwrap()[0]["id"]);
    BTreeMap::from([
        ("resource", resource),
        ("bare", bare),
        ("held", held),
        ("backup", backup),
        ("trashed", trashed),
        ("operation", text(&restore["id"])),
        ("backup operation", text(&first["id"])),
        ("corrupt", corrupt),
        ("failed", text(&found["operation"]["id"])),
        ("stuck", stuck),
        ("aside", first_of(site.told(&["aside", "list"]))),
        ("project", first_of(site.told(&["project", "list"]))),
        ("user", user),
    ])
}

/// Undoing a restore fails here, and going back from that too.
const FAULT: &str = "undo/fail:settle:before;undo/fail:swap:undo-before";

/// A backup, and the undo of its restore, which waits for a person; their ids.
fn stuck(site: &Site) -> (String, String) {
    let shop = Filed::in_folder(&site.path("held"));
    let at = format!("path={}", shop.path.display());
    site.told(&["resource", "add", "held", "--kind", "sqlite", "--set", &at]);
    let backup = text(&site.told(&["backup", "create", "held"])["operation"]["backup"]);
    shop.work();
    let restored = text(&site.told(&["restore", &backup, "--yes"])["operation"]["id"]);
    let undone = site.zelo(&["undo", &restored, "--yes", "--json"]).code(6).json();
    (backup, text(&undone["operation"]["id"]))
}

/// Writes something else over a backup's first file.
fn damage(site: &Site, backup: &str) {
    let told = site.told(&["backup", "info", backup]);
    let folder = site.data().join("store").join(text(&told["backup"]["path"]));
    let file = text(&told["manifest"]["parts"][0]["files"][0]["path"]);
    let file = folder.parent().unwrap().join(file);
    let bytes = vec![0; fs::read(&file).unwrap().len()];
    fs::write(file, bytes).unwrap();
}

/// One pass over the pages; what is wrong is told once, in the end.
pub(crate) struct Look<'a> {
    pub(crate) person: &'a Person,
    wrong: String,
}

impl Look<'_> {
    async fn at(&mut self, path: &str) {
        self.person.go(path).await;
        self.page(path).await;
        self.weigh(path).await;
    }

    /// The page that is open is the one asked for, not one about what went wrong.
    async fn is_there(&mut self, route: &str) {
        let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
        let status = self.person.ask(status, vec![]).await;
        if status != 200 {
            self.note(route, &format!("it answers with {status}"));
        }
    }

    /// The page that is open, in all four guises.
    pub(crate) async fn page(&mut self, name: &str) {
        let p = self.person;
        axe::bring(p).await;
        for width in [NARROW, WIDE] {
            p.width(width).await;
            let over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let over = p.ask(over, vec![]).await;
            if over.as_i64().is_none_or(|over| over > 0) {
                self.note(
                    name,
                    &format!("at {width} px it sticks out by {over} px: {}", self.out(width).await),
                );
            }
            for theme in ["light", "dark"] {
                p.theme(theme).await;
                for finding in axe::findings(p).await {
                    self.note(name, &format!("{width} px, {theme}: {finding}"));
                }
            }
        }
        self.console(name).await;
    }

    /// What the browser complains of, but for the answers to what was asked itself: the
    /// status of this page, and of a form that comes back with what is wrong.
    async fn console(&mut self, name: &str) {
        let page = self.person.browser.current_url().await.unwrap();
        for entry in self.person.browser.browser_log().await.unwrap() {
            let status = entry.message.contains("Failed to load resource");
            let own = entry.message.split(' ').next() == Some(page.as_str());
            let expected = status && (own || entry.message.contains("status of 422"));
            let refused = entry.message.contains("Content Security Policy");
            if refused || (entry.level == "SEVERE" && !expected) {
                self.note(name, &format!("the console says: {}", entry.message));
            }
        }
    }

    /// The elements that stick out.
    async fn out(&self, width: u32) -> String {
        let script = "return [...document.querySelectorAll('body *')]
            .filter((e) => e.getBoundingClientRect().right > arguments[0] + 1)
            .slice(0, 5).map((e) => `${e.tagName} ${e.className}`).join('; ')";
        self.person.ask(script, vec![width.into()]).await.to_string()
    }

    /// How much travels for it, and how often it asks once its files are kept.
    async fn weigh(&mut self, name: &str) {
        let script = "
            const page = performance.getEntriesByType('navigation')[0];
            const parts = performance.getEntriesByType('resource');
            const sum = parts.reduce((sum, part) => sum + part.encodedBodySize, page.encodedBodySize);
            return [sum, 1 + parts.filter((part) => part.transferSize > 0).length];";
        self.person.go(&self.person.path().await).await;
        self.console(name).await;
        let told = self.person.ask(script, vec![]).await;
        let (bytes, requests) = (told[0].as_u64().unwrap(), told[1].as_u64().unwrap());
        if bytes == 0 || bytes > HEAVY {
            self.note(name, &format!("it weighs {bytes} bytes"));
        }
        if requests > 2 {
            self.note(name, &format!("it needs {requests} requests although everything is kept"));
        }
    }

    fn note(&mut self, page: &str, what: &str) {
        eprintln!("{page}: {what}");
        writeln!(self.wrong, "{page}: {what}").unwrap();
    }
}

/// What only opens when asked: the navigation of a telephone, the menus, a dialog.
async fn opens_the_menus(look: &mut Look<'_>, named: &Named) {
    let p = look.person;
    p.width(NARROW).await;
    p.go("/dashboard").await;
    assert!(!p.browser.find(thirtyfour::By::Id("nav")).await.unwrap().is_displayed().await.unwrap());
    p.click(".nav-open").await;
    p.sees("#nav a").await;
    let over = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    assert_eq!(p.ask(over, vec![]).await, Value::Bool(true), "the open navigation sticks out");
    look.page("the navigation").await;

    p.go("/dashboard").await;
    p.width(WIDE).await;
    p.click("details.menu:has(form[action$='/sign-out']) > summary").await;
    look.page("the account's menu").await;

    p.width(WIDE).await;
    p.go(&path("/backups/{backup}", named)).await;
    p.click(".page-head a[href$='/restore']").await;
    p.sees("#modal dialog .steps > li").await;
    look.page("a restore's dialog").await;
}
