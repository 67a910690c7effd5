//! A destructive step after the commit point, when only settling is left.

#[path = "support.inc"]
mod support;
use support::*;

fn main() {
    let plan = Plan::builder(OpKind::of("restore"));
    let mut plan = plan.safety(Save).commit_destroying(AnyCommit::new(Destroy));
    plan.settle(Destroy);
}
