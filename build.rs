//! Lists the catalogues under `src/i18n/<language>/*.ftl` at compile time: each
//! room adds its own file, and a new one must not be forgotten in a list.

use std::{env, fmt::Write as _, fs, io, path::Path};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=src/i18n/en");
    println!("cargo:rerun-if-changed=src/i18n/pt-BR");
    // Migrations are embedded by a macro that reads the folder when it is compiled.
    println!("cargo:rerun-if-changed=migrations");
    let mut code = String::new();
    for (constant, folder) in [("EN", "en"), ("PT_BR", "pt-BR")] {
        let mut files: Vec<_> = fs::read_dir(Path::new("src/i18n").join(folder))?
            .collect::<io::Result<Vec<_>>>()?
            .into_iter()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".ftl"))
            .collect();
        files.sort();
        let _ = writeln!(code, "pub(super) const {constant}: &[(&str, &str)] = &[");
        for name in files {
            let path = format!("/src/i18n/{folder}/{name}");
            let _ =
                writeln!(code, "({name:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),");
        }
        code.push_str("];\n");
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("no OUT_DIR"))?;
    fs::write(Path::new(&out).join("catalogues.rs"), code)
}
