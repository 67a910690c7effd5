//! What pages show when something was refused: forms that come back with what is
//! wrong, plans that cannot be carried out, answers that are no page. They are looked
//! at like every other one.

use std::{fs, path::Path};

use crate::{
    pages::{Look, Named, path},
    person::{NAME, PASSWORD},
};

/// For whoever is not signed in; `link` sets up.
pub(crate) async fn for_nobody(look: &mut Look<'_>, link: &str) {
    let p = look.person;
    p.go(link).await;
    let typed = [("name", NAME), ("password", PASSWORD), ("again", "another password"), ("project", " ")];
    p.send("/setup", &typed).await;
    p.sees("[aria-invalid=true]").await;
    look.page("a set-up with fields that are wrong").await;

    p.go("/sign-in").await;
    p.send("/sign-in", &[("name", NAME), ("password", "not that")]).await;
    p.sees("main [role=alert]").await;
    look.page("a sign-in that was refused").await;

    p.go("/sign-in").await;
    let expired = "document.querySelector('form[action$=\"/sign-in\"] [name=csrf]').value = 'of another day'";
    p.ask(expired, vec![]).await;
    p.send("/sign-in", &[("name", NAME), ("password", PASSWORD)]).await;
    p.sees("main .answers").await;
    look.page("a form that has expired").await;
}

/// For an owner; `junk` is a file that will be no dump.
pub(crate) async fn refused(look: &mut Look<'_>, named: &Named, junk: &Path) {
    let p = look.person;
    p.go(&path("/backups/{backup}/restore", named)).await;
    p.fill("[name=confirm]", "something else").await;
    p.ask("document.querySelector('[data-confirm-submit]').form.requestSubmit()", vec![]).await;
    p.sees("#plan [aria-invalid=true]").await;
    look.page("a restore whose name was typed wrong").await;

    p.go(&path("/backups/{held}/restore", named)).await;
    let field = p.sees("[name=confirm]").await;
    let name = field.attr("data-confirm-name").await.unwrap().unwrap();
    p.fill("[name=confirm]", &name).await;
    p.click("[data-confirm-submit]").await;
    p.sees(&path("#plan [role=alert] ~ * a[href*='/operations/{stuck}']", named)).await;
    look.page("a restore that waits for another operation").await;

    fs::write(junk, "no dump of anything").unwrap();
    p.go(&path("/resources/{resource}", named)).await;
    p.choose("#upload input[type=file]", junk).await;
    p.sees("#upload [role=alert]").await;
    // A heading that stays in sight may lie on any row while one scrolls.
    p.ask("scrollTo(0, 0)", vec![]).await;
    look.page("an upload that was refused").await;
}
