//! JSON that comes with a request. A field nobody knows is refused by its name: a
//! mistyped `confrim` must not be taken for nothing. What was wrong is told without
//! its value, which may be a secret.

use std::pin::Pin;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::PayloadError,
    http::{StatusCode, header::CONTENT_TYPE},
    web::Bytes,
};
use serde::de::DeserializeOwned;

use super::call::refused;
use crate::{
    problem,
    web::{error::Refusal, guard::SMALL},
};

/// The body. None at all is one without any field.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_none_or(is_json);
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            // It has arrived: whether in time and not too large, the guard has seen.
            let bytes = bytes.await.map_err(|error| unread(&error))?;
            if bytes.is_empty() {
                return read(b"{}").map(Self);
            }
            if !is_json {
                return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem!("api-media-type")));
            }
            read(&bytes).map(Self)
        })
    }
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn unread(error: &actix_web::Error) -> Refusal {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => Refusal::too_large(SMALL as u64),
        _ => Refusal::bad_request(error),
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = match serde_path_to_error::deserialize(&mut reader) {
        Ok(value) => value,
        Err(error) => {
            let path = error.path().to_string();
            return Err(wrong(&path, error.inner()));
        }
    };
    reader.end().map_err(|error| wrong(".", &error))?;
    Ok(value)
}

/// serde's own sentences name what was expected, and the value that came instead:
/// the one is told, the other not.
fn wrong(path: &str, error: &serde_json::Error) -> Refusal {
    if !error.is_data() {
        let place = format!("line {}, column {}", error.line(), error.column());
        return refused(StatusCode::BAD_REQUEST, problem!("api-body").detail(place));
    }
    let said = error.to_string();
    if let Some(field) = quoted(&said, "unknown field `") {
        let known = said.split_once(", expected ").map(|(_, rest)| without_place(rest));
        let problem = problem!("api-field-unknown", field = field);
        return problem.detail(known.unwrap_or_default()).into();
    }
    if let Some(field) = quoted(&said, "missing field `") {
        return problem!("api-field-missing", field = field).into();
    }
    let expected = said.rsplit_once("expected ").map(|(_, rest)| without_place(rest));
    problem!("api-field-value", field = path).detail(expected.unwrap_or_default()).into()
}

fn quoted<'a>(said: &'a str, before: &str) -> Option<&'a str> {
    said.strip_prefix(before)?.split_once('`').map(|(field, _)| field)
}

fn without_place(said: &str) -> &str {
    said.split(" at line ").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        name: Option<String>,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        count: u8,
    }

    fn told(text: &str) -> (u16, String, String, String) {
        let refusal = read::<Asked>(text.as_bytes()).unwrap_err();
        let field = match refusal.problem.args.get("field") {
            Some(crate::domain::msg::Arg::Text(field)) => field.clone(),
            _ => String::new(),
        };
        let detail = refusal.problem.detail.unwrap_or_default();
        (refusal.status.as_u16(), refusal.problem.code, field, detail)
    }

    fn row(status: u16, code: &str, field: &str, detail: &str) -> (u16, String, String, String) {
        (status, code.to_owned(), field.to_owned(), detail.to_owned())
    }

    #[test]
    fn what_is_wrong_is_named_and_no_value_is_repeated() {
        assert_eq!(read::<Asked>(b"{}").unwrap(), Asked { name: None, inner: vec![] });
        let known = "`name` or `inner`";
        assert_eq!(told(r#"{"nmae": "hunter2"}"#), row(422, "api-field-unknown", "nmae", known));
        assert_eq!(told(r#"{"inner": [{}]}"#), row(422, "api-field-missing", "count", ""));
        assert_eq!(
            told(r#"{"inner": [{"count": "hunter2"}]}"#),
            row(422, "api-field-value", "inner[0].count", "u8")
        );
        assert_eq!(
            told(r#"{"name": ["expected hunter2"]}"#),
            row(422, "api-field-value", "name", "a string")
        );
        assert_eq!(told("{"), row(400, "api-body", "", "line 1, column 1"));
        assert_eq!(told("{} {}"), row(400, "api-body", "", "line 1, column 4"));
        assert_eq!(told("[]").1, "api-field-value");
    }

    #[test]
    fn only_json_is_json() {
        assert!(is_json("application/json") && is_json("Application/JSON; charset=utf-8"));
        assert!(!is_json("text/plain") && !is_json("application/jsonp"));
    }
}
