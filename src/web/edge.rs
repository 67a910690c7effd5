//! The outermost layer: takes the proxy's path off, renders refusals, and puts the
//! headers on that every answer has.

use actix_web::{
    body::BoxBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
        STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
    middleware::Next,
    web,
};

use super::{Site, error, proxy};

/// Nothing from elsewhere, nothing inline, no frame, no plugin.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// On every answer that does not say otherwise.
const HEADERS: [(HeaderName, &str); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "same-origin"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Stands around everything.
pub(super) async fn edge(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let site = request.app_data::<web::Data<Site>>().cloned();
    let Some(site) = site else { return next.call(request).await };
    proxy::strip_base(&site.base, &mut request);
    let response = next.call(request).await?;
    let mut response = error::answer(&site, response);
    put(response.headers_mut(), site.https);
    Ok(response)
}

fn put(headers: &mut HeaderMap, https: bool) {
    for (name, value) in HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.append(VARY, HeaderValue::from_static("HX-Request, Cookie, Accept-Language"));
}
