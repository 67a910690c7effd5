//! A destructive step after a safety backup: as it should be.

#[path = "support.inc"]
mod support;
use support::*;

fn main() {
    let mut plan = Plan::builder(OpKind::of("restore")).safety(Save);
    plan.destroy(Destroy);
    let _: Plan = plan.commit_destroying(AnyCommit::new(Destroy)).finish();
}
