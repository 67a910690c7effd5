//! What the promise allows.

#[path = "../support.inc"]
mod support;
use support::*;

fn main() {
    let mut plan = Plan::builder(OpKind::of("restore"));
    plan.add(Make);
    let mut plan = plan.safety(Save);
    plan.destroy(Destroy);
    let _: Plan = plan.commit_destroying(AnyCommit::new(Destroy)).finish();
    let _: Plan = Plan::builder(OpKind::of("backup")).commit(AnyCommit::new(Make)).finish();
}
