//! All that can be asked for, with who may: as one list, so that a change of a right
//! is seen by whoever reviews it.

use std::fmt::Write as _;

use super::who::wanted;
use crate::web::{
    guard::{Body, Rule},
    routes,
};

/// Who is let in by a rule, beginning with those who may least.
fn who_may(rule: Rule) -> String {
    if rule == Rule::Public {
        return "everybody".to_owned();
    }
    let all = [("nobody", "person"), ("alpha-viewer", "viewer"), ("alpha-operator", "operator")];
    let all = all.into_iter().chain([("alpha-owner", "owner"), ("admin", "administrator")]);
    let let_in = all.filter(|(name, _)| wanted(rule, name).is_none()).map(|(_, word)| word);
    let_in.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_change_of_a_right_is_seen() {
    let mut told = String::new();
    for entry in routes::table() {
        let streamed = if entry.body == Body::Stream { ", streamed" } else { "" };
        let (method, path, rule) = (entry.method, entry.path, entry.rule);
        writeln!(told, "{method} {path}\n    {rule:?}: {}{streamed}", who_may(rule)).unwrap();
    }
    insta::assert_snapshot!(told);
}
