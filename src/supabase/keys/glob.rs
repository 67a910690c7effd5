//! URL patterns: those that sign-in can read. A bad one makes it panic at its start
//! (exit 2), so this is more strict than its library, gobwas/glob, in doubtful
//! cases: unbalanced braces, and `-` or `\` between brackets.

/// Whether the library takes the pattern.
pub(super) fn compiles(glob: &str) -> bool {
    let mut chars = glob.chars();
    let mut open = 0_usize;
    while let Some(char) = chars.next() {
        match char {
            '\\' if chars.next().is_none() => return false,
            '{' => open += 1,
            '}' => match open.checked_sub(1) {
                Some(left) => open = left,
                None => return false,
            },
            '[' => {
                let rest = chars.as_str();
                let Some((inside, behind)) = rest.split_once(']') else { return false };
                if !is_set(inside.strip_prefix('!').unwrap_or(inside)) {
                    return false;
                }
                chars = behind.chars();
            }
            _ if char.is_whitespace() => return false,
            _ => {}
        }
    }
    open == 0
}

/// One range, or a list of characters.
fn is_set(inside: &str) -> bool {
    let chars: Vec<char> = inside.chars().collect();
    match chars[..] {
        [low, '-', high] => low <= high && ![low, high].contains(&'\\') && ![low, high].contains(&'-'),
        [] => false,
        _ => !chars.iter().any(|char| matches!(char, '-' | '\\' | '[')),
    }
}
