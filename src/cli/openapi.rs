//! `zelo openapi`: the API's document, as the server shows it.

use super::{
    desk::{Desk, Done},
    exit::Exit,
};
use crate::{problem, web};

/// Nothing to choose.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {}

impl Args {
    pub(super) fn run(self, desk: &Desk) -> Done {
        let document = web::document(&desk.settings.http.base());
        let text = serde_json::to_string_pretty(&document);
        desk.out.line(&text.map_err(|e| problem!("internal-web").detail(e))?);
        desk.out.json(&document);
        Ok(Exit::Done)
    }
}
