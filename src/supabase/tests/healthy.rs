//! On a healthy instance nothing is found. How long that takes is told, not asserted: the
//! machine may be doing other things.

use std::time::Instant;

use super::stack::Stack;

async fn healthy(stack: &Stack, explained: &[&str]) {
    let mut took = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        let diagnosis = stack.diagnosis().await;
        took.push(began.elapsed());
        Stack::finds(&diagnosis, &[]);
        let mut unknown = Stack::unknown(&diagnosis);
        unknown.retain(|one| !explained.iter().any(|e| one.starts_with(e)));
        assert_eq!(unknown, Vec::<String>::new());
    }
    eprintln!("a diagnosis took {took:?}");
}

#[tokio::test]
async fn healthy_today() {
    let Some(stack) = Stack::today().await else { return };
    let before = stack.snapshot();
    healthy(&stack, &[]).await;
    assert_eq!(stack.snapshot(), before, "a diagnosis changed something");
}

#[tokio::test]
async fn healthy_kong() {
    let Some(stack) = Stack::kong().await else { return };
    // The lab's Kong has no shell to run anything in.
    healthy(&stack, &["gateway-names"]).await;
}
