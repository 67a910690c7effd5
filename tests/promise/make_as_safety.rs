//! A step that saves nothing passed off as the safety backup.

#[path = "support.inc"]
mod support;
use support::*;

fn main() {
    let plan = Plan::builder(OpKind::of("restore"));
    plan.safety(Make);
}
