//! The tour on a Supabase instance of the lab: sign-up is broken, the cause found and
//! repaired, a setting changed, a service restarted, and all of it put back. Only ever on
//! an instance that carries the lab's label: nobody's own is broken to show something.

use std::collections::BTreeMap;

use super::{
    report::Report,
    tour::{head, operate},
};
use crate::{
    cli::{
        desk::{Desk, Stop},
        resource::add::store,
        worker::Running,
    },
    db::{OperationRow, ResourceRow},
    domain::{backup::Origin, msg::Msg, problem::Problem},
    engine::{Access, BackupOptions, Engine as _, postgres::AskError},
    host::compose::{Project, projects},
    msg,
    operation::{
        BackupRequest, ConfigRequest, FreeRequest, RepairRequest, Request, RestartRequest, RestoreRequest,
        World, examine,
    },
    problem,
    secret::Secret,
    supabase::{
        engine::{KIND, SupabaseEngine},
        instance::is_supabase,
    },
};

/// What the lab's containers carry (`lab/lib.sh`): for whom they were made.
const LAB: &str = "zelo.lab";
/// For whoever tries Zelo (`lab/up`); others belong to tests that run.
const TRY: &str = "try";
/// The Docker host the lab is on.
const HOST: &str = "local";
/// What breaks sign-up without a restart: GoTrue no longer finds its tables.
const BREAK: &str = "ALTER ROLE supabase_auth_admin RESET search_path";
/// What finds that.
const PROBE: &str = "auth-search-path";
/// What the instance holds, in one line.
const CONTENTS: &str = "SELECT (SELECT count(*) FROM auth.users) || ' users, ' || \
    (SELECT count(*) FROM storage.objects) || ' objects, ' || coalesce((SELECT string_agg(s, ' ' ORDER BY s) FROM \
    pg_catalog.pg_db_role_setting r, pg_catalog.unnest(r.setconfig) AS s \
    WHERE s ~ '^(search_path|app.settings.jwt_exp)='), '')";

/// The tour itself.
pub(super) struct StackTour<'a> {
    pub(super) desk: &'a Desk,
    pub(super) running: &'a Running,
    pub(super) report: &'a mut Report,
}

