//! What a browser fetches once: the stylesheet, the scripts, the icon. They are
//! built into the program, joined, and served under names that change with their
//! contents, so that they may be kept for ever.

use std::sync::LazyLock;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY,
        X_CONTENT_TYPE_OPTIONS,
    },
    web::{Bytes, Path},
};
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest, Sha256};

/// A file of `static/` as text.
macro_rules! file {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/static/", $path))
    };
}

/// Later rules win within a layer: the order matters.
const CSS: &[&str] = &[
    file!("css/tokens.css"),
    file!("css/base.css"),
    file!("css/shell.css"),
    file!("css/parts/icon.css"),
    file!("css/parts/button.css"),
    file!("css/parts/status.css"),
    file!("css/parts/panel.css"),
    file!("css/parts/finding.css"),
    file!("css/parts/table.css"),
    file!("css/parts/filter.css"),
    file!("css/parts/menu.css"),
    file!("css/parts/form.css"),
    file!("css/parts/facts.css"),
    file!("css/parts/bar.css"),
    file!("css/parts/steps.css"),
    file!("css/parts/dialog.css"),
    file!("css/parts/upload.css"),
    file!("css/parts/pager.css"),
    file!("css/parts/gate.css"),
    file!("css/tools.css"),
];

/// What others need first comes first.
const JS: &[&str] = &[
    file!("vendor/htmx/htmx.min.js"),
    file!("vendor/htmx-ext-sse/sse.min.js"),
    file!("js/on.js"),
    file!("js/theme.js"),
    file!("js/dialog.js"),
    file!("js/copy.js"),
    file!("js/bulk.js"),
    file!("js/menu.js"),
    file!("js/filter.js"),
    file!("js/live.js"),
    file!("js/operation.js"),
    file!("js/upload.js"),
];

static ALL: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    [
        Asset::new("zelo.css", "text/css; charset=utf-8", CSS),
        Asset::new("zelo.js", "text/javascript; charset=utf-8", JS),
        Asset::new("favicon.svg", "image/svg+xml", &[file!("favicon.svg")]),
    ]
});

/// One file as it is served.
struct Asset {
    /// As templates name it: `zelo.css`.
    name: &'static str,
    /// `/static/zelo.1a2b3c4d.css`.
    url: String,
    kind: &'static str,
    plain: Bytes,
    gzip: Bytes,
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, files: &[&str]) -> Self {
        let plain = files.join("\n").into_bytes();
        let hash = hex::encode(&Sha256::digest(&plain)[..4]);
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let gzip = gzip(&plain);
        let url = format!("/static/{stem}.{hash}.{ending}");
        Self { name, url, kind, plain: plain.into(), gzip: gzip.into() }
    }

    fn answer(&self, zipped: bool) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        answer
            .insert_header((CONTENT_TYPE, self.kind))
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((VARY, "Accept-Encoding"));
        if zipped {
            answer.insert_header((CONTENT_ENCODING, "gzip")).body(self.gzip.clone())
        } else {
            answer.body(self.plain.clone())
        }
    }
}

/// At the best level: it happens once. Empty if it does not get smaller.
fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut out = vec![0; compressor.gzip_compress_bound(plain.len())];
    let length = compressor.gzip_compress(plain, &mut out).unwrap_or(0);
    out.truncate(length);
    if length < plain.len() { out } else { Vec::new() }
}

/// Where an asset is, below the base path; nowhere if there is none of this name.
pub(crate) fn url(name: &str) -> &'static str {
    ALL.iter().find(|asset| asset.name == name).map_or("", |asset| asset.url.as_str())
}

