//! The way most people take: back up, download, bring a dump of one's own, restore
//! it, undo that. The same steps with scripts and without.

use std::path::Path;

use serde_json::Value;

use crate::{
    chromium::downloaded,
    person::Person,
    shop::Shop,
    site::{Site, sha256},
    support::text,
};

/// Whether pages may run scripts: then they fill in live, else they load anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scripts {
    On,
    Off,
}

const DONE: &str = "#head .page-title .status.is-ok";
const RUNNING: &str = "#head .page-title .status.is-run, #head .page-title .status.is-wait";

/// A person, and what their browser may do.
pub(crate) struct Walk<'a> {
    pub(crate) site: &'a Site,
    pub(crate) person: &'a Person,
    pub(crate) scripts: Scripts,
    /// Where their browser puts files.
    pub(crate) downloads: &'a Path,
}

impl Walk<'_> {
    /// From a resource to a backup, watched; the backup's id.
    pub(crate) async fn backs_up(&self, resource: &str) -> String {
        self.starts_backup(resource).await;
        self.comes_to_an_end().await;
        self.made().await
    }

    /// Presses "Back up now"; the operation's page is open.
    pub(crate) async fn starts_backup(&self, resource: &str) -> String {
        let p = self.person;
        p.go(&format!("/resources/{resource}")).await;
        p.follow(&format!(".page-head a[href$='/resources/{resource}/backup']")).await;
        p.send(&format!("/resources/{resource}/backup"), &[("note", "before the weekend")]).await;
        p.arrives("/operations/").await
    }

    /// Waits until the operation on the page succeeded. With scripts the same page
    /// must show it, without them it loads itself anew.
    pub(crate) async fn comes_to_an_end(&self) {
        let p = self.person;
        if self.scripts == Scripts::On {
            p.ask("window.stayed = true", vec![]).await;
        }
        p.until("the operation does not succeed", async |p| {
            let over = "#head .status.is-bad, #head .status.is-undone, #head .status.is-warn";
            if p.has(over).await {
                panic!("it did not succeed:\n{}", p.text().await);
            }
            p.has(DONE).await
        })
        .await;
        if self.scripts == Scripts::On {
            let stayed = p.ask("return window.stayed === true", vec![]).await;
            assert_eq!(stayed, Value::Bool(true), "the page was loaded anew to show the end");
        }
        let (all, done) =
            (p.count("#steps .steps > li:not(.line-out)").await, p.count("#steps li.is-done").await);
        assert!(all > 0 && p.count("#steps .steps > li.is-run").await == 0, "{all} steps, {done} done");
    }

    /// It runs, and the page says so.
    pub(crate) async fn is_running(&self) {
        self.person.sees(RUNNING).await;
    }

    /// The backup that the operation on the page made.
    pub(crate) async fn made(&self) -> String {
        self.person.follow("#head a[href*='/backups/']").await;
        let rest = self.person.arrives("/backups/").await;
        rest.split(['/', '?']).next().unwrap().to_owned()
    }

    /// Downloads a backup by a link, and compares it with its manifest.
    pub(crate) async fn downloads(&self, backup: &str) {
        let p = self.person;
        p.go(&format!("/backups/{backup}")).await;
        p.click("button[formaction$='/links']").await;
        p.follow("a[download][href*='/download/']").await;
        let file = downloaded(self.downloads);
        let told = self.site.told(&["backup", "info", backup]);
        compare(&file, &told["manifest"]);
        std::fs::remove_file(file).unwrap();
    }

    /// Brings a dump; the backup that became of it.
    pub(crate) async fn uploads(&self, resource: &str, dump: &Path) -> String {
        let p = self.person;
        p.go(&format!("/resources/{resource}")).await;
        p.choose("form[action$='/upload'] input[type=file]", dump).await;
        if self.scripts == Scripts::Off {
            p.click("form[action$='/upload'] button[type=submit]").await;
        }
        p.arrives("/operations/").await;
        self.comes_to_an_end().await;
        self.made().await
    }

    /// Restores a backup over the live database: the plan, the typed name; the
    /// operation's id.
    pub(crate) async fn restores(&self, backup: &str) -> String {
        let p = self.person;
        p.go(&format!("/backups/{backup}")).await;
        p.follow(".page-head a[href$='/restore']").await;
        self.confirms("/restore").await;
        let operation = p.arrives("/operations/").await;
        self.comes_to_an_end().await;
        operation
    }

    /// Undoes the restore on whose page they are.
    pub(crate) async fn undoes(&self, operation: &str) {
        let p = self.person;
        p.go(&format!("/operations/{operation}")).await;
        p.follow("#head a[href$='/undo']").await;
        self.confirms("/undo").await;
        p.until("the undo has no page", async |p| {
            let path = p.path().await;
            path.starts_with("/operations/") && !path.contains(operation)
        })
        .await;
        self.comes_to_an_end().await;
    }

    /// Reads the plan and types the name; another name must not do.
    async fn confirms(&self, action: &str) {
        let p = self.person;
        let form = format!("form[method=post][action$='{action}']");
        p.sees(&format!("{form} .steps > li")).await;
        let button = format!("{form} button[data-confirm-submit]");
        if p.has(&format!("{form} [name=confirm]")).await {
            let before = self.operations();
            p.fill(&format!("{form} [name=confirm]"), "something else").await;
            if self.scripts == Scripts::On {
                let enabled = p.sees(&button).await.is_enabled().await.unwrap();
                assert!(!enabled, "the button can be pressed with a wrong name");
            } else {
                p.click(&button).await;
                p.sees(&format!("{form} [aria-invalid=true]")).await;
            }
            assert_eq!(self.operations(), before, "a wrong name started something");
            let field = p.sees(&format!("{form} [name=confirm]")).await;
            let name = field.attr("data-confirm-name").await.unwrap().unwrap();
            p.fill(&format!("{form} [name=confirm]"), &name).await;
        }
        p.click(&button).await;
    }

    fn operations(&self) -> usize {
        self.site.told(&["operation", "list"]).as_array().unwrap().len()
    }

    /// All of it, from a resource on, with what is in the database compared.
    pub(crate) async fn all(&self, shop: &dyn Shop, resource: &str) {
        let backup = self.backs_up(resource).await;
        self.downloads(&backup).await;
        let brought = shop.contents();
        let dump = shop.dump(self.downloads);
        shop.work();
        let worked = shop.contents();
        assert_ne!(brought, worked);
        let upload = self.uploads(resource, &dump).await;
        std::fs::remove_file(dump).unwrap();
        assert_eq!(shop.contents(), worked, "the upload changed the database");
        let restore = self.restores(&upload).await;
        assert_eq!(shop.contents(), brought, "restored, it is not what was uploaded");
        self.undoes(&restore).await;
        assert_eq!(shop.contents(), worked, "undone, it is not what was there before");
    }
}

/// One stored file as it lies, or an archive of all of them.
fn compare(file: &Path, manifest: &Value) {
    let parts = manifest["parts"].as_array().unwrap().iter();
    let files: Vec<_> = parts.flat_map(|part| part["files"].as_array().unwrap().clone()).collect();
    assert!(!files.is_empty(), "{manifest}");
    if let [only] = files.as_slice() {
        assert_eq!(sha256(file), text(&only["stored"]["sha256"]));
        return;
    }
    let out = tempfile::tempdir().unwrap();
    tar::Archive::new(std::fs::File::open(file).unwrap()).unpack(out.path()).unwrap();
    for part in files {
        assert_eq!(sha256(&out.path().join(text(&part["path"]))), text(&part["stored"]["sha256"]), "{part}");
    }
}
