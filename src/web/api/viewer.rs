//! `GET /api`: the document as a page, for people. Made from the very document, so
//! that it cannot say anything else; needs no script.

use actix_web::{HttpRequest, http::StatusCode, web};
use serde_json::Value;

use super::{call::Answer, document::document};
use crate::web::{
    Site, page,
    view::api::{Answers, ApiPage, Call, Group, Input, Kind},
};

/// This document, as a page.
#[utoipa::path(
    get,
    path = "/api",
    tag = "Document",
    operation_id = "viewer",
    responses((status = 200, description = "A page for people.", content_type = "text/html", body = String)),
)]
pub(super) async fn show(site: web::Data<Site>, request: HttpRequest) -> Answer {
    let document = serde_json::to_value(document(&site.base)).unwrap_or_default();
    let (groups, kinds) = (groups(&document), kinds(&document));
    let intro = paragraphs(&document["info"]["description"]);
    page::gate(&site, &request, StatusCode::OK, "ui-api", |page| ApiPage { page, intro, groups, kinds })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn paragraphs(value: &Value) -> Vec<String> {
    value.as_str().unwrap_or_default().split("\n\n").map(|p| p.replace('\n', " ")).collect()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The calls, by tag, in the tags' order.
fn groups(document: &Value) -> Vec<Group> {
    let of = |tag: &Value| Group {
        name: text(&tag["name"]),
        about: text(&tag["description"]),
        calls: calls(document, &tag["name"]),
    };
    items(&document["tags"]).map(of).collect()
}

fn calls(document: &Value, tag: &Value) -> Vec<Call> {
    let mut calls = Vec::new();
    for (path, item) in members(&document["paths"]) {
        for (method, call) in members(item) {
            if items(&call["tags"]).any(|own| own == tag) {
                calls.push(one(document, method, path, call));
            }
        }
    }
    calls
}

fn one(document: &Value, method: &str, path: &str, call: &Value) -> Call {
    let input = |given: &Value| Input {
        name: text(&given["name"]),
        place: text(&given["in"]),
        kind: told(&given["schema"]),
        required: given["required"] == true,
        about: text(&given["description"]),
    };
    let body = members(&call["requestBody"]["content"]).next();
    let answer = |(status, answer): (&String, &Value)| Answers {
        status: status.clone(),
        about: text(&resolved(document, answer)["description"]),
        kind: members(&answer["content"]).map(|(_, content)| told(&content["schema"])).next(),
    };
    let answers = members(&call["responses"]).filter(|(_, answer)| answer["$ref"].is_null()).map(answer);
    let problems = members(&call["responses"]).filter(|(_, answer)| !answer["$ref"].is_null());
    Call {
        id: text(&call["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&call["summary"]),
        about: paragraphs(&call["description"]).into_iter().filter(|p| !p.is_empty()).collect(),
        inputs: items(&call["parameters"]).map(input).collect(),
        body: body.map(|(media, content)| (media.clone(), told(&content["schema"]))),
        answers: answers.collect(),
        problems: problems.map(|(status, _)| status.clone()).collect(),
    }
}

/// What a reference within the document leads to; the value itself if it is none.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let place = value["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
    place.and_then(|place| document.pointer(place)).unwrap_or(value)
}

/// The types that are spoken, by name.
fn kinds(document: &Value) -> Vec<Kind> {
    let of = |(name, schema): (&String, &Value)| Kind {
        name: name.clone(),
        about: text(&schema["description"]),
        words: items(&schema["enum"]).map(text).collect(),
        fields: fields(schema),
    };
    members(&document["components"]["schemas"]).map(of).collect()
}

/// A type's own fields; one that has all of another's too names it first.
fn fields(schema: &Value) -> Vec<Input> {
    let mut fields = Vec::new();
    for part in items(&schema["allOf"]) {
        match part["$ref"].is_null() {
            true => fields.extend(own_fields(part)),
            false => fields.push(Input {
                name: "…".to_owned(),
                place: String::new(),
                kind: told(part),
                required: true,
                about: String::new(),
            }),
        }
    }
    fields.extend(own_fields(schema));
    fields
}

fn own_fields(schema: &Value) -> Vec<Input> {
    let needed = |name: &str| items(&schema["required"]).any(|own| own == name);
    let field = |(name, field): (&String, &Value)| Input {
        name: name.clone(),
        place: String::new(),
        kind: told(field),
        required: needed(name),
        about: text(&field["description"]),
    };
    members(&schema["properties"]).map(field).collect()
}

/// A schema in a word: `string`, `Backup`, `list of Backup`, `Plan or Would`.
fn told(schema: &Value) -> String {
    if let Some(place) = schema["$ref"].as_str() {
        return place.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        let words: Vec<_> = items(&schema[several]).map(told).filter(|word| word != "null").collect();
        if !words.is_empty() {
            return words.join(" | ");
        }
    }
    let words: Vec<_> = items(&schema["enum"]).map(text).collect();
    if !words.is_empty() {
        return words.join(" | ");
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).find(|kind| kind != "null").unwrap_or_default(),
        kind => text(kind),
    };
    match (kind.as_str(), &schema["format"], &schema["additionalProperties"]) {
        ("array", ..) => format!("[{}]", told(&schema["items"])),
        ("object", _, Value::Object(of)) => format!("{{string: {}}}", told(&Value::Object(of.clone()))),
        (kind, Value::String(format), _) if !format.starts_with("int") => format!("{kind} ({format})"),
        (kind, ..) => kind.to_owned(),
    }
}
