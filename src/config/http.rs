//! `[http]`: the pages and the API.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::IpNet;
use url::Url;

use super::{
    keys::{Key, KeyInfo, Keys},
    read,
};
use crate::{domain::problem::Problem, problem};

/// How `zelo serve` is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Where it listens.
    pub bind: SocketAddr,
    /// What people type into their browser, if it is not that address.
    pub public_url: Option<Url>,
    /// Proxies whose word on a client's address counts.
    pub trusted_proxies: Vec<IpNet>,
}

const BIND: Key<SocketAddr> = Key {
    section: "http",
    name: "bind",
    help: "Address and port the server listens on. Keep it local and put a proxy with TLS in front.",
    default: "\"127.0.0.1:8600\"",
    optional: false,
    secret: false,
    parse: read::address,
};

const PUBLIC_URL: Key<Option<Url>> = Key {
    section: "http",
    name: "public_url",
    help: "The address people use, with the path a proxy serves Zelo under, if any. https:// makes cookies\n\
           travel by HTTPS alone. Default: http:// and the address above.",
    default: "\"https://zelo.example.com\"",
    optional: true,
    secret: false,
    parse: |text| match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.query().is_none() => Ok(Some(url)),
        _ => Err(problem!("setting-url")),
    },
};

const TRUSTED_PROXIES: Key<Vec<IpNet>> = Key {
    section: "http",
    name: "trusted_proxies",
    help: "Addresses and networks of the proxies in front, separated by commas: their X-Forwarded-For is\n\
           believed when tries to sign in are counted. Default: none.",
    default: "\"127.0.0.1, 10.0.0.0/8\"",
    optional: true,
    secret: false,
    parse: |text| text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(network).collect(),
};

/// `10.0.0.0/8`, or one address.
fn network(text: &str) -> Result<IpNet, Problem> {
    let one = || text.parse::<IpAddr>().map(IpNet::from).ok();
    text.parse().ok().or_else(one).ok_or_else(|| problem!("setting-network"))
}

impl Http {
    pub(super) const KEYS: [KeyInfo; 3] = [BIND.info(), PUBLIC_URL.info(), TRUSTED_PROXIES.info()];

    pub(super) fn read(keys: &mut Keys) -> Self {
        Self {
            bind: keys.read(&BIND, || SocketAddr::from((Ipv4Addr::LOCALHOST, 8600))),
            public_url: keys.read(&PUBLIC_URL, || None),
            trusted_proxies: keys.read(&TRUSTED_PROXIES, Vec::new),
        }
    }

    /// The path a proxy serves the pages under: empty, or `/zelo`.
    pub fn base(&self) -> String {
        self.public_url.as_ref().map(|url| url.path().trim_end_matches('/').to_owned()).unwrap_or_default()
    }

    /// Whether people reach the pages by HTTPS, as `public_url` says.
    pub fn https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// The address people use, without a final slash.
    pub fn url(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.bind),
        }
    }
}
