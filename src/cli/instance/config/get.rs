//! `zelo instance config get`: settings as they stand. Of a secret only whether it is set.

use serde_json::json;

use crate::{
    cli::{
        desk::{Desk, Done},
        exit::Exit,
        instance::named,
        output::{Field, Tone},
    },
    domain::msg::Msg,
    msg,
    operation::{Setting, Settings, settings},
    problem,
};

/// Which to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As typed, for [`named`].
    pub resource: String,
    /// Empty means all.
    pub fields: Vec<String>,
}

impl Args {
    pub(super) async fn run(self, desk: &Desk) -> Done {
        let world = desk.world().await?;
        let row = named(&world, &self.resource).await?;
        let Settings { mut all, unsaid } = settings(&world, &row).await?;
        if let Some(unknown) = self.fields.iter().find(|field| !all.iter().any(|s| s.key.field == **field)) {
            return Err(problem!("config-field-unknown", field = unknown).into());
        }
        all.retain(|s| self.fields.is_empty() || self.fields.iter().any(|field| field == s.key.field));
        let heads =
            ["cli-col-field", "cli-col-value", "cli-col-default", "cli-col-touches", "cli-col-meaning"];
        let lines = all.iter().map(|setting| line(desk, setting)).collect();
        desk.out.table(&heads, lines, &Msg::new("cli-nothing"));
        if let Some(why) = &unsaid {
            desk.out.say(&msg!("key-touches-unsaid"));
            let told = desk.out.words().problem(why);
            [Some(told.what), told.next, told.detail].iter().flatten().for_each(|line| desk.out.note(line));
        }
        let settings: Vec<_> = all.iter().map(|setting| as_json(desk, setting)).collect();
        desk.out.json(&json!({ "settings": settings, "unsaid": unsaid }));
        Ok(Exit::Done)
    }
}

fn line(desk: &Desk, setting: &Setting) -> Vec<Field> {
    let words = desk.out.words();
    let value = match (&setting.value, setting.is_set) {
        (Some(value), _) => Field::text(value.clone()),
        (None, true) => Field::text(words.label("cli-value-set")).tone(Tone::Dim),
        (None, false) => Field::text("–").tone(Tone::Dim),
    };
    vec![
        setting.key.field.into(),
        value,
        setting.key.default.unwrap_or_default().into(),
        touches(desk, setting),
        words.label(setting.key.label).into(),
    ]
}

/// The services that read it, and whether the database has to be told.
fn touches(desk: &Desk, setting: &Setting) -> Field {
    let Some(services) = &setting.services else { return Field::text("?").tone(Tone::Dim) };
    let mut all = services.clone();
    all.extend(setting.key.sql.map(|_| desk.out.words().label("cli-value-sql")));
    if all.is_empty() { Field::text("–").tone(Tone::Dim) } else { Field::text(all.join(", ")) }
}

fn as_json(desk: &Desk, setting: &Setting) -> serde_json::Value {
    let key = setting.key;
    json!({
        "field": key.field,
        "env": key.env,
        "secret": key.secret,
        "set": setting.is_set,
        "value": setting.value,
        "default": key.default,
        "kind": desk.out.words().text(&key.kind.told()),
        "editable": setting.is_editable(),
        "services": setting.services,
        "sql": key.sql.map(|sql| desk.out.words().text(&sql.told())),
    })
}
