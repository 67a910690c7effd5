//! A destructive commit point before any safety backup.

#[path = "support.inc"]
mod support;
use support::*;

fn main() {
    let plan = Plan::builder(OpKind::of("restore"));
    plan.commit_destroying(AnyCommit::new(Destroy));
}
