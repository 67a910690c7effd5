//! References in a value: `$V`, `${V}`, `${V:-d}` and their like, and the escapes
//! of double quotes, as compose-go's `template` and `dotenv` packages read them.

/// Why Compose refuses a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// `${` that no name and `}` follow.
    Braces,
    /// `${V:?…}` or `${V?…}`, and there is no such value.
    Required,
    /// Longer than [`LONGEST`]. Compose would go on, but no program could be
    /// started with it.
    Long,
}

/// The longest value in bytes, references resolved. Linux hands 128 KiB to a
/// program; without a limit a few lines that double each other fill the memory.
const LONGEST: usize = 1024 * 1024;

/// References inside each other. No person writes so many; the stack is finite.
const DEEPEST: usize = 50;

/// A value that was set in an earlier line.
pub(super) type Known<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// Replaces all references.
pub(super) fn expand(text: &str, known: Known<'_>) -> Result<String, Fault> {
    nested(text, known, 0)
}

fn nested(text: &str, known: Known<'_>, depth: usize) -> Result<String, Fault> {
    if depth > DEEPEST {
        return Err(Fault::Braces);
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        rest = if let Some(left) = after.strip_prefix('$') {
            out.push('$');
            left
        } else if after.starts_with('{') {
            let (piece, left) = braced(after, known, depth)?;
            out.push_str(&piece);
            left
        } else {
            let (name, left) = after.split_at(name_length(after));
            // A dollar that no name follows is a dollar.
            out.push_str(if name.is_empty() { "$" } else { known(name).unwrap_or_default() });
            left
        };
        if out.len() > LONGEST {
            return Err(Fault::Long);
        }
    }
    out.push_str(rest);
    if out.len() > LONGEST { Err(Fault::Long) } else { Ok(out) }
}

/// The value of `{…}` at the beginning of a text, and what follows it.
fn braced<'t>(text: &'t str, known: Known<'_>, depth: usize) -> Result<(String, &'t str), Fault> {
    let end = 1 + name_length(&text[1..]);
    let name = &text[1..end];
    if name.is_empty() {
        return Err(Fault::Braces);
    }
    let value = known(name);
    if let Some(left) = text[end..].strip_prefix('}') {
        return Ok((value.unwrap_or_default().to_owned(), left));
    }
    let (colon, operator) = operator(&text[end..]).ok_or(Fault::Braces)?;
    let word = end + usize::from(colon) + 1;
    // Compose takes all up to the line's last brace, then looks for the one that
    // closes; where none does, the last one it is.
    let line = text[word..].split('\n').next().unwrap_or_default();
    let last = word + line.rfind('}').ok_or(Fault::Braces)?;
    let close = closing(&text[..=last]).unwrap_or(last);
    let word = nested(&text[word..close], known, depth + 1)?;
    let given = value.filter(|value| !(colon && value.is_empty()));
    let piece = match (operator, given) {
        ('-', None) | ('+', Some(_)) => word,
        ('+', None) => value.unwrap_or_default().to_owned(),
        ('?', None) => return Err(Fault::Required),
        (_, Some(given)) => given.to_owned(),
        (_, None) => return Err(Fault::Braces),
    };
    Ok((piece, &text[close + 1..]))
}

/// `:-` → a colon and a minus.
fn operator(text: &str) -> Option<(bool, char)> {
    let (colon, rest) = text.strip_prefix(':').map_or((false, text), |rest| (true, rest));
    let operator = rest.chars().next().filter(|char| matches!(char, '-' | '+' | '?'))?;
    Some((colon, operator))
}

/// The brace that closes the first one. The byte behind an opening one is passed
/// over, whatever it is: so does compose-go.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut open, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'}' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open += 1;
                at += 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// How many bytes of a text's beginning are a name: `[A-Za-z_][A-Za-z0-9_]*`.
fn name_length(text: &str) -> usize {
    let begins = text.starts_with(|char: char| char == '_' || char.is_ascii_alphabetic());
    let ends = || text.find(|char: char| char != '_' && !char.is_ascii_alphanumeric());
    if begins { ends().unwrap_or(text.len()) } else { 0 }
}

/// The escapes of double quotes. `\"` is resolved before, while the closing quote
/// is looked for; `\$` becomes `$$`, which the references then make a `$`.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(char) = rest.chars().next() else {
            out.push('\\');
            break;
        };
        let mut length = char.len_utf8();
        match char {
            'a' => out.push('\u{7}'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'v' => out.push('\u{b}'),
            '\\' | '"' => out.push(char),
            '$' => out.push_str("$$"),
            '0' => length = octal(rest, &mut out),
            _ => {
                out.push('\\');
                out.push(char);
            }
        }
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

/// `\0123`: a zero and three octal digits. With fewer, only the zero goes.
fn octal(text: &str, out: &mut String) -> usize {
    let digits = text[1..].bytes().take(3).take_while(u8::is_ascii_digit).count();
    let written = &text[1..=digits];
    let code = (digits == 3).then(|| u8::from_str_radix(written, 8).ok()).flatten();
    match code {
        Some(code) => out.push(char::from(code)),
        None => {
            out.push('\\');
            out.push_str(written);
        }
    }
    1 + digits
}
