//! A destructive step before any safety backup.

#[path = "support.inc"]
mod support;
use support::*;

fn main() {
    let mut plan = Plan::builder(OpKind::of("restore"));
    plan.destroy(Destroy);
}
