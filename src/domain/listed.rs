//! Long lists in messages: the first of them are enough to know what is meant. What they
//! name may come from a file of someone else's, so each is cut as well.

/// How many are listed.
pub const LISTED: usize = 20;
/// Characters of each.
const LONGEST: usize = 200;

/// The first of some names, `…` in place of the others.
pub fn listed<N: AsRef<str>>(names: impl IntoIterator<Item = N>, between: &str) -> String {
    let mut names = names.into_iter();
    let mut first: Vec<String> = names.by_ref().take(LISTED).map(|name| cut(name.as_ref())).collect();
    if names.next().is_some() {
        first.push("…".to_owned());
    }
    first.join(between)
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_are_listed_and_each_is_cut() {
        assert_eq!(listed(["a", "b"], ", "), "a, b");
        assert_eq!(listed(Vec::<String>::new(), ", "), "");
        let many = listed((0..LISTED).map(|n| n.to_string()), "\n");
        assert!(many.ends_with("\n19"), "{many}");
        assert!(listed((0..=LISTED).map(|n| n.to_string()), "\n").ends_with("\n19\n…"));
        assert_eq!(listed(["é".repeat(201)], ""), "é".repeat(200) + "…");
    }
}
