//! axe-core, which knows what pages must be like for everybody, asked about the page
//! a browser shows.

use serde_json::{Value, json};

use crate::person::Person;

/// The script; see `tests/vendor/README.md`.
const AXE: &str = include_str!("../vendor/axe-core/axe.min.js");

const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
        .then((found) => done(found.violations.map((v) => ({
            rule: v.id,
            help: v.help,
            at: v.nodes.slice(0, 5).map((n) => n.target.join(' ') + ': ' + n.failureSummary),
        }))), (error) => done([{ rule: 'axe itself', help: String(error), at: [] }]));
";

/// Gives the page the script, once after it was loaded.
pub(crate) async fn bring(person: &Person) {
    person.ask(AXE, vec![]).await;
}

/// What it finds, one line each.
pub(crate) async fn findings(person: &Person) -> Vec<String> {
    let found = person.browser.execute_async(RUN, Vec::new()).await.unwrap();
    let found = found.json().clone();
    let line = |v: &Value| format!("{}: {} {}", v["rule"], v["help"], json!(v["at"]));
    found.as_array().unwrap().iter().map(line).collect()
}
