//! What the databases hold, written down before and after the cluster is copied as it lies
//! on the disk: a restore compares the copy with both. How many rows a table has and who
//! owns what is no secret.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::Value;

use super::{Target, records::Record};
use crate::{
    domain::{msg::Msg, problem::Problem},
    engine::{
        Captured,
        postgres::{Held, Moment},
    },
    msg, problem,
    saga::{
        Cx,
        step::{Adds, Limits, Step, UndoRule},
    },
};

/// The part that says what was held before.
pub const HELD_BEFORE: &str = "held-before";
/// The part that says what was held after.
pub const HELD_AFTER: &str = "held-after";
/// How long a look may take: what is larger is not counted, and costs nobody's night.
const PATIENCE: Duration = Duration::from_secs(300);

/// Looks, and writes it down.
pub(super) struct HeldRecord {
    pub(super) target: Target,
    pub(super) moment: Moment,
}

#[async_trait]
impl Step for HeldRecord {
    type Effect = Adds;
    type Output = Captured;

    fn name(&self) -> String {
        self.part().to_owned()
    }

    fn title(&self) -> Msg {
        match self.moment {
            Moment::Before => msg!("instance-step-held-before"),
            Moment::After => msg!("instance-step-held-after"),
        }
    }

    fn undo_rule(&self) -> UndoRule {
        UndoRule::Nothing(msg!("instance-undo-nothing-read"))
    }

    fn limits(&self) -> Limits {
        // One statement may take all the time there is.
        Limits { stall: None, ..Limits::stream() }
    }

    /// A database that does not answer keeps its cluster from nothing.
    async fn run(&self, cx: &Cx) -> Result<Captured, Problem> {
        let held = match self.look(cx).await {
            Ok(held) => held,
            Err(problem) => {
                tracing::info!(%problem, "what the databases hold was not counted");
                Held::default()
            }
        };
        if held.is_empty() {
            cx.log(msg!("instance-log-not-held")).await;
        } else if held.uncounted() > 0 {
            cx.log(msg!("instance-log-uncounted", count = held.uncounted())).await;
        }
        let value = serde_json::to_value(&held).map_err(|_| problem!("internal-journal"))?;
        let (name, counts, facts) = (self.part(), BTreeMap::new(), Value::Null);
        Record { name, value, counts, facts }.write(&self.target, cx).await
    }
}

impl HeldRecord {
    fn part(&self) -> &'static str {
        match self.moment {
            Moment::Before => HELD_BEFORE,
            Moment::After => HELD_AFTER,
        }
    }

    async fn look(&self, cx: &Cx) -> Result<Held, Problem> {
        let Target { live, host, project, .. } = &self.target;
        let instance = live.instance_named(host, project).await?;
        let access = live.db_access(host, &instance.db()?.name);
        live.postgres().held(&access, self.moment, PATIENCE, Some(cx)).await
    }
}
