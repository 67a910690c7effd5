//! Downloads by a link: any part of it, the version one has already, and links that
//! work no longer.

use super::{Ask, Reply, TestSite};
use crate::domain::id::BackupId;

struct Shelf {
    site: TestSite,
    backup: BackupId,
    link: String,
    whole: Reply,
}

impl Shelf {
    async fn new() -> Self {
        let site = TestSite::new().await;
        let backup = site.backup(&site.shop).await;
        let link = link(&site, &backup).await;
        let whole = site.send(Ask::get(&link)).await;
        assert_eq!(whole.status, 200, "{}", whole.text());
        Self { site, backup, link, whole }
    }

    async fn get(&self, headers: &[(&str, &str)]) -> Reply {
        self.ask("GET", headers).await
    }

    async fn ask(&self, method: &str, headers: &[(&str, &str)]) -> Reply {
        let ask = Ask::new(method, &self.link);
        self.site.send(headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))).await
    }

    fn length(&self) -> usize {
        self.whole.body.len()
    }

    async fn downloads(&self) -> usize {
        self.site.entries("").await.iter().filter(|entry| entry.action == "download").count()
    }
}

/// A new link, from the page that shows it once.
async fn link(site: &TestSite, backup: &BackupId) -> String {
    let page = site.post("alpha-operator", format!("/backups/{backup}/links"), &[]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let from = text.find("/download/").unwrap();
    text[from..].split(['"', '<']).next().unwrap().to_owned()
}

#[actix_web::test]
async fn any_one_part_is_sent_as_it_was_asked_for() {
    let shelf = Shelf::new().await;
    let length = shelf.length();
    assert!(length > 100);
    for (range, from, to) in [
        ("bytes=0-0".to_owned(), 0, 0),
        ("bytes=0-".to_owned(), 0, length - 1),
        ("bytes=1-".to_owned(), 1, length - 1),
        ("bytes=7-19".to_owned(), 7, 19),
        (format!("bytes={}-", length - 1), length - 1, length - 1),
        (format!("bytes=5-{}", length * 2), 5, length - 1),
        ("bytes=-1".to_owned(), length - 1, length - 1),
        ("bytes=-10".to_owned(), length - 10, length - 1),
        (format!("bytes=-{}", length * 2), 0, length - 1),
    ] {
        let part = shelf.get(&[("range", &range)]).await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{to}/{length}"), "{range}");
        assert_eq!(part.body, shelf.whole.body[from..=to], "{range}");
        assert_eq!(part.header("etag"), shelf.whole.header("etag"), "{range}");
        assert_eq!(part.header("content-encoding"), "identity", "{range}");
    }
}

#[actix_web::test]
async fn what_is_no_single_part_is_the_whole_or_none() {
    let shelf = Shelf::new().await;
    let length = shelf.length();
    for range in ["bytes=0-1,5-6", "items=0-5", "bytes=", "bytes=x-y", "bytes", "0-5"] {
        let reply = shelf.get(&[("range", range)]).await;
        assert_eq!((reply.status.as_u16(), &reply.body), (200, &shelf.whole.body), "{range}");
        assert_eq!(reply.header("content-range"), "", "{range}");
    }
    for range in
        [format!("bytes={length}-"), format!("bytes={}-{}", length, length + 9), "bytes=-0".to_owned()]
    {
        let reply = shelf.get(&[("range", &range)]).await;
        assert_eq!(reply.status, 416, "{range}");
        assert_eq!(reply.header("content-range"), format!("bytes */{length}"), "{range}");
        assert_ne!(reply.body, shelf.whole.body, "{range}");
    }
}

#[actix_web::test]
async fn the_version_one_has_is_known_by_its_tag() {
    let shelf = Shelf::new().await;
    let tag = shelf.whole.header("etag");
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 16, "{tag}");
    let listed = format!("\"old\", {tag}");
    let weak = format!("W/{tag}");
    for known in [tag, &listed, &weak, "*"] {
        let reply = shelf.get(&[("if-none-match", known)]).await;
        assert_eq!((reply.status.as_u16(), reply.body.len()), (304, 0), "{known}");
        assert_eq!(reply.header("etag"), tag);
    }
    let other = shelf.get(&[("if-none-match", "\"old\"")]).await;
    assert_eq!((other.status.as_u16(), &other.body), (200, &shelf.whole.body));
    // What goes on goes on with the same version, or begins anew.
    let on = shelf.get(&[("range", "bytes=3-"), ("if-range", tag)]).await;
    assert_eq!((on.status.as_u16(), &on.body[..]), (206, &shelf.whole.body[3..]));
    for old in ["\"old\"", weak.as_str(), "Wed, 21 Oct 2015 07:28:00 GMT", ""] {
        let anew = shelf.get(&[("range", "bytes=3-"), ("if-range", old)]).await;
        assert_eq!((anew.status.as_u16(), &anew.body), (200, &shelf.whole.body), "{old}");
    }
    // Another backup has another tag.
    shelf.site.sql("INSERT INTO orders VALUES (9)");
    let second = shelf.site.backup(&shelf.site.shop).await;
    let second = shelf.site.send(Ask::get(link(&shelf.site, &second).await)).await;
    assert_ne!(second.header("etag"), tag);
}

