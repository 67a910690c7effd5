//! A plan without a commit point.

#[path = "support.inc"]
mod support;
use support::*;

fn main() {
    let plan = Plan::builder(OpKind::of("restore")).safety(Save);
    let _: Plan = plan.finish();
}
