//! `[http]`: the pages and the API.

use std::net::{Ipv4Addr, SocketAddr};

use url::Url;

use super::{
    keys::{Key, KeyInfo, Keys},
    read,
};
use crate::problem;

/// How `zelo serve` is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Where it listens.
    pub bind: SocketAddr,
    /// What people type into their browser, if it is not that address.
    pub public_url: Option<Url>,
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
    help: "The address people use, for the links Zelo prints. Default: http:// and the address above.",
    default: "\"https://zelo.example.com\"",
    optional: true,
    secret: false,
    parse: |text| match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.query().is_none() => Ok(Some(url)),
        _ => Err(problem!("setting-url")),
    },
};

impl Http {
    pub(super) const KEYS: [KeyInfo; 2] = [BIND.info(), PUBLIC_URL.info()];

    pub(super) fn read(keys: &mut Keys) -> Self {
        Self {
            bind: keys.read(&BIND, || SocketAddr::from((Ipv4Addr::LOCALHOST, 8600))),
            public_url: keys.read(&PUBLIC_URL, || None),
        }
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
