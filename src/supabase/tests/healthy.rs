//! On a healthy instance nothing is found. How long that takes is told, not asserted: the
//! machine may be doing other things.

use std::time::Instant;

use super::stack::Stack;
use crate::supabase::restore::room::docker_room;

async fn healthy(stack: &Stack) {
    let mut took = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        let diagnosis = stack.diagnosis().await;
        took.push(began.elapsed());
        Stack::finds(&diagnosis, &[]);
        assert_eq!(Stack::unknown(&diagnosis), Vec::<String>::new());
    }
    eprintln!("a diagnosis took {took:?}");
}

#[tokio::test]
async fn healthy_today() {
    let Some(stack) = Stack::today().await else { return };
    let before = stack.snapshot();
    healthy(&stack).await;
    assert_eq!(stack.snapshot(), before, "a diagnosis changed something");
}

#[tokio::test]
async fn healthy_kong() {
    let Some(stack) = Stack::kong().await else { return };
    healthy(&stack).await;
}

#[tokio::test]
async fn dockers_own_disk_has_to_have_room() {
    let Some(stack) = Stack::today().await else { return };
    docker_room(&stack.live, "local", 0).await.unwrap();
    let full = docker_room(&stack.live, "local", 1 << 62).await.unwrap_err();
    assert!(full.is("restore-no-room"), "{full:?}");
}
