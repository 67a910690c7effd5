//! What is chosen stays chosen, and all that a mouse does a keyboard does: the theme,
//! the project, and the dialog of a restore from opening to closing it.

use std::collections::BTreeSet;

use serde_json::Value;
use thirtyfour::Key;

use crate::{
    chromium::Driver,
    person::{NAME, Person},
    shop::Filed,
    site::Site,
    support::text,
};

const DIALOG: &str = "#modal dialog";

#[tokio::test(flavor = "multi_thread")]
async fn theme_and_project_are_kept() {
    let Some(driver) = Driver::up() else { return };
    let site = Site::fresh();
    let ana = Person::new(driver.browser("ana").await, &site.url);
    ana.sets_up(site.link.as_deref().unwrap()).await;
    site.told(&["project", "add", "second"]);
    site.told(&["project", "member", "add", "second", NAME, "--role", "owner"]);
    adds(&site, "shop", "default");
    adds(&site, "wiki", "second");

    ana.go("/dashboard").await;
    keeps_a_theme(&ana).await;
    keeps_a_project(&ana, &site).await;
    ana.leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_is_enough_for_a_restore() {
    let Some(driver) = Driver::up() else { return };
    let site = Site::fresh();
    let ana = Person::new(driver.browser("ana").await, &site.url);
    ana.sets_up(site.link.as_deref().unwrap()).await;
    let resource = adds(&site, "shop", "default");
    let backup = text(&site.told(&["backup", "create", "shop"])["operation"]["backup"]);

    ana.go(&format!("/backups/{backup}")).await;
    opens(&ana, ".page-head a[href$='/restore']").await;
    reaches_everything(&ana).await;
    stays_inside(&ana, false).await;
    stays_inside(&ana, true).await;
    closes(&ana, ".page-head a[href$='/restore']").await;

    // From a menu, which is still open behind it.
    ana.go(&format!("/resources/{resource}")).await;
    focus(&ana, "#list details.menu > summary").await;
    ana.presses(Key::Enter).await;
    opens(&ana, "#list details.menu a[href$='/delete']").await;
    closes(&ana, "#list details.menu a[href$='/delete']").await;
    ana.presses(Key::Escape).await;
    assert!(ana.is_in("#list details.menu:not([open]) > summary").await, "the menu did not close");

    ana.go(&format!("/backups/{backup}")).await;
    opens(&ana, ".page-head a[href$='/restore']").await;
    ana.until("Tab does not come to the name", async |p| {
        p.presses(Key::Tab).await;
        p.is_in("[name=confirm]").await
    })
    .await;
    ana.browser.action_chain().send_keys("shop").perform().await.unwrap();
    ana.presses(Key::Enter).await;
    ana.arrives("/operations/").await;
    ana.sees("#head .page-title .status.is-ok").await;
    ana.leaves().await;
}

async fn keeps_a_theme(person: &Person) {
    for theme in ["dark", "light"] {
        chooses_theme(person, theme).await;
        person.sees(&format!("html[data-theme={theme}]")).await;
        // At once: what was chosen last is not lost by going on.
        person.go("/operations").await;
        person
            .until("the theme is forgotten", async |p| {
                p.go("/dashboard").await;
                p.has(&format!("html[data-theme={theme}]")).await
            })
            .await;
        let background = "return getComputedStyle(document.body).backgroundColor";
        let seen = person.ask(background, vec![]).await;
        let dark =
            text(&seen).trim_start_matches("rgb(").split(',').next().unwrap().parse::<f32>().unwrap() < 128.0;
        assert_eq!(dark, theme == "dark", "{theme}: {seen}");
    }
    chooses_theme(person, "system").await;
    person
        .until("the system's theme is not taken", async |p| {
            p.go("/dashboard").await;
            !p.has("html[data-theme]").await
        })
        .await;
}

async fn keeps_a_project(person: &Person, site: &Site) {
    for (project, shown) in [("second", vec!["wiki"]), ("default", vec!["shop"]), ("", vec!["shop", "wiki"])]
    {
        person.click(".switcher > summary").await;
        let button = match project {
            "" => ".switcher button[name=project][value='']".to_owned(),
            name => {
                let id = project_id(site, name);
                format!(".switcher button[name=project][value='{id}']")
            }
        };
        person.click(&button).await;
        person.until(&format!("{project:?} is not chosen"), async |p| names(p).await == shown).await;
        person.go("/dashboard").await;
        assert_eq!(names(person).await, shown, "{project:?} is forgotten");
    }
}

/// From where the focus is put, with Enter.
async fn opens(person: &Person, css: &str) {
    focus(person, css).await;
    person.presses(Key::Enter).await;
    person.sees(&format!("{DIALOG}:modal .steps > li")).await;
    person.until("the focus is not in the dialog", async |p| p.is_in(DIALOG).await).await;
}

/// With Escape; the focus is where it was.
async fn closes(person: &Person, css: &str) {
    person.presses(Key::Escape).await;
    person.until("Escape does not close the dialog", async |p| !p.has(DIALOG).await).await;
    assert!(person.is_in(css).await, "the focus is lost: {}", focused(person).await);
}

/// Every control of the dialog, once it can be used, is come to by Tab; of radio
/// buttons that belong together the chosen one.
async fn reaches_everything(person: &Person) {
    let name = person.sees("[data-confirm-name]").await.attr("data-confirm-name").await.unwrap().unwrap();
    person.fill("[name=confirm]", &name).await;
    let number = "
        const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, [tabindex=\"0\"]';
        const other = (e) => e.type === 'radio' && !e.checked;
        const all = [...document.querySelectorAll(`${arguments[0]} :is(${wanted})`)]
            .filter((e) => e.checkVisibility() && !e.disabled && !other(e));
        all.forEach((e, n) => { e.dataset.number = n; });
        return all.length;";
    let all = person.ask(number, vec![DIALOG.into()]).await.as_u64().unwrap();
    assert!(all > 5, "{all} controls");
    let mut seen = BTreeSet::new();
    person.ask("document.getElementById('dialog-title').focus()", vec![]).await;
    for _ in 0..all + 2 {
        person.presses(Key::Tab).await;
        seen.extend(
            person
                .ask("return document.activeElement.dataset.number", vec![])
                .await
                .as_str()
                .map(str::to_owned),
        );
    }
    let missed: Vec<_> = (0..all).map(|n| n.to_string()).filter(|n| !seen.contains(n)).collect();
    let mut told = Vec::new();
    for n in missed {
        told.push(
            person
                .ask(
                    "return document.querySelector(arguments[0]).outerHTML",
                    vec![format!("[data-number='{n}']").into()],
                )
                .await,
        );
    }
    assert!(told.is_empty(), "Tab does not come to {told:?}");
}

/// Tab goes round in the dialog, and never to the page behind it.
async fn stays_inside(person: &Person, back: bool) {
    for _ in 0..25 {
        if back {
            person.presses_with_shift(Key::Tab).await;
        } else {
            person.presses(Key::Tab).await;
        }
        // Between its end and its beginning the browser's own controls have the focus.
        let inside = person.is_in(DIALOG).await || focused(person).await == "BODY";
        assert!(inside, "the focus is behind the dialog: {}", focused(person).await);
    }
}

async fn focus(person: &Person, css: &str) {
    person.sees(css).await;
    person.ask("document.querySelector(arguments[0]).focus()", vec![css.into()]).await;
}

/// What has the focus.
async fn focused(person: &Person) -> String {
    let script =
        "const e = document.activeElement; return e === document.body ? 'BODY' : e.outerHTML.slice(0, 200)";
    text(&person.ask(script, vec![]).await)
}

async fn chooses_theme(person: &Person, theme: &str) {
    person.click("details.menu:has([data-theme-form]) > summary").await;
    person.click(&format!("[data-theme-form] button[value={theme}]")).await;
    let pressed = format!("[data-theme-form] button[value={theme}][aria-pressed=true]");
    person.sees(&pressed).await;
    assert_eq!(person.count("[data-theme-form] [aria-pressed=true]").await, 1);
}

/// The resources that the overview shows.
async fn names(person: &Person) -> Vec<String> {
    let script = "return [...document.querySelectorAll('#list a.name')].map((a) => a.textContent).sort()";
    let told: Value = person.ask(script, vec![]).await;
    told.as_array().unwrap().iter().map(text).collect()
}

fn project_id(site: &Site, name: &str) -> String {
    let all = site.told(&["project", "list"]);
    text(&all.as_array().unwrap().iter().find(|project| project["name"] == name).unwrap()["id"])
}

/// A resource of its own file; its id.
fn adds(site: &Site, name: &str, project: &str) -> String {
    let filed = Filed::in_folder(&site.path(name));
    let at = format!("path={}", filed.path.display());
    let id = text(&site.told(&["resource", "add", name, "--kind", "sqlite", "--set", &at])["id"]);
    site.told(&["resource", "assign", name, project]);
    id
}
