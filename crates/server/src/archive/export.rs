//! Writing an archive.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use db::{
    Mode, TenantTx,
    catalog::{self, Table, quote, quote_all},
    platform,
};
use futures_util::TryStreamExt;
use kernel::{AppError, AppResult, OrganizationId, id};
use object_store::ObjectStoreExt;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use tokio::sync::watch;
use web::AppState;

use super::{
    FORMAT, Manifest, Objects, Part, Subject, VERSION, failed, hex,
    scope::{KEPT, LEFT_OUT, blanked, to_set_again},
    tape::{PIECE, Writer},
};

/// Writes everything of an organization to a new file at `path`. `progress` hears of per cents.
/// Its rows are read as the runtime role, behind the policies.
pub async fn export(
    state: &AppState,
    organization: OrganizationId,
    path: &Path,
    with_passwords: bool,
    progress: &watch::Sender<i16>,
) -> AppResult<Manifest> {
    let subject = platform::find(&state.db, organization).await?.ok_or(AppError::NotFound)?;
    let mut writer = Writer::create(path)?;
    // The names of files wait in a file too: there may be many.
    let spooled = PathBuf::from(format!("{}.names", path.display()));
    let spool = File::options().read(true).write(true).create(true).truncate(true).open(&spooled).map_err(failed)?;
    std::fs::remove_file(&spooled).map_err(failed)?;
    let mut names = BufWriter::new(spool);
    let mut tx = TenantTx::system(&state.db, organization, Mode::Snapshot).await?;
    let made_at = tx.now();
    let tables = tables(&mut tx, organization, with_passwords, &mut writer, &mut names, progress).await?;
    drop(tx);
    let names = names.into_inner().map_err(|error| failed(error.into_error()))?;
    let objects = objects(state, organization, names, &mut writer, progress).await?;
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        made_by: concat!("helpdesk ", env!("CARGO_PKG_VERSION")).to_owned(),
        made_at,
        organization: Subject {
            id: organization,
            slug: subject.slug,
            name: subject.name,
            base_domain: state.config.base_domain.clone(),
        },
        with_passwords,
        tables,
        objects,
        to_set_again: to_set_again(with_passwords),
    };
    writer.begin("manifest.json").await?;
    writer.data(serde_json::to_vec_pretty(&manifest).map_err(failed)?.into()).await?;
    writer.end().await?;
    writer.finish().await?;
    Ok(manifest)
}

async fn tables(
    tx: &mut TenantTx,
    organization: OrganizationId,
    with_passwords: bool,
    writer: &mut Writer,
    names: &mut impl Write,
    progress: &watch::Sender<i16>,
) -> AppResult<Vec<Part>> {
    sqlx::query("set local time zone 'UTC'").execute(&mut **tx).await?;
    let schema: String = sqlx::query_scalar("select current_schema()::text").fetch_one(&mut **tx).await?;
    let all = catalog::tables(tx, &schema).await?;
    if let Some(table) = all.iter().find(|table| !is_known(&table.name)) {
        return Err(AppError::internal(format!("nobody has said whether {} belongs into an archive", table.name)));
    }
    let kept: Vec<_> = all.into_iter().filter(|table| KEPT.contains(&table.name.as_str())).collect();
    let mut parts = Vec::with_capacity(kept.len());
    for (done, table) in kept.iter().enumerate() {
        parts.push(rows(tx, organization, table, with_passwords, writer, names).await?);
        progress.send_replace(percent(done + 1, kept.len()) / 2);
    }
    Ok(parts)
}

fn is_known(table: &str) -> bool {
    KEPT.contains(&table) || LEFT_OUT.iter().any(|(left_out, _)| *left_out == table)
}

fn percent(done: usize, all: usize) -> i16 {
    i16::try_from(done * 100 / all.max(1)).unwrap_or(100)
}

