//! Whether an access leads to this machine itself: then it may be anybody's, and is an
//! administrator's to give.

use std::{
    net::{IpAddr, UdpSocket},
    time::Duration,
};

use crate::engine::Access;

/// How long a name may take to be looked up.
const LOOKUP: Duration = Duration::from_secs(5);

/// Whether it leads to this machine, by name or by address, or may.
///
/// A name's owner can change where it leads after this look; what a password is for
/// is asked again whenever an access changes.
pub(super) async fn leads_here(access: &Access) -> bool {
    if is_local(access) {
        return true;
    }
    for host in access.value("host").unwrap_or_default().split(',') {
        match tokio::time::timeout(LOOKUP, tokio::net::lookup_host((host.trim(), 0))).await {
            // A name that leads nowhere is for the check to tell.
            Ok(found) => {
                if found.into_iter().flatten().any(|at| is_own(at.ip().to_canonical())) {
                    return true;
                }
            }
            Err(_) => return true,
        }
    }
    false
}

/// Whether it is an address of this machine: only such a one can be listened at.
fn is_own(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified() || UdpSocket::bind((ip, 0)).is_ok()
}

/// Whether it leads into a container, to a socket or to this machine itself. libpq
/// takes several hosts, separated by commas, and an empty one for the socket.
fn is_local(access: &Access) -> bool {
    let given = |name| access.value(name).is_some();
    let hosts = access.value("host").unwrap_or_default();
    given("container") || given("socket") || given("stack") || hosts.split(',').any(is_this_machine)
}

fn is_this_machine(host: &str) -> bool {
    let host = host.trim().trim_end_matches('.').to_ascii_lowercase();
    match host.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(ip) => ip.is_loopback() || ip.is_unspecified(),
        // `127.1` and `0x7f000001` are addresses to the system, though not to us.
        Err(_) => {
            let last = host.rsplit('.').next().unwrap_or_default();
            let number = last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit());
            number || host.starts_with(['/', '@']) || last == "localhost" || host.contains('%')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_this_machine_is_known() {
        let access = |name: &str, value: &str| Access {
            values: [("host", "db.example"), (name, value)].map(|(n, v)| (n.to_owned(), v.to_owned())).into(),
            ..Access::default()
        };
        for host in ["db.example", "10.0.0.7", "2001:db8::7", "a.example,b.example", "localhost.example"] {
            assert!(!is_local(&access("host", host)), "{host}");
        }
        for host in [
            "",
            "/run/postgresql",
            "@abstract",
            "localhost",
            "LOCALHOST.",
            "db.localhost",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0.0.0.0",
            "::1",
            "::ffff:127.0.0.1",
            "fe80::1%lo",
            "db.example,/run/postgresql",
            "db.example,",
        ] {
            assert!(is_local(&access("host", host)), "{host}");
        }
        for (name, value) in [("container", "db"), ("socket", "/run/postgresql"), ("stack", "shop")] {
            assert!(is_local(&access(name, value)), "{name}");
        }
        assert!(!is_local(&access("tls", "require")));
    }

    #[tokio::test]
    async fn an_address_of_its_own_is_known_however_it_is_written() {
        let access = |host: &str| Access {
            values: [("host".to_owned(), host.to_owned())].into(),
            ..Access::default()
        };
        // The name every machine has for itself, in /etc/hosts or by its resolver.
        let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        for host in ["127.0.0.9", own.trim()] {
            assert!(leads_here(&access(host)).await, "{host}");
        }
        let outward = UdpSocket::bind("0.0.0.0:0").unwrap();
        if outward.connect("198.51.100.1:9").is_ok() {
            let own = outward.local_addr().unwrap().ip().to_string();
            assert!(leads_here(&access(&own)).await, "{own}");
        }
        for host in ["198.51.100.1", "2001:db8::7", "no-such-name.invalid"] {
            assert!(!leads_here(&access(host)).await, "{host}");
        }
    }
}
