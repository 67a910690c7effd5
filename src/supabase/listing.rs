//! Another manager's list of instances: a file of JSON with a name and a folder for each.
//! There is no standard: a list of objects is taken, or an object of objects. A name is
//! changed in the bytes themselves, so that everything else stays as it was written.

use std::{
    ops::Range,
    path::{Component, Path, PathBuf},
};

use serde_json::Value;

/// Fields that may say where an instance lies, the first that is there.
const FOLDERS: [&str; 5] = ["path", "folder", "directory", "dir", "compose_path"];
/// The longest file that is read, in bytes.
pub const MOST: u64 = 4 << 20;

/// One instance of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What it is called: its `name`, else its `id`, else its key in the object.
    pub name: String,
    /// Where it lies, if the list says it. Of a file (`compose_path`) the folder.
    pub folder: Option<PathBuf>,
    /// Where its `name` stands in the bytes, with its quotes; none: it has none.
    span: Option<Range<usize>>,
}

/// The instances of a list; `None` if it is none.
pub fn read(bytes: &[u8]) -> Option<Vec<Listed>> {
    // What a whole parser takes, the scanner below can walk through without looking for
    // mistakes; it also bounds how deep that goes.
    let whole: Value = serde_json::from_slice(bytes).ok()?;
    let mut scan = Scan { bytes, at: 0 };
    let node = scan.value()?;
    match (&whole, node) {
        (Value::Array(values), Node::List(nodes)) => {
            Some(values.iter().zip(nodes).filter_map(|(value, node)| listed(None, value, &node)).collect())
        }
        (Value::Object(_), Node::Object(nodes)) => {
            let one = |(key, node): &(String, Node)| listed(Some(key), whole.get(key)?, node);
            Some(nodes.iter().filter_map(one).collect())
        }
        _ => None,
    }
}

/// The bytes with another name for the instance in a folder; `None` if the list has not
/// exactly one with a name there.
pub fn renamed(bytes: &[u8], folder: &Path, name: &str) -> Option<Vec<u8>> {
    let folder = normal(folder);
    let all = read(bytes)?;
    let mut here = all.into_iter().filter(|one| one.folder.as_ref() == Some(&folder));
    let (Some(one), None) = (here.next(), here.next()) else { return None };
    let span = one.span?;
    let mut next = bytes.get(..span.start)?.to_vec();
    next.extend(serde_json::to_string(name).ok()?.into_bytes());
    next.extend(bytes.get(span.end..)?);
    Some(next)
}

fn listed(key: Option<&String>, value: &Value, node: &Node) -> Option<Listed> {
    if !value.is_object() {
        return None;
    }
    let text = |field: &str| match value.get(field)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let name = text("name").or_else(|| text("id")).or_else(|| key.cloned())?;
    let path = FOLDERS.iter().find_map(|field| text(field)).map(PathBuf::from);
    let is_file = |path: &PathBuf| path.extension().is_some_and(|e| e == "yml" || e == "yaml");
    let folder = path.map(|path| if is_file(&path) { path.parent().map(Path::to_owned) } else { Some(path) });
    Some(Listed { name, folder: folder.flatten().map(|folder| normal(&folder)), span: node.text("name") })
}

/// A path without `.` and without what ends it: names of one folder compare as equal.
pub fn normal(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

/// A value, by where it stands.
enum Node {
    Text(Range<usize>),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
    Other,
}

impl Node {
    /// Where a field that is a text stands. The last of one name counts, as for parsers.
    fn text(&self, field: &str) -> Option<Range<usize>> {
        let Self::Object(fields) = self else { return None };
        match fields.iter().rev().find(|(name, _)| name == field) {
            Some((_, Self::Text(span))) => Some(span.clone()),
            _ => None,
        }
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn value(&mut self) -> Option<Node> {
        match self.peek()? {
            b'"' => Some(Node::Text(self.string()?)),
            b'[' => Some(Node::List(self.row(b']', |scan| scan.value())?)),
            b'{' => Some(Node::Object(self.row(b'}', |scan| {
                let key = scan.string()?;
                let key = serde_json::from_slice(scan.bytes.get(key)?).ok()?;
                scan.peek().filter(|byte| *byte == b':')?;
                scan.at += 1;
                Some((key, scan.value()?))
            })?)),
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b']' | b'}');
                let rest = self.bytes.get(self.at..)?;
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
                Some(Node::Other)
            }
        }
    }

    fn row<T>(&mut self, end: u8, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.at += 1;
        let mut all = Vec::new();
        loop {
            match self.peek()? {
                byte if byte == end => {
                    self.at += 1;
                    return Some(all);
                }
                b',' => self.at += 1,
                _ => {
                    all.push(one(self)?);
                }
            }
        }
    }

    fn string(&mut self) -> Option<Range<usize>> {
        self.peek().filter(|byte| *byte == b'"')?;
        let start = self.at;
        self.at += 1;
        loop {
            match self.bytes.get(self.at)? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"[
  { "id": 7, "name":"Shop \"one\"" , "path": "/srv/shop/", "ports": {"name": "x"}, "status": "up" },
  {"id":"blog","directory":"/srv/./blog"},
  {"name": "files", "compose_path": "/srv/files/docker-compose.yml"},
  3
]"#;

    #[test]
    fn lists_and_objects_of_instances_are_read() {
        let told = |text: &str| {
            let all = read(text.as_bytes()).unwrap_or_default().into_iter();
            all.map(|one| (one.name, one.folder.map(|f| f.display().to_string()))).collect::<Vec<_>>()
        };
        let pair = |name: &str, folder: &str| (name.to_owned(), Some(folder.to_owned()));
        assert_eq!(
            told(LIST),
            [pair("Shop \"one\"", "/srv/shop"), pair("blog", "/srv/blog"), pair("files", "/srv/files")]
        );
        assert_eq!(
            told(r#"{"a":{"folder":"/x"},"b":{"name":"B"},"version":3}"#),
            [pair("a", "/x"), ("B".to_owned(), None)]
        );
        for none in ["", "3", "null", "[", "{\"a\":}"] {
            assert_eq!(read(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn only_the_name_changes() {
        let next = renamed(LIST.as_bytes(), Path::new("/srv/shop"), "A \"new\"\nname").unwrap();
        let wanted = LIST.replace(r#""Shop \"one\"""#, r#""A \"new\"\nname""#);
        assert_eq!(String::from_utf8(next).unwrap(), wanted);
        assert_eq!(renamed(LIST.as_bytes(), Path::new("/srv/blog"), "x"), None, "it has an id alone");
        assert_eq!(renamed(LIST.as_bytes(), Path::new("/srv/none"), "x"), None);
        let twice = br#"[{"name":"a","path":"/x"},{"name":"b","path":"/x"}]"#;
        assert_eq!(renamed(twice, Path::new("/x"), "c"), None, "which one is not said");
        let last = renamed(br#"{"k":{"name":"a","name":"b","dir":"/x"}}"#, Path::new("/x"), "c").unwrap();
        assert_eq!(last, br#"{"k":{"name":"a","name":"c","dir":"/x"}}"#);
    }
}
