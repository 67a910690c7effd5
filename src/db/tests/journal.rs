//! The journal keeps its contract on either database; and what only `db/` knows
//! of it: numbered log lines, and operations that are over.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;

use super::{Bench, both, later, new_operation, open};
use crate::{
    db::Finish,
    domain::operation::OpState,
    msg,
    saga::{
        Fence, Journal, JournalError,
        contract::{self, Ground, Running},
        journal::Event,
    },
};

#[async_trait]
impl Ground for Bench {
    async fn running(&self) -> Running {
        let op = self.db.enqueue(new_operation(&[])).await.unwrap().row().id.clone();
        let (_, fence) = self.db.claim(&op, "w", later(30)).await.unwrap().unwrap();
        Running { journal: Arc::new(self.db.clone()), op, fence }
    }

    async fn taken_over(&self, running: &Running) -> Fence {
        let taken = self.db.take_over(&running.op, running.fence, "w-2", later(30));
        taken.await.unwrap().unwrap()
    }

    async fn anew(&self, _: &Running) -> Arc<dyn Journal> {
        Arc::new(open(&self.target).await)
    }
}

mod contract_on_sqlite {
    crate::saga::contract::on!(crate::db::tests::Bench::sqlite().await);
}

mod contract_on_postgres {
    crate::saga::contract::on!(match crate::db::tests::Bench::postgres().await {
        Some(bench) => bench,
        None => return,
    });
}

both!(what_is_over_is_written_to_no_more, log_lines_are_numbered);

async fn what_is_over_is_written_to_no_more(b: Bench) {
    let it = b.running().await;
    b.db.record(&it.op, it.fence, 0, Event::Began).await.unwrap();
    b.db.record(&it.op, it.fence, 0, Event::UndoBegan).await.unwrap();
    let end = Finish { state: OpState::RolledBack, problem: None, result: json!(null) };
    b.db.finish(&it.op, it.fence, end).await.unwrap();
    let late = b.db.record(&it.op, it.fence, 0, Event::UndoFinished).await;
    assert!(matches!(late, Err(JournalError::Fenced)), "over is over");
}

async fn log_lines_are_numbered(b: Bench) {
    let it = b.running().await;
    for n in 1..=3 {
        b.db.log(&it.op, it.fence, &msg!("log-test", n = n)).await.unwrap();
    }
    let lines = b.db.operation_log(&it.op, 1).await.unwrap();
    assert_eq!(lines.iter().map(|l| l.seq).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(lines[1].line, msg!("log-test", n = 3));
}

#[test]
fn operations_here_are_those_of_the_contract() {
    assert_eq!(
        new_operation(&[]).plan.iter().map(|line| line.name.as_str()).collect::<Vec<_>>(),
        contract::STEPS
    );
}
