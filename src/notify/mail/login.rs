//! How GoTrue would log in, and whether it would: the rules are in [`super`].

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::AsyncSmtpConnection,
    commands::Ehlo,
    extension::ClientId,
};

use super::{Login, Server, trouble::Trouble};

/// The names by which Go takes a server for the machine itself.
const ITSELF: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

impl Login {
    /// The password in every form that is sent, the longest first. None if it is empty.
    pub(super) fn forms(&self) -> Vec<String> {
        let password = self.password.expose();
        if password.is_empty() {
            return Vec::new();
        }
        let plain = format!("\0{}\0{password}", self.user);
        vec![STANDARD.encode(plain), STANDARD.encode(password), password.to_owned()]
    }
}

/// Logs in, if there is a name and the server offers it; says how.
pub(super) async fn log_in(
    open: &mut AsyncSmtpConnection,
    server: &Server,
    hello: &ClientId,
) -> Result<Option<&'static str>, Trouble> {
    let Some(login) = &server.login else { return Ok(None) };
    // The library keeps of the answer only the ways it knows itself: it is asked for again.
    let greeted = open.command(Ehlo::new(hello.clone())).await.map_err(Trouble::greeting)?;
    let Some(offered) = greeted.message().find_map(offered) else { return Ok(None) };
    let (mechanism, name) = way(&offered, open.is_encrypted(), &server.host)?;
    let credentials = Credentials::new(login.user.clone(), login.password.expose().to_owned());
    open.auth(&[mechanism], &credentials).await.map_err(Trouble::Login)?;
    Ok(Some(name))
}

/// The ways to log in that a line of the answer to EHLO offers.
fn offered(line: &str) -> Option<Vec<String>> {
    // Some old servers write `AUTH=`.
    let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
    let mut words = line.split_whitespace();
    (words.next() == Some("AUTH")).then(|| words.map(ToOwned::to_owned).collect())
}

fn way(offered: &[String], encrypted: bool, host: &str) -> Result<(Mechanism, &'static str), Trouble> {
    let has = |name: &str| offered.iter().any(|one| one == name);
    let (plain, login) = (has("PLAIN"), has("LOGIN"));
    if login && !plain {
        return Ok((Mechanism::Login, "login"));
    }
    match (plain, encrypted || ITSELF.contains(&host)) {
        (true, true) => Ok((Mechanism::Plain, "plain")),
        (true, false) => Err(Trouble::Unsafe),
        (false, _) => Err(Trouble::NoWay(offered.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str, encrypted: bool, host: &str) -> &'static str {
        let Some(offered) = offered(line) else { return "none" };
        match way(&offered, encrypted, host) {
            Ok((_, name)) => name,
            Err(Trouble::Unsafe) => "unsafe",
            Err(_) => "no way",
        }
    }

    #[test]
    fn a_login_is_gotrues() {
        for (line, encrypted, host, way) in [
            ("AUTH PLAIN LOGIN", true, "mail.example.com", "plain"),
            ("AUTH PLAIN LOGIN", false, "mail.example.com", "unsafe"),
            ("AUTH PLAIN LOGIN", false, "10.0.0.7", "unsafe"),
            ("AUTH LOGIN PLAIN", false, "127.0.0.1", "plain"),
            ("auth login", false, "mail.example.com", "login"),
            ("AUTH=LOGIN", true, "mail.example.com", "login"),
            ("AUTH CRAM-MD5", true, "mail.example.com", "no way"),
            ("AUTH CRAM-MD5 PLAIN", true, "mail.example.com", "plain"),
            ("AUTHOR PLAIN", true, "mail.example.com", "none"),
            ("SIZE 1000", true, "mail.example.com", "none"),
        ] {
            assert_eq!(of(line, encrypted, host), way, "{line} {encrypted} {host}");
        }
    }
}
