//! What a change would do: the new file in memory, checked by Compose itself, and
//! compared with the current one service by service. What a key affects is derived,
//! never looked up in a table.

use super::*;
use crate::{
    db::ResourceRow,
    supabase::{
        compose::{Resolved, resolve},
        dotenv::Dotenv,
        keys::NAME,
        scene::Scene,
    },
};

/// What a change would do.
#[derive(Default)]
pub(super) struct Preview {
    pub(super) file: PathBuf,
    /// The digest of `.env` as it was looked at; empty if nothing in it changes.
    pub(super) planned_for: String,
    /// Zelo's own name for the instance, if that changes.
    pub(super) named: Option<Secret>,
    pub(super) changes: Vec<Change>,
    pub(super) values: Values,
    pub(super) services: Vec<String>,
    pub(super) variables: Vec<Variable>,
    pub(super) sql: Vec<Sql>,
    pub(super) warnings: Vec<Msg>,
}

/// What becomes of the file.
struct Wanted {
    /// New values.
    values: Vec<(&'static Key, Secret)>,
    /// Keys that are taken out.
    gone: Vec<&'static Key>,
}

impl Preview {
    /// Checks what was entered, all of it, and what it would do. Problems: the key's own
    /// (`env-…`), `config-field-unknown`, `config-no-change`, `env-unreadable`,
    /// `env-not-utf8`, `env-not-utf8-line`, `env-unset-refused`, `compose-refused`.
    pub(super) async fn of(
        world: &World,
        id: &OperationId,
        target: &Target,
        instance: &Instance,
        row: &ResourceRow,
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
        let gone = taken_out(&current, &request.unset)?;
        let mut values = accepted(&current, &row.name, entered, request.guided.is_some(), &gone)?;
        let named = values.iter().position(|(key, _)| key.field == NAME.field);
        let named = named.map(|at| values.remove(at).1);
        let mut preview = Self { file, named, ..Self::default() };
        if !values.is_empty() || !gone.is_empty() {
            let wanted = Wanted { values, gone };
            preview.planned_for = digest(current.as_bytes());
            preview.of_env(world, id, target, instance, &current, wanted).await?;
        }
        Ok(preview)
    }

    /// What new values in `.env` would do.
    async fn of_env(
        &mut self,
        world: &World,
        id: &OperationId,
        target: &Target,
        instance: &Instance,
        current: &Dotenv,
        wanted: Wanted,
    ) -> Result<(), Problem> {
        let next = wanted.over(current)?;
        let before = resolve(&target.live, instance, None, None).await?;
        let after = candidate(world, id, target, instance, &next).await?;
        let services: Vec<String> = before.touched(&after).into_iter().collect();
        self.variables = variables(&services, &before, &after);
        self.services = services.into_iter().filter(|name| instance.services.contains_key(name)).collect();
        for (key, value) in wanted.values {
            self.add(target, instance, current, key, &value).await?;
        }
        self.take_out(current, &wanted.gone);
        if self.services.is_empty() && self.sql.is_empty() {
            self.warnings.push(msg!("config-warn-nobody-reads"));
        }
        Ok(())
    }

    /// What is taken out of the file.
    fn take_out(&mut self, current: &Dotenv, gone: &[&Key]) {
        for key in gone {
            let old = current.value(key.env).and_then(Result::ok).map(|v| v.expose().to_owned());
            self.changes.push(Change {
                field: key.field.to_owned(),
                env: key.env.to_owned(),
                secret: key.secret,
                old: old.clone().filter(|_| !key.secret),
                was_set: true,
                new: None,
                removed: true,
            });
            self.values.unset.insert(key.env.to_owned(), old.unwrap_or_default());
        }
    }