#[actix_web::test]
async fn a_look_at_it_is_no_download() {
    let shelf = Shelf::new().await;
    assert_eq!(shelf.downloads().await, 1);
    let head = shelf.ask("HEAD", &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    for name in ["etag", "accept-ranges", "content-type", "content-disposition"] {
        assert_eq!(head.header(name), shelf.whole.header(name), "{name}");
    }
    let part = shelf.ask("HEAD", &[("range", "bytes=5-")]).await;
    assert_eq!((part.status.as_u16(), part.header("content-length")), (200, head.header("content-length")));
    shelf.get(&[("if-none-match", shelf.whole.header("etag"))]).await;
    assert_eq!(shelf.downloads().await, 1);
    // All but the first bytes are a download too.
    shelf.get(&[("range", "bytes=5-")]).await;
    assert_eq!(shelf.downloads().await, 2);
    for method in ["POST", "PUT", "DELETE"] {
        let reply = shelf.ask(method, &[]).await;
        assert_eq!(reply.status, 405, "{method}");
    }
    shelf.get(&[]).await;
    assert_eq!(shelf.downloads().await, 3);
    assert_eq!(shelf.whole.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn a_link_that_works_no_longer_tells_nothing_of_what_it_was_for() {
    let shelf = Shelf::new().await;
    let site = &shelf.site;
    let never = site.send(Ask::get(format!("/download/{}", "A".repeat(43)))).await;
    assert_eq!(never.status, 404);
    let gone = async |link: &str| {
        for headers in [&[][..], &[("range", "bytes=1-")], &[("if-none-match", "*")]] {
            let ask = headers.iter().fold(Ask::get(link), |ask, (name, value)| ask.header(name, value));
            let reply = site.send(ask).await;
            assert_eq!((reply.status.as_u16(), reply.main()), (404, never.main()));
            assert_eq!((reply.header("etag"), reply.header("content-disposition")), ("", ""));
        }
    };
    let links = site.site.world.db.download_links_of(&shelf.backup).await.unwrap();
    let revoke = format!("/backups/{}/links/revoke", shelf.backup);
    let short = ("link", links[0].short.as_str());
    for (who, status) in [("alpha-viewer", 403), ("beta-owner", 404)] {
        assert_eq!(site.post(who, &revoke, &[short]).await.status, status, "{who}");
    }
    // A link is ended on its own backup's page alone.
    let second = site.backup(&site.shop).await;
    let wrong = site.post("alpha-operator", format!("/backups/{second}/links/revoke"), &[short]).await;
    assert_eq!(wrong.status, 404);
    assert_eq!(site.send(Ask::get(&shelf.link)).await.status, 200);
    let ended = site.post("alpha-operator", &revoke, &[short]).await;
    assert_eq!(ended.flash().unwrap().1, "flash-link-revoked");
    gone(&shelf.link).await;

    let brief = link(site, &shelf.backup).await;
    let trashed = link(site, &second).await;
    let delete = site.post("alpha-owner", format!("/backups/{second}/delete"), &[("confirm", "shop")]).await;
    site.run(&delete.operation()).await;
    let reply = site.send(Ask::get(&trashed)).await;
    assert_eq!((reply.status.as_u16(), reply.header("etag")), (422, ""));
    site.hours(1);
    gone(&brief).await;
}
