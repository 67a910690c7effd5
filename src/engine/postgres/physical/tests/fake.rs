//! A server of the replication protocol that says what it was given, one piece for each
//! message it hears; and a small cluster as it would send it.

use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

/// It listens until its one client is gone.
pub(super) struct Fake {
    pub(super) port: u16,
    pub(super) task: Option<JoinHandle<Vec<u8>>>,
}

impl Fake {
    /// Says one piece for every message it hears, then ends the connection.
    pub(super) async fn start(pieces: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            for piece in pieces {
                let mut chunk = [0; 4096];
                let read = stream.read(&mut chunk).await.unwrap_or(0);
                if read == 0 {
                    return heard;
                }
                heard.extend_from_slice(&chunk[..read]);
                if stream.write_all(&piece).await.is_err() {
                    return heard;
                }
            }
            stream.shutdown().await.ok();
            // Whatever else it is told, until the client goes.
            stream.read_to_end(&mut heard).await.ok();
            heard
        });
        Self { port, task: Some(task) }
    }

    /// All it heard.
    pub(super) async fn heard(mut self) -> Vec<u8> {
        self.task.take().unwrap().await.unwrap()
    }
}

pub(super) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    out.extend_from_slice(&u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    out.extend_from_slice(body);
    out
}

pub(super) fn error(state: &str, words: &str) -> Vec<u8> {
    message(b'E', format!("SERROR\0C{state}\0M{words}\0\0").as_bytes())
}

pub(super) fn copy(body: &[u8]) -> Vec<u8> {
    message(b'd', body)
}

pub(super) fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

fn complete() -> Vec<u8> {
    message(b'C', b"SELECT\0")
}

pub(super) fn description() -> Vec<u8> {
    message(b'T', &[0, 0])
}

pub(super) fn row(columns: &[Option<&str>]) -> Vec<u8> {
    let mut body = u16::try_from(columns.len()).unwrap().to_be_bytes().to_vec();
    for column in columns {
        match column {
            None => body.extend_from_slice(&(-1_i32).to_be_bytes()),
            Some(text) => {
                body.extend_from_slice(&u32::try_from(text.len()).unwrap().to_be_bytes());
                body.extend_from_slice(text.as_bytes());
            }
        }
    }
    message(b'D', &body)
}

/// Lets everybody in, answers both questions, and then says `after` the beginning of a
/// backup.
pub(super) fn answers(version: &str, tablespaces: &str, after: Vec<u8>) -> Vec<Vec<u8>> {
    let begin = [
        description(),
        row(&[Some("0/2000028"), Some("1")]),
        complete(),
        description(),
        row(&[None, None, Some("9")]),
        complete(),
        message(b'H', &[0, 0, 0]),
        after,
    ];
    answers_raw(version, tablespaces, begin.concat())
}

pub(super) fn answers_raw(version: &str, tablespaces: &str, backup: Vec<u8>) -> Vec<Vec<u8>> {
    let status = message(b'S', format!("server_version\0{version} (Debian)\0").as_bytes());
    let asked = |columns: &[Option<&str>]| [description(), row(columns), complete(), ready()].concat();
    vec![
        [message(b'R', &[0; 4]), status, ready()].concat(),
        asked(&[Some("7301"), Some("1"), Some("0/1"), Some("postgres")]),
        asked(&[Some("/data"), Some("off"), Some("1000"), Some(tablespaces)]),
        backup,
    ]
}

pub(super) fn trusting(after: Vec<u8>) -> Vec<Vec<u8>> {
    answers("17.6", "0", after)
}

/// A cluster's tar, as the server sends it, and its manifest.
pub(super) struct Archive {
    pub(super) tar: Vec<u8>,
    pub(super) manifest: Vec<u8>,
}

/// Files of a tar: name and contents.
pub(super) type Files = Vec<(&'static str, Vec<u8>)>;

pub(super) fn files() -> Files {
    vec![
        ("backup_label", b"START WAL LOCATION\n".to_vec()),
        ("base/5/1259", vec![7; 20_000]),
        ("base/5/empty", Vec::new()),
        ("pg_wal/000000010000000000000020", vec![3; 1 << 20]),
        // As the server sends them: listed on 17 and 15, though the segments are not.
        ("pg_wal/archive_status/000000010000000000000020.done", Vec::new()),
    ]
}

pub(super) fn tar_of(files: &Files) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        builder.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(super) fn manifest_of(files: &Files) -> Vec<u8> {
    let listed = files.iter().filter(|(name, _)| !name.starts_with("pg_wal/0"));
    let lines: Vec<String> = listed
        .map(|(name, bytes)| {
            format!(
                "{{ \"Path\": \"{name}\", \"Size\": {}, \"Last-Modified\": \"2026-11-26 00:00:00 GMT\", \
                 \"Checksum-Algorithm\": \"SHA256\", \"Checksum\": \"{}\" }}",
                bytes.len(),
                hex::encode(Sha256::digest(bytes))
            )
        })
        .collect();
    let mut text = format!(
        "{{ \"PostgreSQL-Backup-Manifest-Version\": 2,\n\"System-Identifier\": 7301,\n\"Files\": [\n{}\n],\n\
         \"WAL-Ranges\": [\n{{ \"Timeline\": 1, \"Start-LSN\": \"0/2000028\", \"End-LSN\": \"0/2000100\" }}\n],\n",
        lines.join(",\n")
    );
    let digest = hex::encode(Sha256::digest(&text));
    text.push_str(&format!("\"Manifest-Checksum\": \"{digest}\"}}\n"));
    text.into_bytes()
}

pub(super) fn archive() -> Archive {
    let files = files();
    Archive { tar: tar_of(&files), manifest: manifest_of(&files) }
}

/// The pieces of an answer, by name.
pub(super) fn says(archive: &Archive, pieces: &[&str]) -> Vec<u8> {
    let data = |bytes: &[u8]| -> Vec<u8> {
        bytes.chunks(60_001).flat_map(|chunk| copy(&[b"d", chunk].concat())).collect()
    };
    let manifest = |text: &[u8]| [copy(b"m"), data(text), copy(b"p\0\0\0\0\0\0\0\x09")].concat();
    let piece = |name: &&str| match *name {
        "n" => copy(b"nbase.tar\0\0"),
        "other" => copy(b"n16400.tar\0/space\0"),
        "d" => data(&archive.tar),
        "half" => data(&archive.tar[..archive.tar.len() / 2]),
        "m" => manifest(&archive.manifest),
        "bad" => manifest(
            &String::from_utf8(archive.manifest.clone()).unwrap().replace("1259", "1258").into_bytes(),
        ),
        "done" => message(b'c', b""),
        "end" => {
            [description(), row(&[Some("0/2000100"), Some("1")]), complete(), complete(), ready()].concat()
        }
        "ready" => ready(),
        "error" => error("XX001", "requested WAL segment has already been removed"),
        other => panic!("{other}"),
    };
    pieces.iter().flat_map(piece).collect()
}
