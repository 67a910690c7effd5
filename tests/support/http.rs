//! HTTP requests, as plain as they go.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

/// What came back.
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    /// What comes after this text, up to a quotation mark.
    pub fn after(&self, begin: &str) -> String {
        let rest = self.body.split_once(begin).map(|(_, rest)| rest).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// A cookie that is set: name and value, and the whole of it.
    pub fn cookie(&self, name: &str) -> Option<(String, String)> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut set = lines.filter(|(n, _)| n.eq_ignore_ascii_case("set-cookie")).map(|(_, value)| value);
        let whole = set.find(|value| value.contains(name) && !value.contains("Max-Age=0"))?;
        Some((whole.split(';').next().unwrap_or_default().to_owned(), whole.to_owned()))
    }

    /// A header's value, empty if there is none.
    pub fn header(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let mut values = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim());
        values.next().unwrap_or_default().to_owned()
    }
}

/// Fetches a path, with a cookie or without.
#[track_caller]
pub fn get(address: &str, path: &str, cookie: Option<&str>) -> Answer {
    let cookie = cookie.map(|cookie| format!("Cookie: {cookie}\r\n")).unwrap_or_default();
    send(address, &format!("GET {path}"), &cookie, "")
}

/// Sends a form, as the page with this cookie would.
#[track_caller]
pub fn post(address: &str, path: &str, cookie: &str, form: &str) -> Answer {
    let head = format!(
        "Cookie: {cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
        form.len()
    );
    send(address, &format!("POST {path}"), &head, form)
}

#[track_caller]
fn send(address: &str, what: &str, head: &str, body: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let request = format!("{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{head}\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut told = String::new();
    stream.read_to_string(&mut told).unwrap();
    let (head, body) = told.split_once("\r\n\r\n").unwrap();
    let status = head.split_whitespace().nth(1).and_then(|code| code.parse().ok()).unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
