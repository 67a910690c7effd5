//! RECOVER.md: the same restore by hand, with what every system has.

use std::fmt::Write;

use super::facts::{self, recorded};
use crate::domain::manifest::{Codec, Manifest, Part, PartFile};

/// The instructions for one backup; commands run in its folder.
pub(super) fn recover(manifest: &Manifest) -> String {
    let mut text = format!(
        "# Restoring {} by hand\n\nA SQLite database, backed up at {} UTC by Zelo {} (SQLite {}). \
         Zelo is not needed for any of this. Run the commands in this folder.\n",
        inline(&manifest.resource.name),
        manifest.taken_at.format("%Y-%m-%d %H:%M:%S"),
        manifest.zelo,
        manifest.engine.server,
    );
    match facts::part(manifest) {
        Ok(part) => part_text(&mut text, part),
        Err(_) => text.push_str("\nThis backup holds no database.\n"),
    }
    text
}

fn part_text(text: &mut String, part: &Part) {
    let facts = recorded(part).map(|(facts, _)| facts).unwrap_or_default();
    let file = if facts.file.is_empty() { "database.db" } else { &facts.file };
    let target = "restored.db";
    let _ = write!(text, "\n## 1. Check the stored bytes\n\n```sh\n");
    for file in &part.files {
        let line = format!("{}  {}", file.stored.sha256, path(file));
        let _ = writeln!(text, "printf '%s\\n' {} | sha256sum -c -", quoted(&line));
    }
    let _ = write!(text, "```\n\n## 2. Unpack\n\n```sh\n");
    for (index, file) in part.files.iter().enumerate() {
        let arrow = if index == 0 { ">" } else { ">>" };
        let _ = writeln!(text, "{} {} {arrow} {target}", unpacker(file.codec), quoted(&path(file)));
    }
    let digest = quoted(&format!("{}  {target}", part.raw.sha256));
    let _ = write!(
        text,
        "printf '%s\\n' {digest} | sha256sum -c -\n```\n\n\
         ## 3. Look at it\n\n```sh\nsqlite3 {target} 'PRAGMA integrity_check;'\n```\n\n\
         It answers `ok`.\n\n## 4. Put it in place\n\n\
         Stop everything that uses the database, then, with `LIVE` as its path:\n\n\
         ```sh\nLIVE=/path/to/{}\nfor f in \"$LIVE\" \"$LIVE-wal\" \"$LIVE-shm\" \"$LIVE-journal\"; do\n  \
         if [ -e \"$f\" ]; then mv -- \"$f\" \"$f.before-restore\"; fi\ndone\ncp -- {target} \"$LIVE\"\n```\n\n\
         The loop keeps what was there, and moves the old log and journal away: SQLite would play them into \
         the new file. Give the file the owner and mode of the old one (`chown --reference`, \
         `chmod --reference`).\n",
        quoted(file),
    );
    if facts.journal_mode == "wal" {
        let _ = write!(
            text,
            "\nThe database used a write-ahead log; the copy does not. To use one again:\n\n\
             ```sh\nsqlite3 \"$LIVE\" 'PRAGMA journal_mode = WAL;'\n```\n"
        );
    }
    counts(text, part);
}

fn counts(text: &mut String, part: &Part) {
    if part.counts.is_empty() {
        return;
    }
    text.push_str("\n## What must be in it\n\n| Table | Rows |\n|---|---|\n");
    for (name, rows) in &part.counts {
        let table = name.strip_prefix("table:").unwrap_or(name);
        let _ = writeln!(text, "| {} | {rows} |", inline(table));
    }
}

/// Part paths are relative to the resource's folder, the commands to the
/// backup's own, which holds all parts but the shared ones.
fn path(file: &PartFile) -> String {
    match file.path.split_once('/') {
        Some((folder, rest)) if folder != "objects" => rest.to_owned(),
        _ => format!("../{}", file.path),
    }
}

const fn unpacker(codec: Codec) -> &'static str {
    match codec {
        Codec::Gzip => "gunzip -c --",
        Codec::Zstd => "zstd -d -c --",
        Codec::None => "cat --",
    }
}

/// One word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A name in running text: no line breaks, nothing that Markdown acts on.
fn inline(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("`{}`", plain.replace('`', "'").replace('|', "\\|"))
}
