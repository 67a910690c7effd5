//! A site to send requests to.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    dev::Service as _,
    http::{Method, StatusCode, header::HeaderMap},
    middleware::{Compress, from_fn},
    test, web,
};
use bytes::Bytes;
use chrono::TimeDelta;
use rusqlite::Connection;
use serde_json::Value;

use crate::{
    config::Http,
    db::{Finish, NewUser, OperationRow, ResourceRow},
    domain::{
        clock::Jumping,
        id::{BackupId, OperationId, ProjectId, UserId},
        kind::Kind,
        operation::OpState,
        role::Role,
    },
    engine::Access,
    i18n::Lang,
    operation::{self, Actor, Addition, Request, World, testing::world},
    problem,
    secret::{SystemRandom, token},
    store::Reserve,
    web::{Ground, Room, Site, csrf, edge, guard, routes},
};

/// Somebody, and how they prove it.
#[derive(Debug, Clone)]
pub(in crate::web) struct Person {
    pub(in crate::web) id: UserId,
    /// For the header `Authorization`.
    pub(in crate::web) token: String,
    /// For the cookie.
    pub(in crate::web) session: String,
}

type Answering = dyn Fn(test::TestRequest) -> Pin<Box<dyn Future<Output = Reply>>>;

/// The site, and who and what there is.
pub(in crate::web) struct TestSite {
    pub(in crate::web) site: Site,
    pub(in crate::web) alpha: ProjectId,
    pub(in crate::web) beta: ProjectId,
    /// A SQLite shop of alpha's.
    pub(in crate::web) shop: ResourceRow,
    /// Another of beta's.
    pub(in crate::web) other: ResourceRow,
    people: BTreeMap<String, Person>,
    clock: Arc<Jumping>,
    app: Rc<Answering>,
    folder: tempfile::TempDir,
}

/// What a request was answered.
#[derive(Debug)]
pub(in crate::web) struct Reply {
    pub(in crate::web) status: StatusCode,
    pub(in crate::web) headers: HeaderMap,
    pub(in crate::web) body: Bytes,
}

impl Reply {
    pub(in crate::web) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub(in crate::web) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(in crate::web) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code, for problems.
    pub(in crate::web) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        (self.status.as_u16(), self.json()["code"].as_str().unwrap().to_owned())
    }
}

/// A request to be sent.
pub(in crate::web) struct Ask(test::TestRequest);

impl Ask {
    pub(in crate::web) fn new(method: &str, path: impl AsRef<str>) -> Self {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        Self(test::TestRequest::with_uri(path.as_ref()).method(method))
    }

    pub(in crate::web) fn get(path: impl AsRef<str>) -> Self {
        Self::new("GET", path)
    }

    pub(in crate::web) fn post(path: impl AsRef<str>) -> Self {
        Self::new("POST", path)
    }

    pub(in crate::web) fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.insert_header((name, value)))
    }

    /// As a program of theirs.
    pub(in crate::web) fn token_of(self, person: &Person) -> Self {
        self.header("authorization", &format!("Bearer {}", person.token))
    }

    /// As a browser of theirs, without a form's token.
    pub(in crate::web) fn session_of(self, person: &Person) -> Self {
        self.header("cookie", &format!("zelo_session={}", person.session))
    }

    /// The same with it.
    pub(in crate::web) fn page_of(self, person: &Person) -> Self {
        let form = csrf::token(&SystemRandom, &person.session).unwrap();
        self.session_of(person).header("x-csrf-token", &form)
    }

    pub(in crate::web) fn json(self, body: &Value) -> Self {
        Self(self.0.set_json(body))
    }

    pub(in crate::web) fn body(self, kind: &str, body: impl Into<Bytes>) -> Self {
        Self(self.0.insert_header(("content-type", kind)).set_payload(body))
    }
}

impl TestSite {
    pub(in crate::web) async fn new() -> Self {
        Self::at(None).await
    }

    /// As people reach it by this address.
    pub(in crate::web) async fn at(public_url: Option<&str>) -> Self {
        Self::made(public_url, |world, _| world).await
    }

