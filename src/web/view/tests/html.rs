//! Whether a page is sound: what a validator and the accessibility rules that a
//! program can check would say of it.

use std::collections::{BTreeMap, BTreeSet};

use super::dom::Dom;

/// Everything wrong with a whole page.
pub(super) fn faults(html: &str) -> Vec<String> {
    let page = Dom::page(html);
    let mut faults: Vec<_> = page.errors.iter().map(|error| format!("not well-formed: {error}")).collect();
    whole(&page, &mut faults);
    parts(&page, html, &mut faults);
    faults
}

/// Everything wrong with a block that is sent alone: one element with an id.
pub(super) fn faults_of_block(html: &str) -> Vec<String> {
    let page = Dom::fragment(html);
    let mut faults: Vec<_> = page.errors.iter().map(|error| format!("not well-formed: {error}")).collect();
    match page.roots().as_slice() {
        [root] if root.has("id") => {}
        [root] => faults.push(format!("a block without an id: {}", root.shown())),
        roots => faults.push(format!("a block of {} elements", roots.len())),
    }
    parts(&page, html, &mut faults);
    faults
}

/// What only a whole page must have.
fn whole(page: &Dom, faults: &mut Vec<String>) {
    for name in ["h1", "main", "title"] {
        let found = page.named(&[name]).len();
        if found != 1 {
            faults.push(format!("{found} × {name}"));
        }
    }
    if !page.named(&["html"]).iter().any(|html| html.has("lang")) {
        faults.push("no language".to_owned());
    }
    let mut level = 0;
    for heading in page.named(&["h1", "h2", "h3", "h4"]) {
        // The navigation stands before the page's heading in the source.
        if heading.above("nav").is_none() {
            let here = heading.name()[1..].parse::<u8>().unwrap();
            if here > level + 1 {
                faults.push(format!("h{level} is followed by {}", heading.shown()));
            }
            level = here;
        }
    }
    references(page, faults);
    landmarks(page, faults);
}

/// Attributes that name ids name ids that there are.
fn references(page: &Dom, faults: &mut Vec<String>) {
    let ids: BTreeSet<_> = page.having("id").into_iter().map(|(_, id)| id).collect();
    for name in
        ["for", "form", "aria-labelledby", "aria-describedby", "popovertarget", "data-copy", "data-wrap"]
    {
        for (element, named) in page.having(name) {
            for id in named.split_whitespace().filter(|id| !ids.contains(id)) {
                faults.push(format!("{name} names {id:?}, which is not there: {}", element.shown()));
            }
        }
    }
    for name in ["href", "hx-target", "hx-indicator"] {
        for (element, named) in page.having(name) {
            if named.strip_prefix('#').is_some_and(|id| !ids.contains(id)) {
                faults.push(format!("{name} names {named:?}, which is not there: {}", element.shown()));
            }
        }
    }
}

/// Landmarks have names, and those of one kind different ones.
fn landmarks(page: &Dom, faults: &mut Vec<String>) {
    let mut seen = BTreeMap::new();
    for landmark in page.named(&["nav", "aside", "form"]) {
        let label = landmark.attribute("aria-label").or(landmark.attribute("aria-labelledby"));
        match label {
            None if landmark.name() == "form" => {}
            None => faults.push(format!("a landmark without a name: {}", landmark.shown())),
            Some(label) => {
                if seen.insert((landmark.name(), label), ()).is_some() {
                    faults.push(format!("two landmarks of a name: {}", landmark.shown()));
                }
            }
        }
    }
}

/// What any piece of a page must keep to.
fn parts(page: &Dom, html: &str, faults: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    for (element, id) in page.having("id") {
        if !ids.insert(id) {
            faults.push(format!("an id twice: {}", element.shown()));
        }
    }
    for element in page.all() {
        for (name, _) in element.attributes() {
            if name == "style" || name.starts_with("on") || name == "hx-on" || name.starts_with("hx-on:") {
                faults.push(format!("{name} in {}", element.shown()));
            }
        }
    }
    for element in page.named(&["script", "style"]) {
        if !element.has("src") {
            faults.push(format!("inline: {}", element.shown()));
        }
    }
    for missing in ["[ui-", "[problem-", "[step-", "[plan-", "[undo-", "[operation-"] {
        if html.contains(missing) {
            faults.push(format!("a text is missing: {missing}"));
        }
    }
    controls(page, faults);
    pictures(page, faults);
    tables(page, faults);
    forms(page, faults);
}

/// Whatever can be used has a name.
fn controls(page: &Dom, faults: &mut Vec<String>) {
    let labels: BTreeSet<_> = page.having("for").into_iter().map(|(_, id)| id).collect();
    for control in page.named(&["input", "select", "textarea"]) {
        let named = control.attribute("type") == Some("hidden")
            || control.has("aria-label")
            || control.has("aria-labelledby")
            || control.attribute("id").is_some_and(|id| labels.contains(id))
            || control.above("label").is_some_and(|label| !label.text().is_empty());
        if !named {
            faults.push(format!("no label: {}", control.shown()));
        }
    }
    for control in page.named(&["a", "button", "summary"]) {
        if control.text().is_empty() && control.attribute("aria-label").is_none_or(str::is_empty) {
            faults.push(format!("no name: {}", control.shown()));
        }
        if control.name() == "a" && !control.has("href") {
            faults.push(format!("a link to nowhere: {}", control.shown()));
        }
    }
    for element in page.all() {
        let needs = element.attribute("tabindex") == Some("0") || element.name() == "progress";
        if needs && !element.has("aria-label") && !element.has("aria-labelledby") {
            faults.push(format!("an area or bar without a name: {}", element.shown()));
        }
    }
}

