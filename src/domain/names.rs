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

/// What a person may call a resource, project or store: 1 to 80 characters, no
/// control characters, no space at either end.
pub fn is_label(name: &str) -> bool {
    let length = name.chars().count();
    (1..=80).contains(&length) && name.trim() == name && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::SystemIds;

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