    /// The same, in a world that was changed first; it is handed Zelo's own folder.
    pub(in crate::web) async fn made(
        public_url: Option<&str>,
        change: impl FnOnce(World, &Path) -> World,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        let clock = Arc::new(Jumping::from_now(TimeDelta::minutes(5)));
        let world = change(world(folder.path(), clock.clone()).await, folder.path());
        let knock: crate::web::Knock = Arc::new(|| {});
        let room = Room { limit: 1 << 20, reserve: Reserve::none(), stall: Duration::from_millis(300) };
        let ground = Ground {
            lang: Lang::En,
            data: folder.path().to_owned(),
            random: Arc::new(SystemRandom),
            knock,
            room,
        };
        let bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let public_url = public_url.map(|url| url.parse().unwrap());
        let http = Http { bind, public_url, trusted_proxies: Vec::new() };
        let site = Site::new(world, &http, ground);
        let db = &site.world.db;
        let alpha = db.add_project("Alpha", None, "test").await.unwrap().id;
        let beta = db.add_project("Beta", None, "test").await.unwrap().id;
        let shop = resource(&site, folder.path(), "shop", &alpha).await;
        let other = resource(&site, folder.path(), "other", &beta).await;
        let mut people = BTreeMap::new();
        for (project, name) in [(&alpha, "alpha"), (&beta, "beta")] {
            for role in Role::ALL {
                let name = format!("{name}-{role}");
                let person = person(&site, &name, false).await;
                db.set_member(project, &person.id, role, "test").await.unwrap();
                people.insert(name, person);
            }
        }
        people.insert("admin".to_owned(), person(&site, "admin", true).await);
        people.insert("nobody".to_owned(), person(&site, "nobody", false).await);
        let app = answering(site.clone()).await;
        Self { site, alpha, beta, shop, other, people, clock, app, folder }
    }

    /// `alpha-viewer`, `alpha-operator`, `alpha-owner`, the same of beta, `admin` (who
    /// is a member of neither), `nobody`.
    pub(in crate::web) fn person(&self, name: &str) -> &Person {
        &self.people[name]
    }

    /// Everybody, by name.
    pub(in crate::web) fn everybody(&self) -> impl Iterator<Item = (&str, &Person)> {
        self.people.iter().map(|(name, person)| (name.as_str(), person))
    }

    pub(in crate::web) async fn send(&self, ask: Ask) -> Reply {
        (self.app)(ask.0).await
    }

    /// One more SQLite shop of alpha's.
    pub(in crate::web) async fn spare(&self) -> ResourceRow {
        self.another("spare").await
    }

    /// The same, called so.
    pub(in crate::web) async fn another(&self, name: &str) -> ResourceRow {
        resource(&self.site, self.folder(), name, &self.alpha).await
    }

    /// Alpha's shop, added to beta as well.
    pub(in crate::web) async fn alias(&self) -> ResourceRow {
        let link = self.folder().join("alias.db");
        std::os::unix::fs::symlink(self.folder().join("shop.db"), &link).unwrap();
        added(&self.site, &link, "alias", &self.beta).await
    }

