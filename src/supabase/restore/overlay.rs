//! The override file of a copy: what must differ from the instance it was made from, so
//! that both can run on one machine, and what keeps it cut off until it is released. The
//! instance's own Compose files stay as they are.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

use super::super::instance::{Part, part_of};

/// What the file is called, in the copy's folder.
pub(in crate::supabase) const FILE: &str = "docker-compose.zelo.yml";
/// What the file of a copy that is not released says.
pub(super) const CUT_OFF: &str = "Until it is released it has no way out";
/// The network of a copy that is cut off: internal, and not the one it has afterwards,
/// for Docker changes no network that anybody is on.
pub(super) const INSIDE: &str = "zelo_inside";
/// The network through which only the gateway's published port goes.
pub(super) const WINDOW: &str = "zelo_window";

/// What an override is made from.
pub(super) struct Overlay<'a> {
    /// The copy's Compose project.
    pub(super) project: &'a str,
    /// The project as Compose resolves it without the override.
    pub(super) resolved: &'a Value,
    /// Host ports that the `.env` does not move: old → new.
    pub(super) ports: &'a BTreeMap<u16, u16>,
    /// Whether it is cut off: no way out, no mail, no scheduled jobs, no port but the
    /// gateway's.
    pub(super) cut_off: bool,
}

impl Overlay<'_> {
    /// The file's text.
    pub(super) fn render(&self) -> String {
        let mut out = String::from(
            "# Written by Zelo: the names and ports of this copy, so that it can run beside the instance it was made\n\
             # from.",
        );
        if self.cut_off {
            let _ = write!(out, " {CUT_OFF}, sends no mail and runs no scheduled job.");
        }
        out.push_str("\nservices:\n");
        for (service, config) in objects(self.resolved, "services") {
            self.service(&mut out, service, config);
        }
        self.networks(&mut out);
        self.volumes(&mut out);
        out
    }

    fn service(&self, out: &mut String, name: &str, config: &Value) {
        let image = config.get("image").and_then(Value::as_str).unwrap_or_default();
        let part = part_of(name, image);
        let mut lines = Vec::new();
        if let Some(was) = config.get("container_name").and_then(Value::as_str) {
            lines.push(format!("    container_name: {}", quoted(&self.container(was, name))));
        }
        self.ports(&mut lines, part, config);
        if self.cut_off {
            cut_off(&mut lines, part, config);
        }
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(out, "  {}:", quoted(name));
        for line in lines {
            let _ = writeln!(out, "{line}");
        }
    }

    /// Realtime finds its tenant by what stands before the dot in its container's name.
    fn container(&self, was: &str, service: &str) -> String {
        let tenant = was.split_once('.').map(|(tenant, _)| format!("{tenant}.")).unwrap_or_default();
        format!("{tenant}{}-{service}", self.project)
    }

    fn ports(&self, lines: &mut Vec<String>, part: Option<Part>, config: &Value) {
        let Some(ports) = config.get("ports").and_then(Value::as_array).filter(|p| !p.is_empty()) else {
            return;
        };
        if self.cut_off && part != Some(Part::Gateway) {
            lines.push("    ports: !override []".to_owned());
            return;
        }
        let moved = |port: &Value| published(port).is_some_and(|p| self.ports.contains_key(&p));
        if !ports.iter().any(moved) {
            return;
        }
        lines.push("    ports: !override".to_owned());
        for port in ports {
            let text = |name: &str| port.get(name).map(plain).unwrap_or_default();
            let old = published(port);
            let host = old.and_then(|old| self.ports.get(&old).copied().or(Some(old)));
            let ip = text("host_ip");
            let ip = if ip.is_empty() { String::new() } else { format!("{ip}:") };
            let host = host.map(|host| format!("{host}:")).unwrap_or_default();
            let protocol = text("protocol");
            let protocol = if protocol.is_empty() { String::new() } else { format!("/{protocol}") };
            lines.push(format!("      - {}", quoted(&format!("{ip}{host}{}{protocol}", text("target")))));
        }
    }

    fn networks(&self, out: &mut String) {
        if !self.cut_off {
            return;
        }
        let _ = write!(out, "networks:\n  {INSIDE}:\n    internal: true\n  {WINDOW}: {{}}\n");
    }

    /// Volumes that have a name of their own would be shared with the original.
    fn volumes(&self, out: &mut String) {
        let named: Vec<(&str, String)> = objects(self.resolved, "volumes")
            .filter_map(|(key, volume)| {
                let name = volume.get("name").and_then(Value::as_str)?;
                let own = format!("{}_{key}", self.project);
                (name != own).then_some((key, own))
            })
            .collect();
        if named.is_empty() {
            return;
        }
        out.push_str("volumes:\n");
        for (key, own) in named {
            let _ = writeln!(out, "  {}:\n    name: {}\n    external: false", quoted(key), quoted(&own));
        }
    }
}

