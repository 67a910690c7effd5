//! The API of a panel, asked as programs ask it.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{
    panel::Panel,
    support::{Ran, command, instance::compose, lab, text},
};

/// `zelo serve`, ended when this is dropped.
pub(crate) struct Serving {
    child: Child,
    url: String,
    /// Where all it says is kept: its log, and what it answers.
    said: File,
}

impl Serving {
    pub(crate) fn over(panel: &Panel) -> Self {
        let mut serve = command(&panel.data(), &["--json", "serve", "--bind", "127.0.0.1:0"]);
        serve.env("ZELO_DOCKER_COMPOSE", compose());
        let said = panel.said();
        serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(said.try_clone().unwrap());
        let mut child = serve.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: text(&told["url"]), said }
    }

    /// What the API answers: the status, and the body as JSON.
    #[track_caller]
    pub(crate) fn ask(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.ask_with(token, method, path, body, &[])
    }

    /// The same with further headers.
    #[track_caller]
    pub(crate) fn ask_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<&Value>,
        headers: &[&str],
    ) -> (u16, Value) {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-m", "120", "-X", method, "-w", "\n%{http_code}"]);
        curl.args(["-H", &format!("authorization: Bearer {token}")]);
        if let Some(body) = body {
            curl.args(["-H", "content-type: application/json", "-d", &body.to_string()]);
        }
        curl.args(headers.iter().flat_map(|header| ["-H", header]));
        curl.arg(format!("{}{path}", self.url));
        let said = lab::done(curl);
        // What a person asked to see is meant to be seen.
        if !path.ends_with("/reveal") {
            writeln!(&self.said, "{said}").unwrap();
        }
        let (body, status) = said.rsplit_once('\n').unwrap_or(("", &said));
        let body = serde_json::from_str(body).unwrap_or_else(|e| panic!("{method} {path}: {e}: {said}"));
        (status.parse().unwrap(), body)
    }

    /// Signs in by the page for it, as a person of [`token`]'s does.
    #[track_caller]
    pub(crate) fn sign_in(&self, name: &str) -> Pages<'_> {
        let pages = Pages { serving: self, jar: tempfile::NamedTempFile::new().unwrap() };
        let form = pages.get("/sign-in");
        let csrf =
            form.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let typed = [format!("csrf={csrf}"), format!("name={name}"), format!("password={PASSWORD}")];
        let fields = typed.iter().flat_map(|field| ["--data-urlencode", field]).collect::<Vec<_>>();
        pages.curl("/sign-in", &fields);
        pages
    }

    /// A file, into a file.
    #[track_caller]
    pub(crate) fn download(&self, token: &str, path: &str, into: &Path) {
        let mut curl = Command::new("curl");
        curl.args(["-s", "--fail", "-H", &format!("authorization: Bearer {token}"), "-o"]);
        curl.arg(into).arg(format!("{}{path}", self.url));
        lab::done(curl);
    }
}

/// What a person who is signed in sees.
pub(crate) struct Pages<'a> {
    serving: &'a Serving,
    jar: tempfile::NamedTempFile,
}

impl Pages<'_> {
    /// A page, which has to be there; it is kept with all that is said.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> String {
        let page = self.curl(path, &["--fail"]);
        writeln!(&self.serving.said, "{page}").unwrap();
        page
    }

    #[track_caller]
    fn curl(&self, path: &str, more: &[&str]) -> String {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-S", "-m", "120", "-b"]).arg(self.jar.path()).arg("-c").arg(self.jar.path());
        curl.args(more).arg(format!("{}{path}", self.serving.url));
        lab::done(curl)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PASSWORD: &str = "a long enough password";

/// A token of a new person who owns the only project.
pub(crate) fn token(panel: &Panel, name: &str) -> String {
    let add = command(&panel.data(), &["user", "add", name, "--password-stdin", "--json"]);
    Ran::fed(add, PASSWORD).code(0);
    let projects = panel.zelo(&["project", "list", "--json"]).code(0).json();
    let project = text(&projects[0]["id"]);
    panel.zelo(&["project", "member", "add", &project, name, "--role", "owner", "--json"]).code(0);
    let made = panel.zelo(&["token", "create", "--user", name, "--name", "test", "--json"]).code(0);
    text(&made.json()["token"])
}