/// Pictures are decoration, or say what they show.
fn pictures(page: &Dom, faults: &mut Vec<String>) {
    for svg in page.named(&["svg"]) {
        let told = svg.attribute("role") == Some("img") && svg.has("aria-label");
        if svg.attribute("aria-hidden") != Some("true") && !told && !svg.has("hidden") {
            faults.push(format!("neither decoration nor told: {}", svg.shown()));
        }
    }
    for image in page.named(&["img"]) {
        if !image.has("alt") {
            faults.push(format!("no alt: {}", image.shown()));
        }
    }
    // The icons of the layout are there in whole pages; those of a block are checked with it.
    let icons = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/icons.html"));
    for used in page.named(&["use"]) {
        let name = used.attribute("href").and_then(|href| href.strip_prefix('#')).unwrap_or("?");
        if !icons.contains(&format!("id=\"{name}\"")) {
            faults.push(format!("no icon {name}"));
        }
    }
}

/// Heads of tables say what they are the heads of, and cells that can be stacked carry
/// the label of their column.
fn tables(page: &Dom, faults: &mut Vec<String>) {
    for head in page.named(&["th"]) {
        if !head.has("scope") {
            faults.push(format!("no scope: {}", head.shown()));
        }
    }
    for table in page.named(&["table"]) {
        let heads: Vec<_> = page
            .named(&["th"])
            .into_iter()
            .filter(|th| th.above("thead").is_some_and(|thead| thead.within(table)))
            .map(|th| th.text())
            .collect();
        for row in page.named(&["tr"]) {
            if !row.above("tbody").is_some_and(|body| body.within(table)) {
                continue;
            }
            let cells = row.children();
            if cells.len() != heads.len() {
                faults.push(format!("{} cells under {} heads: {}", cells.len(), heads.len(), row.shown()));
            }
            for (cell, head) in cells.iter().zip(&heads) {
                if cell.attribute("data-label").is_some_and(|label| label != head) {
                    faults.push(format!("under the head {head:?}: {}", cell.shown()));
                }
            }
        }
    }
}

/// What changes something is guarded; no form stands in another; addresses start with
/// the path below which Zelo is reached.
fn forms(page: &Dom, faults: &mut Vec<String>) {
    for form in page.named(&["form"]) {
        let post = form.attribute("method") == Some("post");
        let mut inputs = page.named(&["input"]);
        inputs.retain(|input| input.within(form) && input.attribute("name") == Some("csrf"));
        if inputs.len() != usize::from(post) {
            faults.push(format!("{} × csrf: {}", inputs.len(), form.shown()));
        }
        if !form.has("action") {
            faults.push(format!("a form without an address: {}", form.shown()));
        }
    }
    for (element, _) in page.having("formaction") {
        if element.above("form").is_none_or(|form| form.attribute("method") != Some("post")) {
            faults.push(format!("formaction outside of a form: {}", element.shown()));
        }
    }
    for name in ["href", "action", "formaction", "hx-get", "hx-post", "sse-connect", "src"] {
        for (element, address) in page.having(name) {
            if address.starts_with('/') && !address.starts_with("/zelo/") {
                faults.push(format!("{name} without the base path: {}", element.shown()));
            }
            if address.contains("//") && !address.starts_with("https://") {
                faults.push(format!("{name} with an empty piece: {}", element.shown()));
            }
        }
    }
}

#[test]
fn the_checker_sees_faults() {
    let page = |body: &str| {
        format!(
            "<!doctype html><html lang=\"en\"><head><title>t</title></head><body><main id=\"main\">\
             <h1>a</h1>{body}</main></body></html>"
        )
    };
    assert_eq!(faults(&page("")), Vec::<String>::new());
    for body in [
        "<h1>b</h1>",
        "<h3>b</h3>",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<p style=\"x\"></p>",
        "<p onclick=\"x\"></p>",
        "<script>x</script>",
        "<input name=\"a\">",
        "<label for=\"b\">x</label>",
        "<button></button>",
        "<a>b</a>",
        "<svg></svg>",
        "<svg aria-hidden=\"true\"><use href=\"#i-nothing\"/></svg>",
        "<form method=\"post\" action=\"/zelo/a\"></form>",
        "<form action=\"/a\"></form>",
        "<form></form>",
        "<form action=\"/zelo/a\"><form action=\"/zelo/b\"></form></form>",
        "<button formaction=\"/zelo/a\">b</button>",
        "<table><thead><tr><th scope=\"col\">a</th></tr></thead><tbody><tr></tr></tbody></table>",
        "<table><thead><tr><th scope=\"col\">a</th></tr></thead><tbody><tr><td data-label=\"b\">c</td></tr></tbody></table>",
        "<table><tbody><tr><th>a</th></tr></tbody></table>",
        "<div></p></div>",
        "<div><span></div>",
        "<p>[ui-nothing]</p>",
        "<nav></nav>",
        "<a href=\"#none\">b</a>",
        "<div tabindex=\"0\"></div>",
    ] {
        assert!(!faults(&page(body)).is_empty(), "{body}");
    }
    assert_eq!(faults_of_block("<div id=\"a\"><p>b</p></div>"), Vec::<String>::new());
    assert!(!faults_of_block("<div id=\"a\"></div><div id=\"b\"></div>").is_empty());
    assert!(!faults_of_block("<div></div>").is_empty());
}