/// What keeps one service quiet.
fn cut_off(lines: &mut Vec<String>, part: Option<Part>, config: &Value) {
    lines.push("    networks: !override".to_owned());
    lines.push(format!("      {INSIDE}: {{aliases: [{}]}}", aliases(config).join(", ")));
    if part == Some(Part::Gateway) {
        lines.push(format!("      {WINDOW}: {{}}"));
    }
    match part {
        // GoTrue without a mail server sends nothing.
        Some(Part::Auth) => lines.push("    environment:\n      GOTRUE_SMTP_HOST: \"\"".to_owned()),
        Some(Part::Db) => {
            let own = config.get("command").and_then(Value::as_array);
            let mut words: Vec<String> = own.into_iter().flatten().map(plain).collect();
            if words.is_empty() {
                words.push("postgres".to_owned());
            }
            words.extend(["-c".to_owned(), "cron.launch_active_jobs=off".to_owned()]);
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            lines.push(format!("    command: [{}]", words.join(", ")));
        }
        _ => {}
    }
}

/// What others call a service by, on whatever network.
fn aliases(config: &Value) -> Vec<String> {
    let all = objects(config, "networks").filter_map(|(_, network)| network.get("aliases")?.as_array());
    all.flatten().map(|alias| quoted(&plain(alias))).collect()
}

/// The members of an object of the resolved project.
pub(super) fn objects<'a>(
    resolved: &'a Value,
    name: &str,
) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
    let found = resolved.get(name).and_then(Value::as_object);
    found.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

/// The host port of a published port, if it is one number.
pub(super) fn published(port: &Value) -> Option<u16> {
    port.get("published").map(plain)?.parse().ok()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A text as YAML writes it: JSON's strings are YAML's. `config` prints `$` as `$$`
/// already, and this is read by Compose again.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolved() -> Value {
        json!({
            "services": {
                "db": { "image": "supabase/postgres:17.6", "container_name": "supabase-db", "command": ["postgres", "-c", "x=$$y"] },
                "auth": { "image": "supabase/gotrue:v2", "container_name": "supabase-auth" },
                "realtime": { "image": "supabase/realtime:v2", "container_name": "realtime-dev.supabase-realtime" },
                "api-gw": { "image": "envoyproxy/envoy", "networks": { "default": { "aliases": ["envoy", "kong"] } }, "ports": [
                    { "target": 8000, "published": "8000", "host_ip": "127.0.0.1", "protocol": "tcp" }] },
                "supavisor": { "image": "supabase/supavisor", "ports": [{ "target": 5432, "published": "5432", "protocol": "tcp" }] },
            },
            "networks": { "default": { "name": "shop_default" } },
            "volumes": { "db-config": { "name": "shop_db-config" }, "deno-cache": { "name": "copy_deno-cache" } },
        })
    }

    #[test]
    fn a_copy_that_is_cut_off() {
        let ports = BTreeMap::from([(8000, 8010), (5432, 5442)]);
        let resolved = resolved();
        let overlay = Overlay { project: "copy", resolved: &resolved, ports: &ports, cut_off: true };
        insta::assert_snapshot!(overlay.render());
    }

    #[test]
    fn a_copy_that_was_released() {
        let ports = BTreeMap::from([(5432, 5442)]);
        let resolved = resolved();
        let overlay = Overlay { project: "copy", resolved: &resolved, ports: &ports, cut_off: false };
        insta::assert_snapshot!(overlay.render());
    }
}
