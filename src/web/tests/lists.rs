//! Lists of backups as filters, order and page make them: exactly the rows that were
//! asked for, and nothing that was mistyped breaks them.

use super::{Ask, TestSite};
use crate::{
    db::BackupRow,
    domain::{backup::Origin, id::BackupId},
    operation::{Request, RestoreRequest},
};

/// Backups of alpha's on different days, by a letter each.
struct Shelf {
    site: TestSite,
    /// `a`, `b`: of the shop, the second one larger; `s`: the safety backup of a
    /// restore; `t`: of the shop, in the trash; `o`: of another resource.
    backups: Vec<(char, BackupRow)>,
}

impl Shelf {
    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut shelf = Self { site, backups: Vec::new() };
        shelf.back_up('a', "ant 50% off").await;
        shelf.site.sql("CREATE TABLE b (b); INSERT INTO b VALUES (randomblob(90000))");
        shelf.back_up('b', "bull").await;
        let restore = Request::Restore(RestoreRequest::of(shelf.of('a').id.clone()));
        shelf.site.sql("INSERT INTO b VALUES (randomblob(90000))");
        shelf.site.carry_out(restore, Some("shop")).await;
        let safety = shelf.site.held().await.backups.into_iter().find(|row| row.origin == Origin::Safety);
        shelf.took('s', safety.unwrap().id).await;
        shelf.back_up('t', "trashed").await;
        let delete = format!("/backups/{}/delete", shelf.of('t').id);
        let gone = shelf.site.post("alpha-owner", delete, &[("confirm", "shop")]).await.operation();
        shelf.site.run(&gone).await;
        let spare = shelf.site.spare().await;
        let other = shelf.site.backup(&spare).await;
        shelf.took('o', other).await;
        shelf.site.backup(&shelf.site.other).await;
        shelf
    }

    async fn back_up(&mut self, letter: char, name: &str) {
        let path = format!("/resources/{}/backup", self.site.shop.id);
        let asked = self.site.post("alpha-operator", path, &[("name", name)]).await.operation();
        let made = self.site.run(&asked).await.backup.unwrap();
        self.took(letter, made).await;
    }

    /// The next one is of another day.
    async fn took(&mut self, letter: char, id: BackupId) {
        self.backups.push((letter, self.site.site.world.db.backup(&id).await.unwrap()));
        self.site.hours(24);
    }

    fn of(&self, letter: char) -> &BackupRow {
        &self.backups.iter().find(|(own, _)| *own == letter).unwrap().1
    }

    fn day(&self, letter: char) -> String {
        self.of(letter).taken_at.format("%Y-%m-%d").to_string()
    }

    /// The letters of a list's rows, in their order.
    async fn rows(&self, path: &str) -> String {
        let page = self.site.open("alpha-viewer", path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let main = page.main();
        let rows = main.split("<th scope=\"row\"><a class=\"name\" href=\"/backups/").skip(1);
        rows.map(|row| self.letter(row.split('"').next().unwrap())).collect()
    }

    fn letter(&self, id: &str) -> char {
        let known = self.backups.iter().find(|(_, row)| row.id.as_str() == id);
        known.map_or('?', |(letter, _)| *letter)
    }
}

#[actix_web::test]
async fn rows_are_exactly_those_that_were_asked_for() {
    let shelf = Shelf::new().await;
    let (all, shop) = ("/dashboard/backup".to_owned(), format!("/resources/{}", shelf.site.shop.id));
    let second = format!("from={0}&to={0}", shelf.day('b'));
    let until = format!("to={}", shelf.day('b'));
    let since = format!("from={}", shelf.day('s'));
    let never = format!("from={}&to={}", shelf.day('s'), shelf.day('a'));
    for (query, of_all, of_shop) in [
        ("", "osba", "sba"),
        ("origin=manual", "oba", "ba"),
        ("origin=safety", "s", "s"),
        ("origin=uploaded", "", ""),
        ("state=complete", "osba", "sba"),
        ("state=trashed", "t", "t"),
        ("state=corrupt", "", ""),
        (&*second, "b", "b"),
        (&*until, "ba", "ba"),
        (&*since, "os", "s"),
        (&*never, "", ""),
        ("q=BULL", "b", "b"),
        ("q=+bull+", "b", "b"),
        ("q=50%25", "a", "a"),
        // What stands for anything in a pattern stands for itself.
        ("q=%25", "a", "a"),
        ("q=_", "", ""),
        ("q=trashed", "", ""),
        ("q=trashed&state=trashed", "t", "t"),
        ("q=bull&origin=safety", "", ""),
        ("sort=taken", "abso", "abs"),
        ("sort=-taken", "osba", "sba"),
        ("sort=taken&origin=manual", "abo", "ab"),
        ("page=1", "osba", "sba"),
    ] {
        assert_eq!(shelf.rows(&format!("{all}?{query}")).await, of_all, "{query}");
        assert_eq!(shelf.rows(&format!("{shop}?{query}")).await, of_shop, "{query}, of the shop");
    }
}

