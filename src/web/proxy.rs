//! Behind a reverse proxy: whose address counts, and the path it serves us under.

use std::net::IpAddr;

use actix_web::{
    HttpRequest,
    dev::ServiceRequest,
    http::{Uri, header::HOST, uri::PathAndQuery},
};
use ipnet::IpNet;

use super::Site;

/// The address a request comes from: the peer's, or, if the peer is a trusted
/// proxy, the last one in `X-Forwarded-For` that is not one itself. Whatever
/// stands further left the client may have written.
pub(super) fn client(site: &Site, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.ip());
    let chain: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    through(&site.proxies, peer, &chain)
}

/// Whether it comes from a trusted proxy: anybody may write a proxy's headers.
fn is_forwarded(site: &Site, request: &HttpRequest) -> bool {
    request.peer_addr().is_some_and(|peer| trusts(&site.proxies, peer.ip()))
}

/// The host as people reach us: what a trusted proxy says, else what the request itself
/// asks for.
pub(super) fn host(site: &Site, request: &HttpRequest) -> String {
    if is_forwarded(site, request) {
        return request.connection_info().host().to_owned();
    }
    let own = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    own.or(request.uri().host()).unwrap_or(request.app_config().host()).to_owned()
}

/// Scheme, host and path as people reach us: the settings', else as they came.
pub(super) fn address(site: &Site, request: &HttpRequest) -> String {
    let here = || {
        let https = is_forwarded(site, request) && request.connection_info().scheme() == "https";
        let scheme = if site.https || https { "https" } else { "http" };
        format!("{scheme}://{}", host(site, request))
    };
    format!("{}{}", site.origin.clone().unwrap_or_else(here), site.base)
}

fn trusts(proxies: &[IpNet], ip: IpAddr) -> bool {
    proxies.iter().any(|net| net.contains(&ip.to_canonical()))
}

fn through(trusted: &[IpNet], peer: IpAddr, chain: &[&str]) -> IpAddr {
    let mut at = peer;
    for hop in chain.iter().rev() {
        if !trusts(trusted, at) {
            break;
        }
        let Ok(ip) = hop.parse::<IpAddr>() else { break };
        at = ip;
    }
    at
}

/// Takes the path we are served under off a request's address, if the proxy left
/// it there. A proxy that took it off itself works as well.
pub(super) fn strip_base(base: &str, request: &mut ServiceRequest) {
    let Some(inner) = below(base, request.uri()) else { return };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = Some(inner);
    let Ok(uri) = Uri::from_parts(parts) else { return };
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
}

fn below(base: &str, uri: &Uri) -> Option<PathAndQuery> {
    if base.is_empty() {
        return None;
    }
    let whole = uri.path_and_query()?.as_str();
    let rest = whole.strip_prefix(base)?;
    match rest.chars().next() {
        None => "/".parse().ok(),
        Some('/') => rest.parse().ok(),
        Some('?') => format!("/{rest}").parse().ok(),
        Some(_) => None,
    }
}

/// A path of ours to go on to after a form: nothing that a browser could take for
/// another site's address.
pub(super) fn own_path(text: &str) -> Option<&str> {
    let plain = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains(['\\', '\t', '\r', '\n'])
        && !text.chars().any(char::is_control)
        && text.len() <= 2000;
    (plain && text.parse::<PathAndQuery>().is_ok()).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().unwrap()];
        let seen = |peer: &str, chain: &[&str]| through(&trusted, ip(peer), chain);
        assert_eq!(seen("192.0.2.1", &["198.51.100.7"]), ip("192.0.2.1"));
        assert_eq!(seen("10.0.0.1", &["198.51.100.7"]), ip("198.51.100.7"));
        assert_eq!(seen("10.0.0.1", &["1.1.1.1", "198.51.100.7", "10.0.0.2"]), ip("198.51.100.7"));
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.7"]), ip("198.51.100.7"));
        assert_eq!(seen("10.0.0.1", &["not an address"]), ip("10.0.0.1"));
        assert_eq!(seen("10.0.0.1", &[]), ip("10.0.0.1"));
        assert_eq!(through(&[], ip("10.0.0.1"), &["198.51.100.7"]), ip("10.0.0.1"));
    }

    #[test]
    fn the_path_of_the_proxy_is_taken_off_whole() {
        let inner = |base: &str, uri: &str| below(base, &uri.parse().unwrap()).map(|p| p.as_str().to_owned());
        assert_eq!(inner("/zelo", "/zelo/login?next=%2F").as_deref(), Some("/login?next=%2F"));
        assert_eq!(inner("/zelo", "/zelo").as_deref(), Some("/"));
        assert_eq!(inner("/zelo", "/zelo?a=1").as_deref(), Some("/?a=1"));
        assert_eq!(inner("/zelo", "/zeloth/login"), None);
        assert_eq!(inner("/zelo", "/login"), None);
        assert_eq!(inner("", "/login"), None);
    }

    #[test]
    fn the_way_on_stays_here() {
        for good in ["/", "/dashboard", "/resources/01?page=2&text=a%20b"] {
            assert_eq!(own_path(good), Some(good));
        }
        for bad in [
            "",
            "dashboard",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "https://evil.example",
            "/a\r\nSet-Cookie: x=1",
            "/\t/evil.example",
            "javascript:alert(1)",
            "/a b",
        ] {
            assert_eq!(own_path(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_way_on_leaves_the_site(text in ".{0,60}") {
            if let Some(path) = own_path(&text) {
                let here = url::Url::parse("https://zelo.example/x").unwrap();
                let there = here.join(path).unwrap();
                prop_assert_eq!(there.origin(), here.origin());
            }
        }
    }
}
