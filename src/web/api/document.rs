//! The OpenAPI document: made from the handlers and the types they speak. What all
//! of them share (paths' parameters, who may, problems) is put in from the list of
//! routes, so that it cannot differ from what the guard does.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use utoipa::{
    Modify, OpenApi, ToSchema,
    openapi::{
        self, Components, ObjectBuilder, Ref, RefOr, Required, Response, ResponseBuilder,
        SecurityRequirement, Server,
        content::ContentBuilder,
        path::{Operation, ParameterBuilder, ParameterIn, PathItem},
        schema::Type,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

use super::{backups, instances, me, operations, projects, resources, types, viewer};
use crate::web::{
    Site,
    guard::{Body, Rule},
    routes::{self, Entry},
};

/// Names of the document's own.
const BEARER: &str = "token";
const SESSION: &str = "session";
const FORM: &str = "form";
const PROBLEM: &str = "Problem";

/// What is written by hand.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Zelo",
        description = "Backups of which every byte was read back, and dangerous operations that end done or undone.\n\n\
            A program signs its calls with a token (`Authorization: Bearer …`), made on the account page or \
            by `zelo token create`; it may do what its person may. A page of the panel itself may call with \
            its session and the header `X-CSRF-Token`.\n\n\
            What takes a while answers `202` with the operation and `Location`, where it can be followed. \
            With `?dry_run=true` such a call answers the plan and changes nothing. What takes something away \
            needs `confirm`: the name that the plan asks for. A request that comes again with the same \
            `Idempotency-Key` gets the operation it became first.\n\n\
            Texts are in the language of the caller's profile, else of `Accept-Language`. Times are RFC 3339 \
            in UTC, sizes are bytes, identifiers are texts. What went wrong is told as `application/problem+json` \
            with a stable `code`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        viewer::show,
        show,
        me::show,
        projects::list,
        resources::list::list,
        resources::add::add,
        resources::show::show,
        resources::change::change,
        resources::remove::remove,
        backups::list::list,
        backups::create::create,
        backups::upload::upload,
        backups::show::show,
        backups::delete::delete,
        backups::download::download,
        backups::link::link,
        backups::restore::restore,
        backups::validate::validate,
        instances::list::list,
        instances::show::show,
        instances::restart::restart,
        instances::stop::stop,
        instances::start::start,
        instances::repair::repair,
        instances::backup::backup,
        instances::backups::backups,
        instances::details::details,
        instances::restore::restore,
        instances::copy::copy,
        instances::release::release,
        instances::diagnose::diagnose,
        instances::logs::logs,
        instances::config::bulk::bulk,
        instances::config::fields::fields,
        instances::config::history::history,
        instances::config::set_back::set_back,
        instances::config::rotate::rotate,
        instances::import::import,
        instances::from_folder::add,
        instances::config::show::show,
        instances::config::change::change,
        instances::config::reveal::reveal,
        instances::config::test_mail::test_mail,
        operations::list::list,
        operations::show::show,
        operations::events::events,
        operations::cancel::cancel,
        operations::resolve::resolve,
        operations::undo::undo,
    ),
    components(schemas(types::problem::ProblemDocument, types::operation::LogEntry)),
    tags(
        (name = "People", description = "Who asks, and where they are a member."),
        (name = "Resources", description = "What is protected, and how it is reached."),
        (name = "Backups", description = "Made, uploaded, checked, downloaded, restored, deleted."),
        (name = "Instances", description = "Supabase stacks: looked at, restarted, stopped, repaired, their settings changed."),
        (name = "Operations", description = "What was asked for, how far it is, and its ways out."),
        (name = "Document", description = "This document."),
    ),
    modifiers(&Shared),
)]
struct Written;

static DOCUMENT: LazyLock<openapi::OpenApi> = LazyLock::new(Written::openapi);

/// The document of an API that is reached below `base`: empty, or `/zelo`.
pub fn document(base: &str) -> openapi::OpenApi {
    let mut document = DOCUMENT.clone();
    let url = if base.is_empty() { "/" } else { base };
    document.servers = Some(vec![Server::new(url)]);
    document
}

/// This document.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "Document",
    operation_id = "openapi",
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json", body = serde_json::Value)),
)]
pub(super) async fn show(site: web::Data<Site>) -> HttpResponse {
    HttpResponse::Ok().json(document(&site.base))
}

/// Puts in what handlers share.
struct Shared;

