//! Looking through an archive before anything is believed: form, counts, hashes, and whose rows they are.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{BufRead, BufReader, Read},
};

use db::catalog::Table;
use kernel::{AppResult, id};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{FORMAT, KEPT, Manifest, Part, VERSION, export::index_line, hex, refused, tape};

/// Bytes of a manifest.
const MAX_MANIFEST: u64 = 16 * 1024 * 1024;
/// Bytes of one row.
const MAX_ROW: u64 = 128 * 1024 * 1024;

/// The manifest of an archive, and nothing else of it.
pub(super) fn manifest(file: &File) -> AppResult<Manifest> {
    let mut found = None;
    tape::visit(file, |name, size, contents| {
        if name != "manifest.json" {
            return Ok(());
        }
        if size > MAX_MANIFEST {
            return Err(refused("its manifest is too large"));
        }
        let mut text = Vec::new();
        contents.read_to_end(&mut text).map_err(|_| refused("it is damaged"))?;
        // Only the versions of this format have one shape.
        let value: Value = serde_json::from_slice(&text).map_err(|_| refused("its manifest is not JSON"))?;
        let is = |field: &str, wanted: Value| value.get(field) == Some(&wanted);
        if !is("format", FORMAT.into()) {
            return Err(refused("it is no archive of an organization"));
        }
        if !is("version", VERSION.into()) {
            return Err(refused("its format is of another version of helpdesk"));
        }
        let manifest: Manifest =
            serde_json::from_value(value).map_err(|error| refused(format!("its manifest is wrong ({error})")))?;
        match found.replace(manifest) {
            None => Ok(()),
            Some(_) => Err(refused("it has two manifests")),
        }
    })?;
    found.ok_or_else(|| refused("it has no manifest, so it was not written to its end"))
}

/// Everything but the database's own rules.
pub(super) fn check(file: &File, manifest: &Manifest, tables: &[Table]) -> AppResult<()> {
    shape(manifest, tables)?;
    let parts: HashMap<&str, &Part> = manifest.tables.iter().map(|part| (part.name.as_str(), part)).collect();
    let mut seen = HashSet::new();
    let (mut index, mut count, mut bytes) = (Sha256::new(), 0, 0);
    tape::visit(file, |name, size, contents| {
        if let Some(table) = name.strip_prefix("rows/").and_then(|rest| rest.strip_suffix(".ndjson")) {
            let part = parts.get(table).ok_or_else(|| refused(format!("{name} is not in its manifest")))?;
            if !seen.insert(table.to_owned()) {
                return Err(refused(format!("{name} is there twice")));
            }
            return rows(manifest, part, contents);
        }
        if let Some(object) = name.strip_prefix("objects/") {
            let sha256 = hash(contents, size).ok_or_else(|| refused("it is damaged"))?;
            index.update(index_line(object, size, &sha256));
            (count, bytes) = (count + 1, bytes + size);
            return Ok(());
        }
        if name == "manifest.json" { Ok(()) } else { Err(refused(format!("nobody knows what {name} is"))) }
    })?;
    if let Some(part) = manifest.tables.iter().find(|part| !seen.contains(&part.name)) {
        return Err(refused(format!("rows/{}.ndjson is missing", part.name)));
    }
    let objects = &manifest.objects;
    if (objects.count, objects.bytes) != (count, bytes) || objects.sha256 != hex(index.finalize()) {
        return Err(refused("its files are not those that its manifest names"));
    }
    Ok(())
}

/// Whether tables and columns are those of this version, or of an older one that had less of them.
fn shape(manifest: &Manifest, tables: &[Table]) -> AppResult<()> {
    let mut names = HashSet::new();
    for Part { name, columns, .. } in &manifest.tables {
        let table = tables.iter().find(|table| table.name == *name && KEPT.contains(&name.as_str()));
        let table = table.ok_or_else(|| refused(format!("this version knows no table {name:.100?}")))?;
        if let Some(column) = columns.iter().find(|column| !table.columns.contains(column)) {
            return Err(refused(format!("this version knows no column {column:.100?} of {name}")));
        }
        let distinct: HashSet<_> = columns.iter().collect();
        if distinct.len() != columns.len() || table.key.iter().any(|key| !columns.contains(key)) {
            return Err(refused(format!("the columns of {name} are incomplete or doubled")));
        }
        if !names.insert(name) {
            return Err(refused(format!("table {name} is there twice")));
        }
    }
    for needed in ["organization_settings", "roles", "users"] {
        if !names.contains(&needed.to_owned()) {
            return Err(refused(format!("table {needed} is missing")));
        }
    }
    Ok(())
}

fn rows(manifest: &Manifest, part: &Part, contents: &mut dyn Read) -> AppResult<()> {
    let (mut hash, mut count, mut bytes) = (Sha256::new(), 0_u64, 0_u64);
    each_line(contents, |line| {
        hash.update(line);
        count += 1;
        bytes += u64::try_from(line.len()).unwrap_or(u64::MAX);
        row(manifest, part, line)
    })?;
    if (count, bytes) != (part.rows, part.bytes) || hex(hash.finalize()) != part.sha256 {
        return Err(refused(format!("the rows of {} are not those that its manifest names", part.name)));
    }
    Ok(())
}

/// Calls `each` with every line, its newline included.
pub(super) fn each_line(contents: &mut dyn Read, mut each: impl FnMut(&[u8]) -> AppResult<()>) -> AppResult<()> {
    let mut reader = BufReader::with_capacity(tape::PIECE, contents);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.by_ref().take(MAX_ROW).read_until(b'\n', &mut line).map_err(|_| refused("it is damaged"))?;
        if read == 0 {
            return Ok(());
        }
        if line.last() != Some(&b'\n') {
            return Err(refused("a row does not end, or is too long"));
        }
        each(&line)?;
    }
}

fn row(manifest: &Manifest, part: &Part, line: &[u8]) -> AppResult<()> {
    let table = &part.name;
    let row: Map<String, Value> =
        serde_json::from_slice(line).map_err(|_| refused(format!("a row of {table} is no JSON object")))?;
    if row.len() != part.columns.len() || !part.columns.iter().all(|column| row.contains_key(column)) {
        return Err(refused(format!("a row of {table} has other columns than its manifest names")));
    }
    let organization = manifest.organization.id.0;
    if row.get("organization_id").and_then(Value::as_str) != Some(organization.to_string().as_str()) {
        return Err(refused(format!("a row of {table} belongs to another organization")));
    }
    if let Some(key) = row.get("object_key").filter(|key| !key.is_null()) {
        let own = key.as_str().and_then(|key| key.strip_prefix(&format!("{}/", id::encode(organization))));
        if own.is_none() {
            return Err(refused(format!("a row of {table} names a file of somebody else")));
        }
    }
    Ok(())
}

fn hash(contents: &mut dyn Read, size: u64) -> Option<String> {
    let (mut hash, mut piece, mut read) = (Sha256::new(), vec![0; tape::PIECE], 0_u64);
    loop {
        match contents.read(&mut piece).ok()? {
            0 => return (read == size).then(|| hex(hash.finalize())),
            length => {
                hash.update(piece.get(..length)?);
                read += u64::try_from(length).ok()?;
            }
        }
    }
}
