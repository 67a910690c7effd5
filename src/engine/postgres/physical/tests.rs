//! The client against a server on a real socket that says what a test has it say, and
//! the check of a cluster against archives that are not whole. The real server is in
//! `supabase/tests/cluster.rs`.

mod fake;
mod verifying;

use tokio::io::AsyncReadExt;

use self::fake::{Fake, archive, copy, error, row, says, trusting};
use super::{Source, base_backup, look};
use crate::{
    domain::{clock::Moment, problem::Problem},
    secret::Secret,
    store::part::problem_in,
};

const PASSWORD: &str = "a-very-secret-word";

fn source(fake: &Fake) -> Source {
    Source {
        address: ("127.0.0.1".to_owned(), fake.port),
        user: "supabase_admin".to_owned(),
        database: "postgres".to_owned(),
        password: Some(Secret::new(PASSWORD)),
        application: "zelo-test".to_owned(),
    }
}

/// A base backup from a server that says this once it is asked for one.
async fn taken(answer: Vec<u8>) -> Result<(Vec<u8>, super::Taken), Problem> {
    let fake = Fake::start(trusting(answer)).await;
    let mut backup = base_backup(&source(&fake), "01TEST", Moment::UNIX_EPOCH).await?;
    let mut tar = Vec::new();
    match backup.tar.read_to_end(&mut tar).await {
        Ok(_) => Ok((tar, backup.taken.await.unwrap())),
        Err(error) => {
            assert!(backup.taken.try_recv().is_err(), "nothing is said to be taken");
            Err(problem_in(&error).unwrap_or_else(|| panic!("{error}")).clone())
        }
    }
}

#[tokio::test]
async fn a_whole_backup_is_the_servers_tar_with_its_manifest_in_it() {
    let whole = archive();
    let (tar, taken) = taken(says(&whole, &["n", "d", "m", "done", "end"])).await.unwrap();
    assert_eq!((taken.files, taken.timeline, taken.end.as_str()), (4, 1, "0/2000100"));
    let body = &whole.tar[..whole.tar.len() - 1024];
    assert_eq!(&tar[..body.len()], body, "the server's own bytes");
    let mut entries = tar::Archive::new(&tar[..]);
    let names: Vec<String> = entries
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(names.last().unwrap(), "backup_manifest");
    let found = super::verify(Box::pin(std::io::Cursor::new(tar)), |e| panic!("{e}")).await.unwrap();
    assert_eq!((found.files, found.segments), (4, 1));
}

#[tokio::test]
async fn what_is_not_whole_is_an_error_and_never_a_backup() {
    let whole = archive();
    for (told, code) in [
        // The connection ends: in the archive, before the manifest, before the last word.
        (&["n", "d"][..], "pg-physical-cut"),
        (&["n", "d", "m"], "pg-physical-cut"),
        (&["n", "d", "m", "done"], "pg-physical-cut"),
        // The copy is said to be over and it is not.
        (&["n", "d", "done", "end"], "pg-physical-cut"),
        (&["n", "half", "m", "done", "end"], "pg-physical-cut"),
        (&["d", "m", "done", "end"], "pg-physical-cut"),
        (&["n", "d", "m", "done", "ready"], "pg-physical-cut"),
        // A tablespace that was made meanwhile.
        (&["n", "d", "other"], "pg-physical-tablespaces"),
        (&["other"], "pg-physical-cut"),
        // The server gives up: in the middle, and with its last word.
        (&["n", "half", "error"], "pg-physical-failed"),
        (&["n", "d", "m", "done", "error"], "pg-physical-failed"),
        // A manifest that is damaged.
        (&["n", "d", "bad", "done", "end"], "pg-physical-cut"),
    ] {
        let problem = taken(says(&whole, told)).await.unwrap_err();
        assert_eq!(problem.code, code, "{told:?}: {problem}");
    }
}

#[tokio::test]
async fn the_servers_words_are_kept_and_the_password_is_not() {
    let words = format!("checksum verification failed in file \"base/5/1\" ({PASSWORD})");
    let problem = taken([copy(b"nbase.tar\0\0"), error("XX001", &words)].concat()).await.unwrap_err();
    assert_eq!(problem.detail.as_deref(), Some("checksum verification failed in file \"base/5/1\" ([…])"));
}

#[tokio::test]
async fn a_login_that_is_refused_says_why() {
    let refused = error("28P01", "password authentication failed for user \"supabase_admin\"");
    let fake = Fake::start(vec![refused]).await;
    let problem = look(&source(&fake)).await.unwrap_err();
    assert_eq!(problem.code, "pg-physical-login");
    assert!(problem.detail.unwrap().starts_with("password authentication failed"));
    assert!(!problem.transient);
    let fake = Fake::start(vec![error("57P03", "the database system is starting up")]).await;
    assert!(look(&source(&fake)).await.unwrap_err().transient);
}

#[tokio::test]
async fn the_password_is_sent_to_nobody_who_asks_for_it_in_clear() {
    for (method, body) in [("password", vec![0, 0, 0, 3]), ("md5", vec![0, 0, 0, 5, 1, 2, 3, 4])] {
        let fake = Fake::start(vec![fake::message(b'R', &body)]).await;
        let problem = look(&source(&fake)).await.unwrap_err();
        assert_eq!(problem.code, "pg-physical-login-kind", "{method}");
        let heard = fake.heard().await;
        assert!(!heard.windows(PASSWORD.len()).any(|w| w == PASSWORD.as_bytes()), "{method}");
    }
}

#[tokio::test]
async fn the_start_up_asks_for_replication_in_a_database() {
    let fake = Fake::start(trusting(Vec::new())).await;
    look(&source(&fake)).await.unwrap();
    let heard = String::from_utf8_lossy(&fake.heard().await).into_owned();
    for pair in ["replication\0database\0", "database\0postgres\0", "application_name\0zelo-test\0"] {
        assert!(heard.contains(pair), "{pair:?} in {heard:?}");
    }
}

#[tokio::test]
async fn an_old_server_or_tablespaces_are_refused_before_anything_is_copied() {
    for (version, tablespaces, code) in
        [("14.9", "0", "pg-physical-old"), ("17.6", "2", "pg-physical-tablespaces")]
    {
        let fake = Fake::start(fake::answers(version, tablespaces, Vec::new())).await;
        let begun = base_backup(&source(&fake), "01TEST", Moment::UNIX_EPOCH).await;
        assert_eq!(begun.err().unwrap().code, code, "{version}");
    }
    // The second answer of BASE_BACKUP names another one than the first question did.
    let begin = [
        fake::description(),
        row(&[Some("0/2000028"), Some("1")]),
        fake::description(),
        row(&[Some("16400"), Some("/space"), Some("7")]),
        row(&[None, None, Some("9")]),
        fake::message(b'H', &[0, 0, 0]),
    ];
    let fake = Fake::start(fake::answers_raw("17.6", "0", begin.concat())).await;
    let begun = base_backup(&source(&fake), "01TEST", Moment::UNIX_EPOCH).await;
    assert_eq!(begun.err().unwrap().code, "pg-physical-tablespaces");
}

#[tokio::test]
async fn nobody_there_is_worth_another_try() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gone = Fake { port, task: None };
    let problem = look(&source(&gone)).await.unwrap_err();
    assert!(problem.is("pg-physical-unreachable") && problem.transient, "{problem:?}");
}
