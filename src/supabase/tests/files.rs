//! Failures in the project's files, containers and ports: made, named, and taken away
//! again.

use super::stack::Stack;
use crate::domain::finding::{Finding, Severity};

/// The value of a key with another in its place.
fn set(text: &str, key: &str, value: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once('=') {
        Some((k, _)) if k == key => format!("{key}={value}"),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// Diagnoses with another `.env`; the file comes back.
async fn with_env(stack: &Stack, keys: &[(&str, &str)], wanted: &[&str]) -> Vec<Finding> {
    let old = stack
        .edit(".env", |text| keys.iter().fold(text.to_owned(), |text, (key, value)| set(&text, key, value)));
    let diagnosis = stack.diagnosis().await;
    stack.put(".env", &old);
    let found = Stack::finds(&diagnosis, wanted);
    assert!(!format!("{found:?}").contains("a@b/c"), "a password in {found:#?}");
    stack.as_before().await;
    found
}

#[tokio::test]
async fn finding_06_password_signs() {
    let Some(stack) = Stack::today().await else { return };
    let found = with_env(&stack, &[("POSTGRES_PASSWORD", "a@b/c")], &["password-signs"]).await;
    assert!(found[0].restart_harms);
}

#[tokio::test]
async fn finding_07_keys_of_another_secret() {
    let Some(stack) = Stack::today().await else { return };
    let found = with_env(&stack, &[("JWT_SECRET", &"x".repeat(40))], &["jwt-keys"]).await;
    assert_eq!(found[0].evidence.len(), 2, "{found:#?}");
}

#[tokio::test]
async fn finding_07_and_08_containers_with_older_keys() {
    let Some(stack) = Stack::today().await else { return };
    let secret = "y".repeat(40);
    let (anon, service) =
        (super::token("anon", 4_000_000_000, &secret), super::token("service_role", 4_000_000_000, &secret));
    let old = stack.edit(".env", |text| {
        let text = set(&set(text, "JWT_SECRET", &secret), "ANON_KEY", anon.expose());
        set(&text, "SERVICE_ROLE_KEY", service.expose())
    });
    let found = Stack::finds(&stack.diagnosis().await, &["jwt-stale", "gateway-keys"]);
    for finding in &found {
        let mends = stack.plan(finding).await;
        stack.apply(&mends).await;
    }
    // The database was given the older secret, and reads it at its first start only.
    let after = stack.diagnosis().await;
    stack.put(".env", &old);
    stack.settled().await;
    let left: Vec<_> = after.findings.iter().map(|f| (f.probe.as_str(), f.severity)).collect();
    assert_eq!(left, [("env-drift", Severity::Notice)], "{:#?}", after.findings);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_09_addresses() {
    let Some(stack) = Stack::today().await else { return };
    let found = with_env(&stack, &[("API_EXTERNAL_URL", "api.example.com/auth/v1")], &["urls"]).await;
    assert_eq!((found[0].severity, found[0].restart_harms), (Severity::Critical, true));
    let keys = [("SUPABASE_PUBLIC_URL", "https://example.com")];
    let found = with_env(&stack, &keys, &["urls"]).await;
    assert_eq!(found[0].severity, Severity::Warning);
}

#[tokio::test]
async fn finding_10_auth_resolves_elsewhere() {
    let Some(stack) = Stack::today().await else { return };
    let hosts =
        |script: &str| drop(stack.compose(&["exec", "-T", "-u", "root", "api-gw", "bash", "-c", script]));
    hosts("cp /etc/hosts /tmp/hosts && echo '203.0.113.9 auth' >> /etc/hosts");
    let diagnosis = stack.diagnosis().await;
    hosts("cat /tmp/hosts > /etc/hosts");
    let found = Stack::finds(&diagnosis, &["gateway-names"]);
    assert!(format!("{:?}", found[0].evidence).contains("203.0.113.9"));
    stack.as_before().await;
}

#[tokio::test]
async fn finding_10_the_gateway_asks_auth_at_another_port() {
    let Some(stack) = Stack::today().await else { return };
    let path = "volumes/api/envoy/cds.yaml";
    let old = stack.edit(path, |text| text.replace("port_value: 9999", "port_value: 9998"));
    stack.compose(&["restart", "api-gw"]);
    let diagnosis = stack.diagnosis().await;
    stack.put(path, &old);
    stack.compose(&["restart", "api-gw"]);
    stack.settled().await;
    let found = Stack::finds(&diagnosis, &["gateway-names"]);
    assert_eq!(found[0].title.id, "finding-gateway-reach", "{found:#?}");
    stack.as_before().await;
}

#[tokio::test]
async fn finding_11_an_empty_setting() {
    let Some(stack) = Stack::today().await else { return };
    let keys = [("DISABLE_SIGNUP", ""), ("SMTP_PORT", "")];
    let found = with_env(&stack, &keys, &["auth-settings"]).await;
    assert_eq!((found[0].severity, found[0].evidence.len()), (Severity::Serious, 2), "{found:#?}");
    assert!(found[0].restart_harms);
}

#[tokio::test]
async fn finding_11_auth_that_ends_by_it() {
    let Some(stack) = Stack::today().await else { return };
    let old = stack.edit(".env", |text| set(text, "DISABLE_SIGNUP", "yes"));
    stack.compose(&["up", "-d", "--no-deps", "auth"]);
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    let diagnosis = stack.diagnosis().await;
    stack.put(".env", &old);
    stack.settled().await;
    let found = Stack::finds(&diagnosis, &["auth-settings"]);
    assert_eq!(found[0].severity, Severity::Critical);
    stack.as_before().await;
}

/// Diagnoses with other settings in auth's container; they stay.
async fn with_auth(stack: &Stack, keys: &[(&str, &str)], wanted: &[&str]) -> Vec<Finding> {
    let text = std::fs::read_to_string(stack.folder().join(".env")).unwrap();
    stack.put(".env", &keys.iter().fold(text, |text, (key, value)| set(&text, key, value)));
    stack.compose(&["up", "-d", "--no-deps", "--wait", "auth"]);
    let diagnosis = stack.diagnosis().await;
    assert_eq!(Stack::unknown(&diagnosis), Vec::<String>::new());
    Stack::finds(&diagnosis, wanted)
}

/// A mail server that greets with these words, until it is let go.
fn greeting(words: &'static str) -> (u16, tokio::task::JoinHandle<()>) {
    let listening = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listening.local_addr().unwrap().port();
    listening.set_nonblocking(true).unwrap();
    let listening = tokio::net::TcpListener::from_std(listening).unwrap();
    let serving = tokio::spawn(async move {
        while let Ok((mut one, _)) = listening.accept().await {
            drop(tokio::io::AsyncWriteExt::write_all(&mut one, words.as_bytes()).await);
        }
    });
    (port, serving)
}

#[tokio::test]
async fn a_mail_server_that_sign_ups_wait_for_is_looked_for_from_auth() {
    let Some(stack) = Stack::today().await else { return };
    let old = std::fs::read_to_string(stack.folder().join(".env")).unwrap();
    let machine = stack.machine();
    // The lab's settings name a container that does not exist, as upstream's do.
    let name = with_auth(&stack, &[("ENABLE_EMAIL_AUTOCONFIRM", "false")], &["mail-server"]).await;
    let none = with_auth(&stack, &[("SMTP_HOST", "")], &["mail-server"]).await;
    let (port, serving) = greeting("220 mail.example ESMTP\r\n");
    let at = [("SMTP_HOST", machine.as_str()), ("SMTP_PORT", &port.to_string())];
    with_auth(&stack, &at, &[]).await;
    serving.abort();
    drop(serving.await);
    let refused = Stack::finds(&stack.diagnosis().await, &["mail-server"]);
    let (port, _serving) = greeting("554 mail.example no service\r\n");
    let says = with_auth(&stack, &[("SMTP_PORT", &port.to_string())], &["mail-server"]).await;
    stack.put(".env", &old);
    stack.settled().await;
    let saw = |found: &[Finding]| (found[0].evidence[0].id.clone(), found[0].evidence[0].args.clone());
    assert_eq!(saw(&name).1["kind"], "name".into(), "{name:#?}");
    assert_eq!(saw(&none).0, "finding-mail-server-none");
    assert_eq!(saw(&refused).1["kind"], "refused".into(), "{refused:#?}");
    assert_eq!(saw(&says).1["words"], "554 mail.example no service".into());
    assert_eq!(says[0].severity, Severity::Serious);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_12_analytics() {
    let Some(stack) = Stack::kong().await else { return };
    stack.compose(&["stop", "analytics"]);
    let diagnosis = stack.diagnosis().await;
    stack.settled().await;
    let found = Stack::finds(&diagnosis, &["analytics"]);
    assert_eq!(found[0].severity, Severity::Serious, "{found:#?}");
    stack.as_before().await;
}

#[tokio::test]
async fn finding_14_the_poolers_key() {
    let Some(stack) = Stack::today().await else { return };
    with_env(&stack, &[("VAULT_ENC_KEY", "too-short")], &["pooler-key"]).await;
}

#[tokio::test]
async fn finding_15_line_ends() {
    let Some(stack) = Stack::today().await else { return };
    let path = "volumes/pooler/pooler.exs";
    let old = stack.edit(path, |text| text.replace('\n', "\r\n"));
    let found = Stack::finds(&stack.diagnosis().await, &["line-ends"]);
    let mends = stack.plan(&found[0]).await;
    stack.apply(&mends).await;
    assert_eq!(std::fs::read_to_string(stack.folder().join(path)).unwrap(), old);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_16_the_poolers_role() {
    let Some(stack) = Stack::today().await else { return };
    let file = "docker-compose.yml";
    let old = stack.edit(file, |text| {
        text.replace("DATABASE_URL: postgres://supabase_admin:", "DATABASE_URL: postgres://postgres:")
    });
    let diagnosis = stack.diagnosis().await;
    stack.put(file, &old);
    Stack::finds(&diagnosis, &["pooler-role"]);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_19_a_folder_in_place_of_a_file() {
    let Some(stack) = Stack::today().await else { return };
    let path = stack.folder().join("volumes/api/envoy/cds.yaml");
    let away = path.with_extension("away");
    std::fs::rename(&path, &away).unwrap();
    std::fs::create_dir(&path).unwrap();
    let diagnosis = stack.diagnosis().await;
    std::fs::remove_dir(&path).unwrap();
    std::fs::rename(&away, &path).unwrap();
    Stack::finds(&diagnosis, &["file-is-folder"]);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_20_vectors_socket() {
    let Some(stack) = Stack::kong().await else { return };
    let wrong = stack.folder().join("no-socket");
    std::fs::create_dir(&wrong).unwrap();
    let old = stack.edit(".env", |text| set(text, "DOCKER_SOCKET_LOCATION", &wrong.display().to_string()));
    stack.compose(&["up", "-d", "--no-deps", "vector"]);
    let diagnosis = stack.diagnosis().await;
    stack.put(".env", &old);
    stack.settled().await;
    std::fs::remove_dir(&wrong).unwrap();
    Stack::finds(&diagnosis, &["vector-socket"]);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_21_data_of_another_postgres() {
    let Some(stack) = Stack::today().await else { return };
    stack.compose(&["stop", "db"]);
    let version = "volumes/db/data/PG_VERSION";
    let old = stack.edit(version, |_| "15\n".to_owned());
    let diagnosis = stack.diagnosis().await;
    stack.put(version, &old);
    stack.settled().await;
    Stack::finds(&diagnosis, &["postgres-version"]);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_23_a_port_in_use() {
    let Some(stack) = Stack::today().await else { return };
    stack.compose(&["stop", "api-gw"]);
    let port: u16 = {
        let text = std::fs::read_to_string(stack.folder().join(".env")).unwrap();
        text.lines().find_map(|l| l.strip_prefix("API_GW_HTTP_PORT=")).unwrap().parse().unwrap()
    };
    let taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let diagnosis = stack.diagnosis().await;
    drop(taken);
    let stopped = stack.diagnosis().await;
    stack.settled().await;
    let found = Stack::finds(&diagnosis, &["port-in-use"]);
    assert!(format!("{:?}", found[0].evidence).contains(&port.to_string()));
    let found = Stack::finds(&stopped, &["services"]);
    assert_eq!(found[0].severity, Severity::Critical);
    stack.as_before().await;
}

#[tokio::test]
async fn finding_24_a_name_of_another_project() {
    let Some(stack) = Stack::today().await else { return };
    let name = format!("{}-imgproxy", stack.project());
    let docker = |arguments: &[&str]| {
        let done = std::process::Command::new("docker").args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    docker(&["rm", "-f", &name]);
    let label =
        format!("zelo.lab={}", std::env::var("ZELO_LAB_RUN").unwrap_or_else(|_| "instances".to_owned()));
    docker(&["create", "--name", &name, "--label", &label, "zelo-lab/supabase/imgproxy:lab"]);
    let diagnosis = stack.diagnosis().await;
    docker(&["rm", "-f", &name]);
    let missing = stack.diagnosis().await;
    stack.settled().await;
    Stack::finds(&diagnosis, &["name-in-use"]);
    Stack::finds(&missing, &["services"]);
    stack.as_before().await;
}

#[tokio::test]
async fn a_refused_line_of_env_is_told_with_its_number() {
    let Some(stack) = Stack::today().await else { return };
    let old = stack.edit(".env", |text| format!("{text}A B=1\n"));
    let lines = old.lines().count() + 1;
    let diagnosis = stack.diagnosis().await;
    stack.put(".env", &old);
    let found = Stack::finds(&diagnosis, &["compose-refused"]);
    let line = &found[0].evidence[0];
    assert_eq!(line.id, "finding-compose-refused-line", "{line:?}");
    assert_eq!(line.args["line"], crate::domain::msg::Arg::from(lines));
    stack.as_before().await;
}

#[tokio::test]
async fn a_database_that_is_stopped_is_told_alone() {
    let Some(stack) = Stack::today().await else { return };
    stack.compose(&["stop", "db"]);
    let diagnosis = stack.diagnosis().await;
    stack.settled().await;
    let found = Stack::finds(&diagnosis, &["services"]);
    assert_eq!(found[0].title.args["service"], "db".into());
    stack.as_before().await;
}
