//! A destructive step passed off as a harmless one.

#[path = "support.inc"]
mod support;
use support::*;

fn main() {
    let mut plan = Plan::builder(OpKind::of("restore"));
    plan.add(Destroy);
    let _: AnyStep<Adds> = AnyStep::new(Destroy);
    plan.commit(AnyCommit::<Adds>::new(Destroy));
}