    /// What a new password touches in the database.
    pub(super) async fn add_passwords(&mut self, world: &World, scene: &Scene) -> Result<Passwords, Problem> {
        let found = Passwords::of(world, scene, &mut self.values).await;
        scene.close().await;
        self.warnings.push(msg!("config-warn-password-clients"));
        found
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
        let setting = match key.sql {
            Some(SqlEffect::DatabaseSetting(setting)) => Some((setting, Always::Yes)),
            Some(SqlEffect::FollowedSetting(setting)) => Some((setting, Always::IfSet)),
            // The passwords have steps of their own.
            Some(SqlEffect::RolePasswords) | None => None,
        };
        if let Some((setting, always)) = setting {
            self.add_setting(target, instance, current, setting, value, always).await?;
        }
        self.changes.push(Change {
            field: key.field.to_owned(),
            env: key.env.to_owned(),
            secret: key.secret,
            old: old.clone().filter(|_| !key.secret),
            was_set: old.is_some(),
            new: (!key.secret).then(|| value.expose().to_owned()),
            removed: false,
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

/// Everything that is wrong with what somebody entered, field by field: a form marks all
/// of it at once. Nothing is looked at but `.env`. Problem: `env-unreadable`.
pub async fn wrong_values(
    world: &World,
    row: &ResourceRow,
    entered: &BTreeMap<String, Secret>,
) -> Result<Vec<Problem>, Problem> {
    let current = read_env(target(world, row)?.now().await?.env_file()).await?;
    let mut wrong = checked(&current, &row.name, entered, false).1;
    if let Some(problem) = unsound(&current, entered) {
        wrong.insert(0, problem);
    }
    Ok(wrong)
}

/// The accepted values that differ from the file's, for a look at what they would do. No
/// edit: the file need not be one that can be edited. Problem: the first that [`checked`]
/// finds.
pub(in crate::operation::instance) fn entered_values(
    current: &Dotenv,
    name: &str,
    entered: &BTreeMap<String, Secret>,
) -> Result<Vec<(&'static Key, Secret)>, Problem> {
    let (wanted, wrong) = checked(current, name, entered, false);
    wrong.into_iter().next().map_or(Ok(wanted), Err)
}

/// Why no edit of this file can be proven. What Compose resolves comes as JSON, in which
/// every byte that is no UTF-8 is replaced: neither could the services that such a value
/// reaches be told from others, nor could it be read back once it is in force. Zelo's own
/// name for the instance is not in the file.
fn unsound(current: &Dotenv, entered: &BTreeMap<String, Secret>) -> Option<Problem> {
    if entered.keys().all(|field| field == NAME.field) {
        return None;
    }
    current.not_utf8().map(not_utf8)
}

fn not_utf8(at: (usize, Option<&str>)) -> Problem {
    match at {
        (line, Some(key)) => problem!("env-not-utf8", line = line, key = key),
        (line, None) => problem!("env-not-utf8-line", line = line),
    }
}

impl Wanted {
    fn over(&self, current: &Dotenv) -> Result<Dotenv, Problem> {
        let mut next = current.clone();
        for (key, value) in &self.values {
            next = next.set(key.env, value.expose())?;
        }
        for key in &self.gone {
            next = next.unset(key.env)?;
        }
        Ok(next)
    }
}

/// The keys that are to go, of those that are there. Problems: those of [`unsound`],
/// `config-field-unknown`.
fn taken_out(current: &Dotenv, fields: &BTreeSet<String>) -> Result<Vec<&'static Key>, Problem> {
    let keys: Result<Vec<_>, Problem> = fields
        .iter()
        .map(|field| by_field(field).ok_or_else(|| problem!("config-field-unknown", field = field)))
        .collect();
    let keys: Vec<_> = keys?.into_iter().filter(|key| current.value(key.env).is_some()).collect();
    if !keys.is_empty() {
        current.not_utf8().map_or(Ok(()), |at| Err(not_utf8(at)))?;
    }
    Ok(keys)
}

/// What is to be written, where it differs from what is there. Problem: the first of those
/// that [`unsound`] and [`checked`] find, or `config-no-change`.
fn accepted(
    current: &Dotenv,
    name: &str,
    entered: &BTreeMap<String, Secret>,
    guided: bool,
    gone: &[&'static Key],
) -> Result<Vec<(&'static Key, Secret)>, Problem> {
    if let Some(problem) = unsound(current, entered) {
        return Err(problem);
    }
    // What is taken out counts in no check of the others.
    let left = Wanted { values: Vec::new(), gone: gone.to_vec() }.over(current)?;
    let (wanted, wrong) = checked(&left, name, entered, guided);
    match wrong.into_iter().next() {
        Some(problem) => Err(problem),
        None if wanted.is_empty() && gone.is_empty() => Err(problem!("config-no-change")),
        None => Ok(wanted),
    }
}

/// What differs and may be written, and what may not.
fn checked(
    current: &Dotenv,
    name: &str,
    entered: &BTreeMap<String, Secret>,
    guided: bool,
) -> (Vec<(&'static Key, Secret)>, Vec<Problem>) {
    let (mut keys, mut wanted, mut wrong) = (Vec::<(&'static Key, &Secret)>::new(), Vec::new(), Vec::new());
    for (field, value) in entered {
        match by_field(field) {
            Some(key) => keys.push((key, value)),
            None => wrong.push(problem!("config-field-unknown", field = field)),
        }
    }
    let is = |env: &str| current.value(env).and_then(Result::ok).map(|v| v.expose().to_owned());
    // What another key of the same request becomes counts, not what it was.
    let will_be = |env: &str| {
        let entered = keys.iter().find(|(key, _)| key.env == env).map(|(_, v)| v.expose().to_owned());
        entered.or_else(|| is(env))
    };
    for (key, value) in &keys {
        let of_name = key.field == NAME.field;
        let accepted = match of_name {
            true => check_name(value.expose()),
            false if guided => check(key, value.expose(), &will_be),
            false => accept(key, value.expose(), &will_be),
        };
        let now = if of_name { Some(name.to_owned()) } else { is(key.env) };
        match accepted {
            Ok(value) if now.as_deref() != Some(value.as_str()) => {
                wanted.push((*key, Secret::new(value)));
            }
            Ok(_) => {}
            Err(problem) => wrong.push(problem),
        }
    }
    (wanted, wrong)
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

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let current = Dotenv::parse(b"JWT_EXPIRY=3600\nSITE_URL=https://a.b\n".to_vec());
        let entered = |pairs: &[(&str, &str)]| {
            let pair = |(field, value): &(&str, &str)| ((*field).to_owned(), Secret::new(*value));
            pairs.iter().map(pair).collect::<BTreeMap<_, _>>()
        };
        let of = |pairs: &[(&str, &str)]| {
            let (wanted, wrong) = checked(&current, "shop", &entered(pairs), false);
            let codes: Vec<String> = wrong.into_iter().map(|problem| problem.code).collect();
            (wanted.len(), codes)
        };
        let bad = [("jwt_expiry", "x"), ("site_url", "no url"), ("smtp_port", ""), ("jwt_secret", "x")];
        assert_eq!(
            of(&bad),
            (0, ["env-int", "env-refused-jwt", "env-url", "env-empty"].map(str::to_owned).to_vec())
        );
        assert_eq!(of(&[("jwt_expiry", "7200"), ("site_url", "https://a.b")]), (1, vec![]));
        assert_eq!(of(&[("name", "shop"), ("jwt_expiry", "3600")]), (0, vec![]));
        assert_eq!(of(&[("name", "Ana's shop")]), (1, vec![]));
        assert_eq!(of(&[("name", "a\nb")]).1, ["resource-name"]);
        assert_eq!(of(&[("nothing", "1"), ("jwt_expiry", "7200")]).1, ["config-field-unknown"]);
    }

    #[test]
    fn a_file_that_is_no_utf8_is_not_edited() {
        let of = |bytes: &[u8], fields: &[&str]| {
            let current = Dotenv::parse(bytes.to_vec());
            let entered = fields.iter().map(|field| ((*field).to_owned(), Secret::new("7200"))).collect();
            let problem = unsound(&current, &entered)?;
            assert_eq!(accepted(&current, "shop", &entered, false, &[]).unwrap_err(), problem);
            assert_eq!(
                accepted(&current, "shop", &entered, true, &[]).unwrap_err(),
                problem,
                "guided as well"
            );
            Some(format!("{} {:?} {:?}", problem.code, problem.args.get("line"), problem.args.get("key")))
        };
        let value = b"# ol\xc3\xa1\nJWT_EXPIRY=3600\nSMTP_SENDER_NAME=\"Jo\xe3o\"\nA=\xff\n";
        let told = "env-not-utf8 Some(Number(3)) Some(Text(\"SMTP_SENDER_NAME\"))";
        assert_eq!(of(value, &["jwt_expiry"]).as_deref(), Some(told));
        assert_eq!(of(value, &["jwt_expiry", "name"]).as_deref(), Some(told));
        assert_eq!(of(value, &["name"]), None, "the name is not in the file");
        let comment = b"JWT_EXPIRY=3600 # Jo\xe3o\n";
        assert_eq!(of(comment, &["jwt_expiry"]).as_deref(), Some("env-not-utf8-line Some(Number(1)) None"));
        assert_eq!(of("A=João\n".as_bytes(), &["jwt_expiry"]), None);
    }

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

    #[test]
    fn what_is_taken_out_is_a_change_and_counts_in_no_check() {
        let current = Dotenv::parse(
            b"SITE_URL=https://a.b\nSTUDIO_DEFAULT_ORGANIZATION=x\nKONG_HTTPS_PORT=8000\n".to_vec(),
        );
        let gone = |field: &str| taken_out(&current, &BTreeSet::from([field.to_owned()])).unwrap();
        let entered = |field: &str, value: &str| BTreeMap::from([(field.to_owned(), Secret::new(value))]);
        let same = entered("site_url", "https://a.b");
        assert!(accepted(&current, "shop", &same, false, &[]).unwrap_err().is("config-no-change"));
        assert!(accepted(&current, "shop", &same, false, &gone("organization")).unwrap().is_empty());
        assert!(taken_out(&current, &BTreeSet::from(["smtp_host".to_owned()])).unwrap().is_empty());
        let port = entered("kong_http_port", "8000");
        assert!(accepted(&current, "shop", &port, false, &[]).unwrap_err().is("env-same"));
        assert_eq!(accepted(&current, "shop", &port, false, &gone("kong_https_port")).unwrap().len(), 1);
    }
}