impl Modify for Shared {
    fn modify(&self, document: &mut openapi::OpenApi) {
        document.info.version = env!("CARGO_PKG_VERSION").to_owned();
        let components = document.components.get_or_insert_with(Components::new);
        securities(components);
        components.responses.insert(PROBLEM.to_owned(), problem().into());
        for entry in routes::table() {
            let item = document.paths.paths.get_mut(entry.path);
            if let Some(operation) = item.and_then(|item| method_mut(item, entry.method)) {
                operation.operation_id = Some(name(&entry));
                share(operation, &entry);
            }
        }
    }
}

/// One for each call: `get_resources_backups`.
fn name(entry: &Entry) -> String {
    let words = entry.path.split('/').map(|word| word.trim_matches(['{', '}']).replace(['-', '.'], "_"));
    let words = words.filter(|word| !word.is_empty() && word != "api");
    std::iter::once(entry.method.to_lowercase()).chain(words).collect::<Vec<_>>().join("_")
}

fn method_mut<'a>(item: &'a mut PathItem, method: &str) -> Option<&'a mut Operation> {
    match method {
        "GET" => item.get.as_mut(),
        "POST" => item.post.as_mut(),
        "PUT" => item.put.as_mut(),
        "DELETE" => item.delete.as_mut(),
        _ => None,
    }
}

fn securities(components: &mut Components) {
    let cookie = ApiKeyValue::with_description("zelo_session", "A session of the panel's own pages.");
    let header = ApiKeyValue::with_description("X-CSRF-Token", "A form's token, for changes with a session.");
    components.add_security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.add_security_scheme(FORM, SecurityScheme::ApiKey(ApiKey::Header(header)));
}

fn problem() -> Response {
    let schema = Ref::from_schema_name(types::problem::ProblemDocument::name());
    ResponseBuilder::new()
        .description("What went wrong, and what was not.")
        .content("application/problem+json", ContentBuilder::new().schema(Some(schema)).build())
        .build()
}

fn share(operation: &mut Operation, entry: &Entry) {
    let parameters = operation.parameters.get_or_insert_with(Vec::new);
    for name in named(entry.path).into_iter().rev() {
        parameters.insert(0, in_path(name).into());
    }
    let long = operation.responses.responses.contains_key("202");
    if entry.method != "GET" && long {
        parameters.push(idempotency_key().into());
    }
    if entry.rule == Rule::Public {
        operation.security = Some(Vec::new());
        return;
    }
    let none: [String; 0] = [];
    let session = SecurityRequirement::new(SESSION, none.clone());
    let session = if entry.method == "GET" { session } else { session.add(FORM, none.clone()) };
    operation.security = Some(vec![SecurityRequirement::new(BEARER, none), session]);
    told(operation, entry.rule);
    for status in problems(entry) {
        let problem = RefOr::Ref(Ref::from_response_name(PROBLEM));
        operation.responses.responses.entry(status.to_owned()).or_insert(problem);
    }
}

/// `/a/{x}/b/{y}`: x, y.
fn named(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|piece| piece.strip_prefix('{')?.strip_suffix('}')).collect()
}

fn in_path(name: &str) -> openapi::path::Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(format!("The {name}'s identifier.")))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn idempotency_key() -> openapi::path::Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(200));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same request with the same key is the same operation."))
        .schema(Some(schema))
        .build()
}

/// Adds who may.
fn told(operation: &mut Operation, rule: Rule) {
    let who = match rule {
        Rule::Public => return,
        Rule::Person => "For whoever is signed in.".to_owned(),
        Rule::Administrator => "For administrators.".to_owned(),
        Rule::Member => "For members of the project, and administrators.".to_owned(),
        Rule::Members => "For owners of the project, and administrators.".to_owned(),
        Rule::Project(role)
        | Rule::Resource(role)
        | Rule::Backup(role)
        | Rule::Operation(role)
        | Rule::Aside(role) => format!("For each {role} of the project, and whoever may more."),
    };
    let text = operation.description.take().filter(|text| !text.is_empty());
    operation.description = Some(text.map_or_else(|| who.clone(), |text| format!("{text}\n\n{who}")));
}

/// What may go wrong, by status.
fn problems(entry: &Entry) -> Vec<&'static str> {
    let about = !matches!(entry.rule, Rule::Public | Rule::Person);
    let mut statuses = vec!["400", "401", "500", "503"];
    if about {
        statuses.extend(["403", "404"]);
    }
    if entry.method != "GET" {
        statuses.extend(["403", "409", "413", "415", "422"]);
    }
    if entry.body == Body::Stream {
        statuses.extend(["408", "507"]);
    }
    statuses
}
