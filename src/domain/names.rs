//! The rules for names: databases made beside the live one, folders in a store,
//! resources. They must survive any name a person gave a database.

use super::{
    clock::Moment,
    id::{BackupId, OperationId},
};

/// How many bytes of a database's own name a side name keeps. With the longest
/// suffix (`__zelo_new_` and eight characters: 19) it stays within PostgreSQL's
/// limit of 63 bytes for an identifier.
pub const SIDE_STEM: usize = 44;

/// `<stem>__zelo_new_<id8>`: the database a restore fills before the swap.
pub fn side_new(database: &str, operation: &OperationId) -> String {
    side(database, "__zelo_new_", operation)
}

/// `<stem>__zelo_old_<id8>`: what the swap set aside.
pub fn side_old(database: &str, operation: &OperationId) -> String {
    side(database, "__zelo_old_", operation)
}

fn side(database: &str, infix: &str, operation: &OperationId) -> String {
    format!("{}{infix}{}", stem(database, SIDE_STEM), operation.short())
}

/// The longest start of `text` of at most `limit` bytes that ends between two
/// characters.
pub fn stem(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether this database was made by Zelo beside a live one, so that it is
/// never offered for backup as one of the person's own.
pub fn is_side(database: &str) -> bool {
    ["__zelo_new_", "__zelo_old_"].iter().any(|infix| {
        database.rsplit_once(infix).is_some_and(|(_, id)| {
            id.len() == 8 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
        })
    })
}

/// `<stem>__zelo_own_<id8>`: the role that loads a side database of what came from
/// elsewhere.
pub fn side_own(side: &str) -> String {
    side.replace("__zelo_new_", "__zelo_own_")
}

/// Whether this role was made by Zelo to load what came from elsewhere.
pub fn is_own(role: &str) -> bool {
    role.rsplit_once("__zelo_own_").is_some_and(|(_, id)| {
        id.len() == 8 && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    })
}

/// Whether `name` is exactly what `operation` calls what it sets aside of
/// `database`: the guard before anything is removed. Of two long names that begin
/// alike the second got a `~2`.
pub fn is_old_of(name: &str, database: &str, operation: &OperationId) -> bool {
    let Some((start, id)) = name.rsplit_once("__zelo_old_") else { return false };
    let counted = || {
        let (own, number) = start.rsplit_once('~')?;
        let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let room = SIDE_STEM.checked_sub(1 + number.len())?;
        (digits && own == stem(database, room)).then_some(())
    };
    id == operation.short() && (start == stem(database, SIDE_STEM) || counted().is_some())
}

/// `backup-2026-02-09-18-30-00Z-<id8>`: a backup's folder in its resource.
pub fn backup_folder(made_at: Moment, id: &BackupId) -> String {
    format!("backup-{}Z-{}", made_at.format("%Y-%m-%d-%H-%M-%S"), id.short())
}

/// A name made safe as one component of a path, and readable: letters, digits,
/// `-`, `_` and inner dots stay, runs of anything else become one `-`. Never
/// empty, never hidden, never `..`, at most 80 bytes. Different names may give
/// the same slug: where that matters an id is added.
pub fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let c = if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        let double = matches!(c, '-' | '.') && (out.is_empty() || out.ends_with(['-', '.']));
        if !double {
            out.push(c);
        }
    }
    let out = stem(&out, 80).trim_end_matches(['-', '.']);
    if out.is_empty() { "unnamed".to_owned() } else { out.to_owned() }
}

/// What a person may call a resource, project or store, or be called: 1 to 80 characters, no
/// control characters, no space at either end.
pub fn is_label(name: &str) -> bool {
    let length = name.chars().count();
    (1..=80).contains(&length) && name.trim() == name && !name.chars().any(char::is_control)
}

