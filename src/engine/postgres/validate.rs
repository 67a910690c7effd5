//! Whether a part is whole: its structure to the last byte, and, where the
//! server's tools are at hand, whether pg_restore reads all of it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    access::Server,
    archive,
    dump::Format,
    error::{PgError, redact},
    plain, roles,
    session::By,
    settings,
};
use crate::{
    domain::{manifest::Part, problem::Problem},
    host::{Reader, Running, Writer},
    problem,
};

/// Bytes read at a time.
const CHUNK: usize = 256 * 1024;

/// Reads a decoded part to its end and checks it.
pub(super) async fn validate(server: Option<&Server>, part: &Part, raw: Reader) -> Result<(), Problem> {
    if part.name == roles::PART {
        return read_roles(raw).await.map(drop);
    }
    if part.name.starts_with(settings::SETTINGS) {
        return settings::read(raw).await.map(drop);
    }
    match Format::of(part)? {
        Format::Plain => {
            let mut checker = plain::Checker::default();
            pass(raw, None, |bytes| checker.feed(bytes)).await?;
            checker.end()
        }
        Format::Custom => custom(server, raw).await,
    }
}

/// Reads the roles' file whole.
pub(super) async fn read_roles(raw: Reader) -> Result<roles::Roles, Problem> {
    let mut text = Vec::new();
    let limit = roles::LIMIT as u64;
    raw.take(limit + 1).read_to_end(&mut text).await.map_err(|e| unread(&e))?;
    if text.len() as u64 > limit {
        return Err(problem!("pg-roles-broken").detail("too large"));
    }
    let text = String::from_utf8(text).map_err(|e| problem!("pg-roles-broken").detail(e))?;
    roles::Roles::parse(&text)
}

async fn custom(server: Option<&Server>, raw: Reader) -> Result<(), Problem> {
    let mut checker = archive::Checker::default();
    let tool = match server {
        Some(server) => pg_restore(server).await,
        None => None,
    };
    let Some(Running { stdin: Some(stdin), mut stdout, exit, .. }) = tool else {
        pass(raw, None, |bytes| checker.feed(bytes)).await?;
        return checker.end();
    };
    let drain = async {
        let mut sink = vec![0; 4096];
        while matches!(stdout.read(&mut sink).await, Ok(1..)) {}
        Ok(())
    };
    let feed = pass(raw, Some(stdin), |bytes| checker.feed(bytes));
    let ((), ()) = futures_util::future::try_join(feed, drain).await?;
    checker.end()?;
    let exit = exit.wait().await.map_err(Problem::from)?;
    if exit.ok() {
        return Ok(());
    }
    let words = redact(&exit.stderr);
    if words.contains("unsupported version") {
        // An older pg_restore says nothing about this archive.
        return Ok(());
    }
    Err(problem!("pg-archive-unreadable", code = exit.code).detail(words))
}

/// pg_restore that writes nowhere; `None` if it cannot be had here: the structure
/// has been checked without it.
async fn pg_restore(server: &Server) -> Option<Running> {
    let command = server.tool("pg_restore").arg("--file=/dev/null");
    match By::Look.launch(server, command).await {
        Ok(running) => Some(running),
        Err(error) => {
            let error: PgError = error;
            tracing::debug!(%error, "no pg_restore to validate with");
            None
        }
    }
}

/// Reads to the end; copies to `into` as long as that takes it (pg_restore stops
/// reading after the last entry it knows of).
async fn pass(mut raw: Reader, mut into: Option<Writer>, mut see: impl FnMut(&[u8])) -> Result<(), Problem> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = raw.read(&mut chunk).await.map_err(|e| unread(&e))?;
        if read == 0 {
            break;
        }
        see(&chunk[..read]);
        if let Some(writer) = &mut into
            && writer.write_all(&chunk[..read]).await.is_err()
        {
            into = None;
        }
    }
    if let Some(mut writer) = into {
        let _ = writer.shutdown().await;
    }
    Ok(())
}

/// A part that could not be read to its end.
pub(super) fn unread(error: &std::io::Error) -> Problem {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Problem>()) {
        Some(problem) => problem.clone(),
        None => problem!("pg-part-unread").detail(error),
    }
}