/// One table: its rows as lines, by key.
async fn rows(
    tx: &mut TenantTx,
    organization: OrganizationId,
    table: &Table,
    with_passwords: bool,
    writer: &mut Writer,
    names: &mut impl Write,
) -> AppResult<Part> {
    let is_blank = |column: &str| blanked(with_passwords).any(|it| it.table == table.name && it.column == column);
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| match is_blank(column) {
            true => format!("null as {}", quote(column)),
            false => quote(column),
        })
        .collect();
    let sql = format!(
        "select to_jsonb(r)::text from (select {} from {} where organization_id = $1 order by {}) r",
        columns.join(", "),
        quote(&table.name),
        quote_all(&table.key)
    );
    let names_objects = table.columns.iter().any(|column| column == "object_key");
    let (mut hash, mut count, mut bytes) = (Sha256::new(), 0_u64, 0_u64);
    let mut piece: Vec<u8> = Vec::with_capacity(PIECE);
    writer.begin(&format!("rows/{}.ndjson", table.name)).await?;
    let mut lines =
        sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).persistent(false).bind(organization.0).fetch(&mut **tx);
    while let Some(line) = lines.try_next().await? {
        if names_objects {
            let row: Value = serde_json::from_str(&line).map_err(failed)?;
            if let Some(key) = row.get("object_key").and_then(Value::as_str) {
                writeln!(names, "{key}").map_err(failed)?;
            }
        }
        count += 1;
        piece.extend_from_slice(line.as_bytes());
        piece.push(b'\n');
        if piece.len() >= PIECE {
            send(writer, &mut piece, &mut hash, &mut bytes).await?;
        }
    }
    send(writer, &mut piece, &mut hash, &mut bytes).await?;
    writer.end().await?;
    let columns = table.columns.clone();
    Ok(Part { name: table.name.clone(), columns, rows: count, bytes, sha256: hex(hash.finalize()) })
}

async fn send(writer: &mut Writer, piece: &mut Vec<u8>, hash: &mut Sha256, bytes: &mut u64) -> AppResult<()> {
    let data = Bytes::from(std::mem::take(piece));
    hash.update(&data);
    *bytes += u64::try_from(data.len()).unwrap_or(u64::MAX);
    writer.data(data).await
}

/// The files that rows name. No transaction is open any more.
async fn objects(
    state: &AppState,
    organization: OrganizationId,
    mut names: File,
    writer: &mut Writer,
    progress: &watch::Sender<i16>,
) -> AppResult<Objects> {
    use std::io::Seek;
    let count = |names: &mut File| -> std::io::Result<usize> {
        names.rewind()?;
        let lines = BufReader::new(&*names).lines().count();
        names.rewind()?;
        Ok(lines)
    };
    let all = count(&mut names).map_err(failed)?;
    let (mut objects, mut index, prefix) =
        (Objects::default(), Sha256::new(), format!("{}/", id::encode(organization.0)));
    for (done, key) in BufReader::new(names).lines().enumerate() {
        let key = key.map_err(failed)?;
        let name =
            key.strip_prefix(&prefix).ok_or_else(|| AppError::internal(format!("{key} is not a file of ours")))?;
        match object(state, &key, name, writer).await? {
            None => objects.missing.push(name.to_owned()),
            Some((size, sha256)) => {
                objects.count += 1;
                objects.bytes += size;
                index.update(index_line(name, size, &sha256));
            }
        }
        progress.send_replace(50 + percent(done + 1, all) / 2);
    }
    objects.sha256 = hex(index.finalize());
    Ok(objects)
}

/// What [`Objects::sha256`] is made of.
pub(super) fn index_line(name: &str, size: u64, sha256: &str) -> String {
    format!("{name} {size} {sha256}\n")
}

async fn object(state: &AppState, key: &str, name: &str, writer: &mut Writer) -> AppResult<Option<(u64, String)>> {
    let found = match state.files.get(&object_store::path::Path::from(key)).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let (mut hash, mut size) = (Sha256::new(), 0);
    writer.begin(&format!("objects/{name}")).await?;
    let mut stream = found.into_stream();
    while let Some(data) = stream.try_next().await.map_err(failed)? {
        hash.update(&data);
        size += u64::try_from(data.len()).unwrap_or(u64::MAX);
        writer.data(data).await?;
    }
    writer.end().await?;
    Ok(Some((size, hex(hash.finalize()))))
}