impl StackTour<'_> {
    /// Shows everything, on this instance or on any. Of a tour broken off, the report holds
    /// what was done.
    pub(super) async fn go(mut self, wanted: Option<&str>) -> Result<(), Stop> {
        self.report.kind = Some(KIND.to_string());
        let access = find(&self.running.world, wanted).await?;
        let row = self.resource(access.clone()).await?;
        self.head(msg!("demo-stack-1", name = &row.name));
        let before = self.contents(&access).await?;
        let point = self.operate("backup", backup(&row)).await?;

        self.head(msg!("demo-stack-2"));
        self.sql(&access, BREAK).await?;
        let broken = self.contents(&access).await?;
        self.report.did("break", None, Some(&broken), broken != before);

        self.head(msg!("demo-stack-3"));
        let (_, diagnosis) = examine(&self.running.world, &row).await?;
        for finding in &diagnosis.findings {
            let title = self.desk.out.words().text(&finding.title);
            self.desk.out.line(&format!("  {title} ({})", finding.probe));
        }
        let found = diagnosis.findings.iter().any(|finding| finding.probe == PROBE);
        self.report.did("diagnose", None, None, found);

        self.head(msg!("demo-stack-4"));
        let resource = row.id.clone();
        let repair = RepairRequest { resource: resource.clone(), probes: vec![], without_safety: None };
        self.operate("repair", Request::Repair(repair)).await?;
        self.head(msg!("demo-stack-5"));
        let values = BTreeMap::from([("jwt_expiry".to_owned(), Secret::new("7200"))]);
        let config = ConfigRequest::new(&self.running.world, resource.clone(), values);
        self.operate("config", Request::Config(config)).await?;
        self.head(msg!("demo-stack-6"));
        let services = vec!["auth".to_owned()];
        let restart = RestartRequest { resource, services, without_safety: None };
        self.operate("restart", Request::Restart(restart)).await?;

        self.head(msg!("demo-stack-7"));
        let backup = point.backup.ok_or_else(|| problem!("internal-step-output", step = "backup"))?;
        let restore = self.operate("restore", Request::Restore(RestoreRequest::of(backup))).await?;
        let after = self.contents(&access).await?;
        self.report.compared("restored", &restore, &after, &before);
        // Nobody will ask for what was set aside: this Zelo's records go with the demo.
        for aside in self.running.world.db.asides_of(&restore.id).await? {
            let free = FreeRequest { aside: aside.id, expired: false, without_safety: None };
            self.operate("free", Request::Free(free)).await?;
        }
        let good = self.report.complete();
        self.head(if good { msg!("demo-stack-good") } else { msg!("demo-bad") });
        Ok(())
    }

    /// Whether there is an instance to show this on.
    pub(super) async fn offered(world: &World) -> bool {
        find(world, None).await.is_ok()
    }

    async fn resource(&self, access: Access) -> Result<ResourceRow, Stop> {
        let name = access.value("project").unwrap_or_default().to_owned();
        let world = &self.running.world;
        let accepted = SupabaseEngine::new(world.instances.clone()).accept(access)?;
        Ok(store(self.desk, world, name, KIND, None, accepted).await?)
    }

    async fn sql(&self, access: &Access, sql: &str) -> Result<(), Stop> {
        let live = &self.running.world.instances;
        let mut ask = live.ask(&live.instance(access).await?, "postgres", None).await.map_err(named)?;
        ask.run(sql).await.map_err(named)?;
        ask.close().await;
        Ok(())
    }

    async fn contents(&self, access: &Access) -> Result<String, Stop> {
        let live = &self.running.world.instances;
        let mut ask = live.ask(&live.instance(access).await?, "postgres", None).await.map_err(named)?;
        let contents = ask.text(CONTENTS).await.map_err(named)?;
        ask.close().await;
        self.desk.out.line(&format!("  {contents}"));
        Ok(contents)
    }

    async fn operate(&mut self, what: &'static str, request: Request) -> Result<OperationRow, Stop> {
        let row = operate(self.desk, self.running, request).await?;
        self.report.did(what, Some(&row), None, true);
        Ok(row)
    }

    fn head(&self, msg: Msg) {
        head(self.desk, &msg);
    }
}

/// An instance of the lab that runs; unless one is wanted, one to try things on comes
/// first. Problem: `demo-no-instance`.
async fn find(world: &World, wanted: Option<&str>) -> Result<Access, Problem> {
    let none = || problem!("demo-no-instance");
    let containers = world.hosts.engine(HOST).ok_or_else(none)?.containers().await?;
    let of_the_lab = projects(&containers).into_iter().filter(|project| {
        let all = || project.services.values().flatten();
        let fits = wanted.is_none_or(|name| project.name == name);
        fits && is_supabase(project) && all().all(|c| c.labels.contains_key(LAB) && c.state == "running")
    });
    let of_tests = |project: &Project| {
        project.services.values().flatten().any(|c| c.labels.get(LAB).is_none_or(|run| run != TRY))
    };
    let of_the_lab = of_the_lab.min_by_key(of_tests);
    let mut access = Access::default();
    access.values.insert("project".to_owned(), of_the_lab.ok_or_else(none)?.name);
    access.values.insert("host".to_owned(), HOST.to_owned());
    Ok(access)
}

fn backup(row: &ResourceRow) -> Request {
    Request::Backup(BackupRequest {
        resource: row.id.clone(),
        name: Some("demo".to_owned()),
        note: None,
        options: BackupOptions::default(),
        origin: Origin::Manual,
        parent: None,
    })
}

fn named(error: AskError) -> Problem {
    error.into()
}
