//! What a person does with a browser: goes to a page, reads, types, presses. Forms
//! are found by where they lead, so that wording may change; waiting never sleeps
//! longer than needed.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use thirtyfour::{By, Key, WebDriver, WebElement};

/// How long something may take to appear.
const PATIENCE: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(40);

/// Somebody before a browser.
pub(crate) struct Person {
    pub(crate) browser: WebDriver,
    url: String,
}

impl Person {
    pub(crate) fn new(browser: WebDriver, url: &str) -> Self {
        Self { browser, url: url.to_owned() }
    }

    /// Types an address: a path of the site, or a whole one.
    pub(crate) async fn go(&self, path: &str) {
        let whole = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        self.browser.goto(&whole).await.unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    /// Where they are: path and query.
    pub(crate) async fn path(&self) -> String {
        let url = self.browser.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.url).unwrap_or(url.as_str()).to_owned()
    }

    /// Everything that can be read on the page.
    pub(crate) async fn text(&self) -> String {
        match self.browser.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until something is so; else says what the page shows.
    pub(crate) async fn until(&self, what: &str, mut so: impl AsyncFnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self).await {
            if Instant::now() > end {
                panic!("{what}, on {}:\n{}", self.path().await, self.text().await);
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits for a path that begins like this; the rest of it.
    pub(crate) async fn arrives(&self, begin: &str) -> String {
        self.until(&format!("nobody arrives at {begin}"), async |p| p.path().await.starts_with(begin)).await;
        self.path().await[begin.len()..].to_owned()
    }

    /// Whether there is such an element now.
    pub(crate) async fn has(&self, css: &str) -> bool {
        !self.browser.find_all(By::Css(css)).await.unwrap_or_default().is_empty()
    }

    /// How many there are.
    pub(crate) async fn count(&self, css: &str) -> usize {
        self.browser.find_all(By::Css(css)).await.unwrap_or_default().len()
    }

    /// Waits for an element that can be seen.
    pub(crate) async fn sees(&self, css: &str) -> WebElement {
        let end = Instant::now() + PATIENCE;
        loop {
            for element in self.browser.find_all(By::Css(css)).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            if Instant::now() > end {
                panic!("{css} is not to be seen, on {}:\n{}", self.path().await, self.text().await);
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Follows a link, waiting for it; an element that moves is looked for again.
    pub(crate) async fn click(&self, css: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.sees(css).await.click().await {
                Ok(()) => return,
                Err(error) if Instant::now() > end => panic!("{css} cannot be pressed: {error}"),
                Err(_) => tokio::time::sleep(STEP).await,
            }
        }
    }

    /// The same, into the next page.
    pub(crate) async fn follow(&self, css: &str) {
        self.click(css).await;
    }

    /// Types into fields of the form that leads to `action`, and sends it off.
    pub(crate) async fn send(&self, action: &str, typed: &[(&str, &str)]) {
        let form = format!("form[action$='{action}']");
        for (name, value) in typed {
            self.fill(&format!("{form} [name='{name}']"), value).await;
        }
        self.click(&format!("{form} button[type=submit]:not([formaction])")).await;
    }

    /// Types into a field, in place of what stood there; picks, in a list.
    pub(crate) async fn fill(&self, css: &str, value: &str) {
        let field = self.sees(css).await;
        if field.tag_name().await.unwrap() == "select" {
            let option = field.find(By::XPath(format!(".//option[@value='{value}' or .='{value}']"))).await;
            option.unwrap_or_else(|e| panic!("{css}, {value}: {e}")).click().await.unwrap();
            return;
        }
        if field.attr("type").await.unwrap().as_deref() != Some("file") {
            field.clear().await.unwrap();
        }
        field.send_keys(value).await.unwrap();
    }

    /// Chooses a file; its field may be hidden behind something nicer.
    pub(crate) async fn choose(&self, css: &str, file: &Path) {
        let end = Instant::now() + PATIENCE;
        let field = loop {
            match self.browser.find(By::Css(css)).await {
                Ok(field) => break field,
                Err(error) if Instant::now() > end => panic!("{css}: {error}"),
                Err(_) => tokio::time::sleep(STEP).await,
            }
        };
        field.send_keys(file.to_str().unwrap()).await.unwrap();
    }

    /// Drags a file from elsewhere onto an element; `over` looks while it is held there.
    pub(crate) async fn drops(&self, css: &str, file: &Path, over: impl AsyncFnOnce(&Self)) {
        self.sees(css).await;
        let middle = "const zone = document.querySelector(arguments[0]);
            zone.scrollIntoView({ block: 'center', behavior: 'instant' });
            const at = zone.getBoundingClientRect();
            return [at.left + at.width / 2, at.top + at.height / 2];";
        let at = self.ask(middle, vec![css.into()]).await;
        let drag = async |kind: &str| {
            let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
            let event = json!({ "type": kind, "x": at[0], "y": at[1], "data": data });
            self.browser.cdp().send_raw("Input.dispatchDragEvent", event).await.unwrap();
        };
        drag("dragEnter").await;
        drag("dragOver").await;
        over(self).await;
        drag("drop").await;
    }

    /// Presses a key, wherever the focus is.
    pub(crate) async fn presses(&self, key: Key) {
        self.browser.action_chain().send_keys(key).perform().await.unwrap();
    }

    /// The same while Shift is held.
    pub(crate) async fn presses_with_shift(&self, key: Key) {
        let keys = self.browser.action_chain().key_down(Key::Shift).send_keys(key).key_up(Key::Shift);
        keys.perform().await.unwrap();
    }

    /// Whether the focus is on what a selector names, or within it.
    pub(crate) async fn is_in(&self, css: &str) -> bool {
        let script = "return document.activeElement?.closest(arguments[0]) != null";
        self.ask(script, vec![css.into()]).await == Value::Bool(true)
    }

    /// What a script returns. It works where pages may run none.
    pub(crate) async fn ask(&self, script: &str, args: Vec<Value>) -> Value {
        let answer = self.browser.execute(script, args).await.unwrap_or_else(|e| panic!("{script:.60}: {e}"));
        answer.json().clone()
    }

    /// The window becomes so wide.
    pub(crate) async fn width(&self, width: u32) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.browser.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.unwrap();
    }

    /// The system prefers `light` or `dark`.
    pub(crate) async fn theme(&self, theme: &str) {
        let wish = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.browser.cdp().send_raw("Emulation.setEmulatedMedia", wish).await.unwrap();
    }

    /// Sets Zelo up as its first administrator.
    pub(crate) async fn sets_up(&self, link: &str) {
        self.go(link).await;
        let typed = [("name", NAME), ("password", PASSWORD), ("again", PASSWORD), ("project", "default")];
        self.send("/setup", &typed).await;
        self.arrives("/dashboard").await;
    }

    /// Signs in.
    pub(crate) async fn signs_in(&self) {
        self.go("/sign-in").await;
        self.send("/sign-in", &[("name", NAME), ("password", PASSWORD)]).await;
        self.arrives("/dashboard").await;
    }

    /// Signs out, as one does: in the menu.
    pub(crate) async fn signs_out(&self) {
        self.click("details.menu:has(form[action$='/sign-out']) > summary").await;
        self.send("/sign-out", &[]).await;
        self.arrives("/sign-in").await;
        self.go("/dashboard").await;
        self.arrives("/sign-in").await;
    }

    /// Closes the browser.
    pub(crate) async fn leaves(self) {
        self.browser.quit().await.unwrap();
    }
}

/// The first administrator.
pub(crate) const NAME: &str = "ana";
pub(crate) const PASSWORD: &str = "sete lontras no telhado";
