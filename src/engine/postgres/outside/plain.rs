//! A plain dump from elsewhere, searched as it passes.

use super::{lex::Lexer, report, scan::Scan};
use crate::{
    domain::problem::Problem,
    engine::{
        outside::{Inspector, Looked, Sketch},
        postgres::{dump::PREFIX, plain},
    },
    problem,
};

/// Reads it.
pub(super) struct Plain {
    lexer: Lexer,
    scan: Scan,
    whole: plain::Checker,
}

impl Default for Plain {
    fn default() -> Self {
        Self { lexer: Lexer::script(), scan: Scan::script(), whole: plain::Checker::default() }
    }
}

impl Inspector for Plain {
    fn see(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        // psql would read a line only up to there, and not as what follows says.
        if bytes.contains(&0) {
            return Err(problem!("pg-outside-nul"));
        }
        self.lexer.feed(bytes, &mut self.scan);
        self.whole.feed(bytes);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Looked, Problem> {
        self.whole.end().map_err(|why| problem!("upload-truncated").detail(why))?;
        if !self.lexer.end(&mut self.scan) {
            return Err(problem!("upload-truncated"));
        }
        let report = report("plain", self.scan.finish(0));
        let item = match report.databases.listed.as_slice() {
            [only] if !report.databases.more => Some(only.clone()),
            _ => None,
        };
        let sketch = Sketch {
            name: PREFIX.to_owned(),
            per_item: true,
            item,
            media_type: plain::MEDIA_TYPE.to_owned(),
            suffix: "sql".to_owned(),
            compress: true,
            counts: std::collections::BTreeMap::new(),
            facts: serde_json::Value::Null,
        };
        Ok(Looked { report, sketch })
    }
}
