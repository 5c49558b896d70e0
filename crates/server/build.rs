//! Puts the built console (`web/apps/console/dist`) into the binary. Nothing is built here: without
//! that folder the table is empty, and the binary says how the console is built.

use std::{
    env,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let console = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/apps/console");
    let dist = console.join("dist");
    // A folder that is absent would count as changed each time.
    println!("cargo::rerun-if-changed={}", if dist.exists() { &dist } else { &console }.display());
    let mut files = Vec::new();
    if dist.join("index.html").exists() {
        collect(&dist, "", &mut files)?;
    }
    files.sort();
    let mut table = String::from("&[\n");
    for (name, path) in files.iter().filter(|(name, _)| !name.ends_with(".br") && !name.ends_with(".gz")) {
        let mut hasher = DefaultHasher::new();
        fs::read(path)?.hash(&mut hasher);
        let _ = writeln!(
            table,
            "    File {{ name: {name:?}, etag: \"\\\"{:016x}\\\"\", plain: include_bytes!({path:?}), br: {}, gzip: {} }},",
            hasher.finish(),
            variant(path, "br"),
            variant(path, "gz"),
        );
    }
    table.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("console.rs"), table)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            files.push((name, path));
        }
    }
    Ok(())
}

fn variant(file: &Path, extension: &str) -> String {
    let path = file.with_added_extension(extension);
    if path.exists() { format!("Some(include_bytes!({path:?}))") } else { "None".to_owned() }
}