#[actix_web::test]
async fn by_size_the_smallest_or_the_largest_comes_first() {
    let shelf = Shelf::new().await;
    let shop = format!("/resources/{}", shelf.site.shop.id);
    let mut sizes: Vec<_> = ['a', 'b', 's'].map(|letter| (shelf.of(letter).stored_bytes, letter)).to_vec();
    sizes.sort_unstable();
    let up: String = sizes.iter().map(|(_, letter)| letter).collect();
    assert_eq!(shelf.rows(&format!("{shop}?sort=size")).await, up);
    assert_eq!(shelf.rows(&format!("{shop}?sort=-size")).await, up.chars().rev().collect::<String>());
    assert_eq!(up, "abs");
}

#[actix_web::test]
async fn what_was_mistyped_limits_nothing_or_is_told() {
    let shelf = Shelf::new().await;
    let lists = ["/dashboard/backup".to_owned(), format!("/resources/{}", shelf.site.shop.id)];
    for list in &lists {
        let whole = shelf.rows(list).await;
        for query in [
            "origin=x",
            "state=x",
            "from=yesterday&to=2026-13-01",
            "from=999999-01-01",
            "sort=x",
            "sort=-",
            "page=0",
            "unknown=1",
        ] {
            assert_eq!(shelf.rows(&format!("{list}?{query}")).await, whole, "{query}");
        }
        for query in ["page=x", "page=-1", "page=", "page=18446744073709551616", "page=1&page=2", "q=a&q=b"] {
            let reply = shelf.site.open("alpha-viewer", format!("{list}?{query}")).await;
            assert_eq!(reply.status, 400, "{query}");
            assert!(reply.main().contains("<h1"), "{query}: a page of ours");
        }
        for query in ["q=%00", "q=%ff%fe", "q='%20OR%201=1--", "q=%5C", "sort=size;DROP"] {
            let reply = shelf.site.open("alpha-viewer", format!("{list}?{query}")).await;
            assert_eq!(reply.status, 200, "{query}");
        }
    }
}

/// More backups than a page shows: copies of one, each a minute older.
#[allow(clippy::disallowed_methods)] // the test fills the catalogue past all rules
fn many(site: &TestSite, of: &BackupRow, count: usize) {
    let db = rusqlite::Connection::open(site.folder().join("zelo.db")).unwrap();
    let known: Vec<String> = {
        let mut query = db.prepare("SELECT name FROM pragma_table_info('backups')").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    for number in 1..=count {
        let value = |name: &String| match name.as_str() {
            "id" => format!("'{}'", BackupId::new(&crate::domain::id::SystemIds)),
            "path" => format!("path || '-{number}'"),
            "taken_at" => format!("datetime(taken_at, '-{number} minutes')"),
            other => other.to_owned(),
        };
        let values: Vec<_> = known.iter().map(value).collect();
        let copy = format!(
            "INSERT INTO backups ({}) SELECT {} FROM backups WHERE id = '{}'",
            known.join(", "),
            values.join(", "),
            of.id
        );
        db.execute_batch(&copy).unwrap();
    }
}

#[actix_web::test]
async fn each_row_is_on_one_page_and_a_page_past_the_last_is_the_last() {
    let site = TestSite::new().await;
    let backup = site.backup(&site.shop).await;
    many(&site, &site.site.world.db.backup(&backup).await.unwrap(), 60);
    for list in ["/dashboard/backup".to_owned(), format!("/resources/{}", site.shop.id)] {
        let ids = async |query: &str| {
            let ask = Ask::get(format!("{list}?{query}")).session_of(site.person("alpha-viewer"));
            let main = site.send(ask).await.main();
            let rows = main.split("<th scope=\"row\"><a class=\"name\" href=\"/backups/").skip(1);
            rows.map(|row| row.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let (first, second) = (ids("page=1").await, ids("page=2").await);
        assert_eq!((first.len(), second.len()), (50, 11), "{list}");
        assert_eq!(first[0], backup.as_str(), "the newest comes first");
        assert!(first.iter().all(|id| !second.contains(id)), "{list}");
        let oldest_first = ids("page=2&sort=taken").await;
        assert_eq!(oldest_first.last(), first.first(), "{list}");
        for far in ["page=3", "page=999", "page=18446744073709551615"] {
            assert_eq!(ids(far).await, second, "{list}?{far}");
        }
    }
}