    /// Zelo's own folder.
    pub(in crate::web) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(in crate::web) fn uploads(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder().join("uploads")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    pub(in crate::web) fn hours(&self, hours: i64) {
        self.clock.pass(TimeDelta::hours(hours));
    }

    #[allow(clippy::disallowed_methods)] // the test plays the application
    pub(in crate::web) fn sql(&self, sql: &str) {
        Connection::open(self.folder().join("shop.db")).unwrap().execute_batch(sql).unwrap();
    }

    /// Runs what is queued; how it ended.
    pub(in crate::web) async fn run(&self, id: &str) -> OperationRow {
        let id: OperationId = id.parse().unwrap();
        operation::execute(&self.site.world, id.clone()).await;
        self.site.world.db.operation(&id).await.unwrap()
    }

    /// What is queued ran, failed, and so did its undo.
    pub(in crate::web) async fn gets_stuck(&self, id: &str) {
        let (id, db) = (id.parse::<OperationId>().unwrap(), &self.site.world.db);
        let until = self.site.now() + TimeDelta::hours(1);
        let (_, fence) = db.claim(&id, "w-test", until).await.unwrap().unwrap();
        let problem = Some(problem!("internal-journal").detail("the undo failed"));
        let end = Finish { state: OpState::NeedsOperator, problem, result: Value::Null };
        db.finish(&id, fence, end).await.unwrap();
    }

    /// Asks as the command line would, and runs it.
    pub(in crate::web) async fn carry_out(&self, request: Request, confirm: Option<&str>) -> OperationRow {
        let (world, by) = (&self.site.world, Actor("cli:ada".to_owned()));
        let prepared = operation::prepare(world, request, &by).await.unwrap();
        let queued = operation::enqueue(world, prepared, confirm, None).await.unwrap();
        let row = self.run(queued.row().id.as_str()).await;
        assert_eq!(row.state, OpState::Succeeded, "{:?}", row.problem);
        row
    }

    /// A backup of a resource.
    pub(in crate::web) async fn backup(&self, of: &ResourceRow) -> BackupId {
        let request: Request =
            serde_json::from_value(serde_json::json!({ "kind": "backup", "resource": of.id })).unwrap();
        self.carry_out(request, None).await.backup.unwrap()
    }

    /// The same site behind a real socket, for what only a network does.
    pub(in crate::web) fn listen(&self) -> SocketAddr {
        let site = self.site.clone();
        let make = move || {
            App::new()
                .app_data(web::Data::new(site.clone()))
                .app_data(web::PayloadConfig::new(guard::SMALL))
                .wrap(from_fn(edge::edge))
                .configure(routes::configure)
        };
        let server = HttpServer::new(make).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0];
        actix_web::rt::spawn(server.run());
        address
    }
}

async fn answering(site: Site) -> Rc<Answering> {
    let app = App::new()
        .app_data(web::Data::new(site))
        .app_data(web::PayloadConfig::new(guard::SMALL))
        .wrap(from_fn(edge::edge))
        .wrap(Compress::default())
        .configure(routes::configure);
    let app = Rc::new(test::init_service(app).await);
    Rc::new(move |request: test::TestRequest| {
        let app = app.clone();
        Box::pin(async move {
            let answer = app.call(request.to_request()).await.unwrap();
            let (status, headers) = (answer.status(), answer.headers().clone());
            // What breaks off has no whole body.
            let body =
                test::try_read_body(answer).await.unwrap_or_else(|_| Bytes::from_static(b"broken off"));
            Reply { status, headers, body }
        })
    })
}

#[allow(clippy::disallowed_methods)] // the test plays the application
async fn resource(site: &Site, folder: &Path, name: &str, project: &ProjectId) -> ResourceRow {
    let path = folder.join(format!("{name}.db"));
    let shop = "CREATE TABLE orders (id INTEGER); INSERT INTO orders VALUES (1), (2), (3)";
    Connection::open(&path).unwrap().execute_batch(shop).unwrap();
    added(site, &path, name, project).await
}

async fn added(site: &Site, path: &Path, name: &str, project: &ProjectId) -> ResourceRow {
    let addition = Addition {
        project: project.clone(),
        name: name.to_owned(),
        kind: Kind::of("sqlite"),
        access: Access {
            values: BTreeMap::from([("path".to_owned(), path.display().to_string())]),
            ..Access::default()
        },
        detected: None,
    };
    operation::add_resource(&site.world, addition, &Actor("test".to_owned())).await.unwrap()
}

async fn person(site: &Site, name: &str, is_admin: bool) -> Person {
    let db = &site.world.db;
    let new = NewUser { name: name.to_owned(), email: None, is_admin, locale: None, password_hash: None };
    let id = db.add_user(new, "test").await.unwrap().id;
    let (session, digest) = token::new(&SystemRandom).unwrap();
    let until = site.now() + TimeDelta::days(365);
    db.open_session(&id, &digest, until).await.unwrap();
    let (token, digest) = token::new_api(&SystemRandom).unwrap();
    db.add_token(&id, "test", &digest, None, "test").await.unwrap();
    Person { id, token: token.expose().to_owned(), session: session.expose().to_owned() }
}