/// Whether the browser takes gzip: named, and not with a weight of nought.
fn takes_gzip(accept: Option<&HeaderValue>) -> bool {
    let accept = accept.and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|one| {
        let mut pieces = one.split(';').map(str::trim);
        let named = pieces.next().is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        let weight = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        named && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// `GET /static/{name}`.
pub(crate) async fn asset_file(request: HttpRequest, name: Path<String>) -> HttpResponse {
    let wanted = |asset: &&Asset| asset.url.strip_prefix("/static/") == Some(name.as_str());
    match ALL.iter().find(wanted) {
        Some(asset) => {
            let zipped = !asset.gzip.is_empty() && takes_gzip(request.headers().get(ACCEPT_ENCODING));
            asset.answer(zipped)
        }
        None => HttpResponse::NotFound().finish(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, io::Read};

    use actix_web::{
        App,
        body::to_bytes,
        dev::ServiceResponse,
        http::StatusCode,
        test::{TestRequest, call_service, init_service},
    };
    use flate2::read::GzDecoder;

    use super::*;

    async fn get(path: &str, accept: Option<&str>) -> ServiceResponse {
        let app =
            init_service(App::new().route("/static/{name}", actix_web::web::get().to(asset_file))).await;
        let mut request = TestRequest::get().uri(path);
        if let Some(accept) = accept {
            request = request.insert_header((ACCEPT_ENCODING, accept));
        }
        call_service(&app, request.to_request()).await
    }

    fn header(answer: &ServiceResponse, name: impl actix_web::http::header::AsHeaderName) -> Option<&str> {
        answer.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[actix_web::test]
    async fn an_asset_is_kept_for_ever_and_never_sniffed() {
        for (name, kind) in [
            ("zelo.css", "text/css; charset=utf-8"),
            ("zelo.js", "text/javascript; charset=utf-8"),
            ("favicon.svg", "image/svg+xml"),
        ] {
            let answer = get(url(name), None).await;
            assert_eq!(answer.status(), StatusCode::OK, "{name}");
            assert_eq!(header(&answer, CONTENT_TYPE), Some(kind));
            assert_eq!(header(&answer, CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
            assert_eq!(header(&answer, X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
            assert_eq!(header(&answer, VARY), Some("Accept-Encoding"));
            assert_eq!(header(&answer, CONTENT_ENCODING), None);
            assert!(!to_bytes(answer.into_body()).await.unwrap().is_empty());
        }
    }

    #[actix_web::test]
    async fn gzip_holds_the_same_and_is_for_those_who_take_it() {
        for accept in ["gzip", "br, GZIP;q=0.5", "deflate, gzip"] {
            let answer = get(url("zelo.css"), Some(accept)).await;
            assert_eq!(header(&answer, CONTENT_ENCODING), Some("gzip"), "{accept}");
            let zipped = to_bytes(answer.into_body()).await.unwrap();
            let mut plain = String::new();
            GzDecoder::new(&*zipped).read_to_string(&mut plain).unwrap();
            assert_eq!(plain, CSS.join("\n"));
            assert!(zipped.len() < plain.len() / 3);
        }
        for accept in ["identity", "gzip;q=0", "br", "gzip;q=nothing", ""] {
            let answer = get(url("zelo.css"), Some(accept)).await;
            assert_eq!(header(&answer, CONTENT_ENCODING), None, "{accept}");
        }
    }

    #[actix_web::test]
    async fn other_names_are_not_found() {
        for path in ["/static/zelo.css", "/static/zelo.00000000.css", "/static/..%2fCargo.toml", "/static/"] {
            assert_eq!(get(path, None).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(url("no-such.css"), "");
    }

    #[test]
    fn a_name_changes_with_the_contents_only() {
        let of = |text| Asset::new("a.css", "text/css", &[text]).url;
        assert_eq!(of("a{}"), of("a{}"));
        assert_ne!(of("a{}"), of("b{}"));
        let (stem, ending) = ("/static/a.", ".css");
        let url = of("a{}");
        let hash = url.strip_prefix(stem).and_then(|rest| rest.strip_suffix(ending)).unwrap();
        assert!(hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{url}");
    }

    /// No file of `static/css` and `static/js` is forgotten in the lists above.
    #[test]
    fn every_file_is_served() {
        let mut folders =
            vec!["static/css".to_owned(), "static/js".to_owned(), "static/css/parts".to_owned()];
        let mut wanted = BTreeSet::new();
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    wanted.insert(fs::read_to_string(path).unwrap());
                }
            }
        }
        let served: BTreeSet<_> = CSS.iter().chain(&JS[2..]).map(|text| (*text).to_owned()).collect();
        assert_eq!(wanted.len(), served.len());
        assert!(wanted == served);
    }
}