/// Whether it has the form of an e-mail address. Whether mail arrives there, only
/// a mail can tell.
pub fn is_email(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::SystemIds;

    /// PostgreSQL's limit for an identifier, in bytes.
    const IDENTIFIER: usize = 63;

    /// Names as people give them: plain, accented, beyond the basic plane.
    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z_]{1,63}", "[aé€😀]{1,40}", ".{0,100}", "[a-z]{0,30}__zelo_(new|old)_[a-z0-9]{0,9}"]
    }

    proptest! {
        #[test]
        fn a_stem_is_the_longest_start_that_fits(text in name(), limit in 0_usize..70) {
            let stem = stem(&text, limit);
            prop_assert!(stem.len() <= limit && text.starts_with(stem));
            // One more character would be too many bytes.
            let next = text[stem.len()..].chars().next();
            prop_assert!(next.is_none_or(|c| stem.len() + c.len_utf8() > limit));
        }

        #[test]
        fn a_side_name_fits_and_is_known_again(database in name()) {
            let op = OperationId::new(&SystemIds);
            let sides = [side_new(&database, &op), side_old(&database, &op)];
            for side in &sides {
                prop_assert!(side.len() <= IDENTIFIER && is_side(side), "{:?}", side);
                prop_assert!(side.starts_with(stem(&database, SIDE_STEM)) && side.ends_with(op.short()));
            }
            prop_assert_ne!(&sides[0], &sides[1]);
            prop_assert!(is_own(&side_own(&sides[0])) && !is_own(&sides[0]) && !is_own(&database));
        }

        #[test]
        fn a_persons_own_name_is_no_side(database in "[a-zé_]{0,40}") {
            prop_assert!(!is_side(&database));
        }

        #[test]
        fn a_slug_is_one_plain_component_of_a_path(name in name()) {
            let slug = slug(&name);
            prop_assert!((1..=80).contains(&slug.len()), "{:?}", slug);
            prop_assert!(!slug.starts_with(['.', '-']) && !slug.ends_with(['.', '-']), "{:?}", slug);
            prop_assert!(slug.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c)), "{:?}", slug);
            prop_assert!(!slug.contains(".."), "{:?}", slug);
        }

        #[test]
        fn a_slug_is_its_own_slug(name in name()) {
            prop_assert_eq!(slug(&slug(&name)), slug(&name));
        }

        #[test]
        fn a_label_has_no_edges_and_nothing_unseen(name in "[ \\tab\u{0}é]{0,90}") {
            let plain = !name.contains(['\t', '\0']) && !name.starts_with(' ') && !name.ends_with(' ');
            prop_assert_eq!(is_label(&name), plain && (1..=80).contains(&name.chars().count()));
        }
    }

    proptest! {
        #[test]
        fn only_its_own_name_is_that_of_something_set_aside(
            database in "[^\u{0}]{1,80}", other in "[^\u{0}]{1,80}", number in 2_u32..200,
        ) {
            let (op, later) = (OperationId::new(&SystemIds), OperationId::new(&SystemIds));
            let name = side_old(&database, &op);
            prop_assert!(is_old_of(&name, &database, &op));
            let tail = format!("~{number}");
            let second = side_old(&format!("{}{tail}", stem(&database, SIDE_STEM - tail.len())), &op);
            prop_assert!(is_old_of(&second, &database, &op));
            // Another operation's, another kind of side, a live one, another's.
            prop_assert!(op.short() == later.short() || !is_old_of(&name, &database, &later));
            prop_assert!(!is_old_of(&side_new(&database, &op), &database, &op));
            prop_assert!(!is_old_of(&database, &database, &op));
            if stem(&other, SIDE_STEM) != stem(&database, SIDE_STEM) && !other.contains('~') {
                prop_assert!(!is_old_of(&side_old(&other, &op), &database, &op));
            }
        }
    }

    #[test]
    fn an_address_has_two_sides_and_nothing_unseen() {
        for good in ["ada@example.org", "a@b", "ação@exemplo.com.br"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(250));
        for bad in ["", "ada", "@example.org", "ada@", "a@b@c", "ada @example.org", "a@b\n", &long] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn what_only_looks_like_something_set_aside_is_not() {
        let op: OperationId = "01arz3ndektsv4rrffq69g5fav".parse().unwrap();
        for name in [
            "shop",
            "shop__zelo_old_",
            "shop__zelo_old_q69g5faw",
            "shop__zelo_old_q69g5fav2",
            "shop__zelo_old_Q69G5FAV",
            "shop__zelo_new_q69g5fav",
            "shop2__zelo_old_q69g5fav",
            "sho__zelo_old_q69g5fav",
            "__zelo_old_q69g5fav",
            "shop~__zelo_old_q69g5fav",
            "shop~since__zelo_old_q69g5fav",
            "~2__zelo_old_q69g5fav",
        ] {
            assert!(!is_old_of(name, "shop", &op), "{name}");
        }
        assert!(is_old_of("shop__zelo_old_q69g5fav", "shop", &op));
        assert!(is_old_of("shop~2__zelo_old_q69g5fav", "shop", &op));
    }
}
