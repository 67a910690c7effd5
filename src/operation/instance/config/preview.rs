//! What a change would do: the new file in memory, checked by Compose itself, and
//! compared with the current one service by service. What a key affects is derived,
//! never looked up in a table.

use super::*;
use crate::supabase::{
    compose::{Resolved, resolve},
    dotenv::Dotenv,
};

/// What a change would do.
pub(super) struct Preview {
    pub(super) file: PathBuf,
    pub(super) planned_for: String,
    pub(super) changes: Vec<Change>,
    pub(super) values: Values,
    pub(super) services: Vec<String>,
    pub(super) variables: Vec<Variable>,
    pub(super) sql: Vec<Sql>,
    pub(super) warnings: Vec<Msg>,
}

impl Preview {
    /// Checks what was entered, all of it, and what it would do. Problems: the key's own
    /// (`env-…`), `config-field-unknown`, `config-no-change`, `env-unreadable`,
    /// `compose-refused`.
    pub(super) async fn of(
        world: &World,
        id: &OperationId,
        target: &Target,
        instance: &Instance,
        request: &ConfigRequest,
    ) -> Result<Self, Problem> {
        let shown = instance.env_file().display().to_string();
        let file = tokio::fs::canonicalize(instance.env_file())
            .await
            .map_err(|e| problem!("env-unreadable", path = shown).detail(e))?;
        let current = read_env(file.clone()).await?;
        let found = match request.guided {
            Some(guided) if request.values.is_empty() => Some(guided.values(world, &current)?),
            _ => None,
        };
        let entered = found.as_ref().unwrap_or(&request.values);
        let wanted = accepted(&current, entered, request.guided.is_some())?;
        let mut next = current.clone();
        for (key, value) in &wanted {
            next = next.set(key.env, value.expose())?;
        }
        let before = resolve(&target.live, instance, None, None).await?;
        let after = candidate(world, id, target, instance, &next).await?;
        let services: Vec<String> = before.touched(&after).into_iter().collect();
        let running = services.iter().filter(|name| instance.services.contains_key(*name)).cloned().collect();
        let mut preview = Self {
            file,
            planned_for: digest(current.as_bytes()),
            changes: Vec::new(),
            values: Values::default(),
            variables: variables(&services, &before, &after),
            services: running,
            sql: Vec::new(),
            warnings: Vec::new(),
        };
        for (key, value) in wanted {
            preview.add(target, instance, &current, key, &value).await?;
            if let Some(setting) = request.guided.and_then(|guided| guided.setting(key)) {
                preview.add_setting(target, instance, &current, setting, &value, Always::IfSet).await?;
            }
        }
        if preview.services.is_empty() && preview.sql.is_empty() {
            preview.warnings.push(msg!("config-warn-nobody-reads"));
        }
        Ok(preview)
    }

    async fn add(
        &mut self,
        target: &Target,
        instance: &Instance,
        current: &Dotenv,
        key: &Key,
        value: &Secret,
    ) -> Result<(), Problem> {
        let old = current.value(key.env).and_then(Result::ok).map(|v| v.expose().to_owned());
        let duplicates = current.duplicates(key.env);
        if duplicates.len() > 1 {
            self.warnings.push(msg!("config-warn-duplicates", key = key.env, count = duplicates.len()));
        }
        self.warnings.extend(caution(key, value.expose()));
        if let Some(SqlEffect::DatabaseSetting(setting)) = key.sql {
            self.add_setting(target, instance, current, setting, value, Always::Yes).await?;
        }
        self.changes.push(Change {
            field: key.field.to_owned(),
            env: key.env.to_owned(),
            secret: key.secret,
            old: old.clone().filter(|_| !key.secret),
            was_set: old.is_some(),
            new: (!key.secret).then(|| value.expose().to_owned()),
        });
        self.values.env.insert(key.env.to_owned(), OldNew { old, new: value.expose().to_owned() });
        Ok(())
    }

    /// What the database has to be told with a value.
    async fn add_setting(
        &mut self,
        target: &Target,
        instance: &Instance,
        current: &Dotenv,
        setting: &str,
        value: &Secret,
        always: Always,
    ) -> Result<(), Problem> {
        let database = current.value("POSTGRES_DB").and_then(Result::ok).map(|v| v.expose().to_owned());
        let database = database.filter(|name| !name.is_empty()).unwrap_or_else(|| "postgres".to_owned());
        let mut ask = target.live.ask(instance, &database, None).await?;
        let former = ask.text(&setting_query(&database, setting)).await;
        ask.close().await;
        let old = Some(former?).filter(|former| !former.is_empty());
        if old.is_none() && matches!(always, Always::IfSet) {
            return Ok(());
        }
        self.values.settings.insert(setting.to_owned(), OldNew { old, new: value.expose().to_owned() });
        let secret = matches!(always, Always::IfSet);
        self.sql.push(Sql { database, setting: setting.to_owned(), secret });
        Ok(())
    }
}

/// Whether a setting of the database is made where there is none: an older layout's
/// secret, which newer ones no longer keep there, is only followed.
#[derive(Clone, Copy)]
enum Always {
    Yes,
    IfSet,
}

/// What is to be written, where it differs from what is there.
fn accepted<'a>(
    current: &Dotenv,
    entered: &BTreeMap<String, Secret>,
    guided: bool,
) -> Result<Vec<(&'a Key, Secret)>, Problem> {
    let mut keys: Vec<(&'static Key, &Secret)> = Vec::new();
    for (field, value) in entered {
        let key = by_field(field).ok_or_else(|| problem!("config-field-unknown", field = field))?;
        keys.push((key, value));
    }
    // What another key of the same request becomes counts, not what it was.
    let will_be = |env: &str| {
        let entered = keys.iter().find(|(key, _)| key.env == env).map(|(_, v)| v.expose().to_owned());
        entered.or_else(|| current.value(env).and_then(Result::ok).map(|v| v.expose().to_owned()))
    };
    let mut wanted = Vec::new();
    for (key, value) in &keys {
        let value = if guided { check } else { accept }(key, value.expose(), &will_be)?;
        let is = current.value(key.env).and_then(Result::ok).map(|v| v.expose().to_owned());
        if is.as_deref() != Some(value.as_str()) {
            wanted.push((*key, Secret::new(value)));
        }
    }
    if wanted.is_empty() { Err(problem!("config-no-change")) } else { Ok(wanted) }
}

/// What Compose makes of the new file, which lies in Zelo's own folder meanwhile, readable
/// by nobody else.
async fn candidate(
    world: &World,
    id: &OperationId,
    target: &Target,
    instance: &Instance,
    next: &Dotenv,
) -> Result<Resolved, Problem> {
    let folder = world.rules.uploads.parent().unwrap_or(&world.rules.uploads);
    sweep(folder, world.clock.now()).await;
    let file = Candidate(folder.join(format!("{CANDIDATE}{id}.env")));
    let shown = file.0.display().to_string();
    let unwritable = |e: std::io::Error| problem!("env-unwritable", path = &shown).detail(e);
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut writing = options.open(&file.0).await.map_err(unwritable)?;
    tokio::io::AsyncWriteExt::write_all(&mut writing, next.as_bytes()).await.map_err(unwritable)?;
    tokio::io::AsyncWriteExt::flush(&mut writing).await.map_err(unwritable)?;
    drop(writing);
    resolve(&target.live, instance, Some(&file.0), None).await
}

/// What a candidate file's name begins with.
const CANDIDATE: &str = "candidate-";
/// How old one must be to be nobody's any more, in hours.
const OLD: i64 = 1;

/// A file that holds every secret of an instance. It goes however its use ends, also when
/// whoever asked goes away.
struct Candidate(PathBuf);

impl Drop for Candidate {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.0.display(), %error, "a candidate file could not be removed");
        }
    }
}

/// Removes what killed processes left. One that is young may be somebody's.
async fn sweep(folder: &std::path::Path, now: crate::domain::clock::Moment) {
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with(CANDIDATE) {
            continue;
        }
        let modified = entry.metadata().await.ok().and_then(|about| about.modified().ok());
        let old = modified.is_some_and(|at| (now - chrono::DateTime::from(at)).num_hours() >= OLD);
        if old && let Err(error) = tokio::fs::remove_file(entry.path()).await {
            tracing::warn!(path = %entry.path().display(), %error, "a candidate file could not be removed");
        }
    }
}

/// The variables that differ, service by service.
fn variables(services: &[String], before: &Resolved, after: &Resolved) -> Vec<Variable> {
    let mut found = Vec::new();
    for service in services {
        let names = after.variables(service);
        let changed = names.into_iter().filter(|n| before.variable(service, n) != after.variable(service, n));
        found.extend(changed.map(|name| Variable { service: service.clone(), name }));
    }
    found
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, Utc};

    use super::*;

    #[tokio::test]
    async fn a_candidate_goes_with_its_use_and_what_a_kill_left_goes_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("candidate-a.env");
        let write = || std::fs::write(&path, "A=1").unwrap();
        write();
        drop(Candidate(path.clone()));
        assert!(!path.exists());
        write();
        std::fs::write(folder.path().join("other"), "").unwrap();
        let made = chrono::DateTime::<Utc>::from(path.metadata().unwrap().modified().unwrap());
        sweep(folder.path(), made + TimeDelta::minutes(59)).await;
        assert!(path.exists(), "it may be somebody's");
        sweep(folder.path(), made + TimeDelta::minutes(61)).await;
        assert!(!path.exists());
        assert!(folder.path().join("other").exists());
    }
}
