//! Loading an archive: files first, then all rows in one transaction.

use std::{fs::File, path::Path, sync::Arc};

use bytes::Bytes;
use channels::intake::PROCESS_JOB;
use db::{
    catalog::{self, Table, quote},
    operators::{self, By},
    placement::Placement,
    platform, removal,
};
use futures_util::TryStreamExt;
use kernel::{AppError, AppResult, EventId, InboundMailId, OrganizationId, id};
use object_store::{ObjectStoreExt, buffered::BufWriter};
use serde::Serialize;
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::{
    io::AsyncWriteExt,
    sync::mpsc::{Receiver, Sender, channel},
    task::spawn_blocking,
};
use web::AppState;

use super::{
    Manifest, Part,
    check::{self, each_line},
    failed, refused, tape,
};

/// Rows of one statement, and about how many bytes they may have.
const ROWS: usize = 1_000;
const BYTES: usize = 1024 * 1024;

/// What was imported.
#[derive(Debug, Clone, Serialize)]
pub struct Imported {
    /// Which organization.
    pub organization: OrganizationId,
    /// Its slug here.
    pub slug: String,
    /// Its rows.
    pub rows: u64,
    /// Its files.
    pub objects: u64,
    /// What has to be set again, one sentence each.
    pub to_set_again: Vec<String>,
}

/// Makes the organization of the archive at `path`, all of it or nothing. It keeps its id and, unless
/// another is given, its slug. `Conflict` with one sentence when it is there already, when a name of
/// it is taken, or when the archive is not as it must be.
pub async fn import(state: &AppState, path: &Path, slug: Option<&str>, placement: Placement) -> AppResult<Imported> {
    let file =
        File::open(path).map_err(|error| AppError::conflict(format!("{} cannot be read: {error}.", path.display())))?;
    let file = Arc::new(file);
    let manifest = Arc::new(apart(&file, check::manifest).await?);
    let subject = &manifest.organization;
    let slug = slug.unwrap_or(&subject.slug).to_owned();
    identity::organizations::check_slug(&slug)?;
    web::text("name", &subject.name, 1, 200)?;
    let mut connection = db::placement::session(&state.owner.0).await?;
    if !db::placement::take_turn(&mut connection, subject.id, false).await? {
        return Err(AppError::conflict("This organization is just being imported by somebody else."));
    }
    is_free(state, &manifest, &slug).await?;
    let tables = catalog::tables(&mut connection, "shared").await?;
    {
        let (manifest, tables) = (Arc::clone(&manifest), tables.clone());
        apart(&file, move |file| check::check(file, &manifest, &tables)).await?;
    }
    let schema = placement.schema_of(subject.id);
    if placement == Placement::Schema {
        db::provision_schema(&state.owner.0, &schema).await?;
    }
    let loaded = load(state, &mut connection, &file, &manifest, &slug, &schema).await;
    if loaded.is_err() {
        undo(state, &mut connection, subject.id, &schema).await;
    }
    loaded?;
    catalog::analyze(&mut connection, &schema).await?;
    // The server notices the end of a connection a little later; whoever comes next need not wait for it.
    sqlx::query("select pg_advisory_unlock_all()").execute(&mut connection).await?;
    connection.close().await?;
    Ok(Imported {
        organization: subject.id,
        slug,
        rows: manifest.tables.iter().map(|part| part.rows).sum(),
        objects: manifest.objects.count,
        to_set_again: manifest.to_set_again.clone(),
    })
}

/// Runs what reads the file on a thread where it may wait.
async fn apart<T: Send + 'static>(
    file: &Arc<File>,
    work: impl FnOnce(&File) -> AppResult<T> + Send + 'static,
) -> AppResult<T> {
    let file = Arc::clone(file);
    spawn_blocking(move || work(&file)).await.map_err(failed)?
}

async fn is_free(state: &AppState, manifest: &Manifest, slug: &str) -> AppResult<()> {
    let id = manifest.organization.id;
    if let Some(known) = platform::find(&state.db, id).await? {
        return Err(AppError::conflict(format!("This organization is here already, as {}.", known.slug)));
    }
    if platform::find_by_slug(&state.db, slug).await?.is_some() {
        return Err(AppError::conflict(format!("There is another organization {slug}: choose a slug with --slug.")));
    }
    platform::check_looks(&state.db, slug).await?;
    removal::check_name(&state.db, removal::Name::Slug, slug, id).await
}

async fn load(
    state: &AppState,
    connection: &mut PgConnection,
    file: &Arc<File>,
    manifest: &Arc<Manifest>,
    slug: &str,
    schema: &str,
) -> AppResult<()> {
    objects(state, file, manifest).await?;
    let mut tx = connection.begin().await?;
    directory(state, &mut tx, manifest, slug, schema).await?;
    rows(&mut tx, file, manifest, schema).await?;
    sound(&mut tx, file, manifest, schema).await?;
    names(state, &mut tx, manifest, slug, schema).await?;
    unfinished(state, &mut tx, manifest.organization.id, schema).await?;
    let whose = Some((manifest.organization.id, slug));
    operators::note(&mut tx, &state.db, &By::default(), "organization.imported", whose, &json!({"schema": schema}))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes away what lies outside of the transaction. Nothing of the organization was here before.
async fn undo(state: &AppState, connection: &mut PgConnection, id: OrganizationId, schema: &str) {
    // A commit whose answer was lost may have happened: then everything stays.
    match platform::find(&state.db, id).await {
        Ok(None) => {}
        _ => return,
    }
    let mut objects = state.files.list(Some(&object_store::path::Path::from(id::encode(id.0))));
    while let Ok(Some(object)) = objects.try_next().await {
        let _ = state.files.delete(&object.location).await;
    }
    if schema != "shared"
        && let Err(error) = db::placement::remove_rows(connection, schema, id).await
    {
        tracing::warn!(%error, schema, "the schema of an import that failed was not removed");
    }
}

enum Piece {
    Begin(String),
    Data(Bytes),
    End,
}

/// Puts the files into the store.
async fn objects(state: &AppState, file: &Arc<File>, manifest: &Manifest) -> AppResult<()> {
    let (sender, pieces) = channel(16);
    let reading = apart(file, move |file| send_objects(file, &sender));
    let (read, stored) = tokio::join!(reading, store(state, pieces, id::encode(manifest.organization.id.0)));
    stored.and(read)
}

/// Ends at the first error; with its end of the channel the reader ends too.
async fn store(state: &AppState, mut pieces: Receiver<Piece>, prefix: String) -> AppResult<()> {
    let mut writer: Option<BufWriter> = None;
    while let Some(piece) = pieces.recv().await {
        match (piece, &mut writer) {
            (Piece::Begin(name), _) => {
                let path = object_store::path::Path::from(format!("{prefix}/{name}"));
                writer = Some(BufWriter::new(Arc::clone(&state.files), path));
            }
            (Piece::Data(data), Some(open)) => open.put(data).await.map_err(failed)?,
            (Piece::End, Some(open)) => open.shutdown().await.map_err(failed)?,
            (_, None) => return Err(AppError::internal("a piece of no file")),
        }
    }
    Ok(())
}

fn send_objects(file: &File, sender: &Sender<Piece>) -> AppResult<()> {
    let gone = |_| AppError::internal("a file could not be stored");
    tape::visit(file, |name, _, contents| {
        let Some(name) = name.strip_prefix("objects/") else { return Ok(()) };
        sender.blocking_send(Piece::Begin(name.to_owned())).map_err(gone)?;
        loop {
            let mut piece = vec![0; tape::PIECE];
            let length = contents.read(&mut piece).map_err(failed)?;
            if length == 0 {
                return sender.blocking_send(Piece::End).map_err(gone);
            }
            piece.truncate(length);
            sender.blocking_send(Piece::Data(piece.into())).map_err(gone)?;
        }
    })
}

/// The organization's own line, which takes its id and its slug.
async fn directory(
    state: &AppState,
    tx: &mut PgConnection,
    manifest: &Manifest,
    slug: &str,
    schema: &str,
) -> AppResult<()> {
    sqlx::query("set local session_replication_role = replica").execute(&mut *tx).await?;
    let subject = &manifest.organization;
    sqlx::query(
        "insert into platform.organizations (id, slug, skeleton, name, schema_name, created_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(subject.id.0)
    .bind(slug)
    .bind(kernel::slug::skeleton(slug))
    .bind(&subject.name)
    .bind(schema)
    .bind(state.db.now())
    .execute(&mut *tx)
    .await?;
    sqlx::query("delete from platform.released_names where kind = 'slug' and name = $1 and organization_id = $2")
        .bind(slug)
        .bind(subject.id.0)
        .execute(tx)
        .await?;
    Ok(())
}

type Batch = (usize, String);

async fn rows(tx: &mut PgConnection, file: &Arc<File>, manifest: &Arc<Manifest>, schema: &str) -> AppResult<()> {
    let (sender, batches) = channel(2);
    let told = Arc::clone(manifest);
    let reading = apart(file, move |file| send_rows(file, &told, &sender));
    let (read, loaded) = tokio::join!(reading, insert(tx, batches, manifest, schema));
    loaded.and(read)
}

fn send_rows(file: &File, manifest: &Manifest, sender: &Sender<Batch>) -> AppResult<()> {
    let gone = |_| AppError::internal("rows could not be loaded");
    tape::visit(file, |name, _, contents| {
        let table = name.strip_prefix("rows/").and_then(|rest| rest.strip_suffix(".ndjson"));
        let Some(part) = manifest.tables.iter().position(|part| Some(part.name.as_str()) == table) else {
            return Ok(());
        };
        let (mut batch, mut count) = (String::from("["), 0);
        each_line(contents, |line| {
            let line = std::str::from_utf8(line).map_err(|_| refused("a row is not UTF-8"))?;
            if count > 0 {
                batch.push(',');
            }
            batch.push_str(line.trim_end());
            count += 1;
            if count == ROWS || batch.len() > BYTES {
                batch.push(']');
                sender.blocking_send((part, std::mem::replace(&mut batch, "[".to_owned()))).map_err(gone)?;
                count = 0;
            }
            Ok(())
        })?;
        if count > 0 {
            batch.push(']');
            sender.blocking_send((part, batch)).map_err(gone)?;
        }
        Ok(())
    })
}

async fn insert(
    tx: &mut PgConnection,
    mut batches: Receiver<Batch>,
    manifest: &Manifest,
    schema: &str,
) -> AppResult<()> {
    while let Some((part, rows)) = batches.recv().await {
        let Some(Part { name, columns, .. }) = manifest.tables.get(part) else { continue };
        let table = quote(name);
        let rest: Vec<&str> =
            columns.iter().map(String::as_str).filter(|column| *column != "organization_id").collect();
        // Whatever a row says: it is of this organization.
        let sql = format!(
            "insert into {schema}.{table} (organization_id{0}) select $1{1} from jsonb_populate_recordset(null::{schema}.{table}, $2::text::jsonb) r",
            rest.iter().map(|column| format!(", {}", quote(column))).collect::<String>(),
            rest.iter().map(|column| format!(", r.{}", quote(column))).collect::<String>(),
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(manifest.organization.id.0)
            .bind(rows)
            .execute(&mut *tx)
            .await
            .map_err(|error| why(&error, &format!("rows of {name} break a rule")))?;
    }
    Ok(())
}

/// What the database says about rows that it does not take.
fn why(error: &sqlx::Error, sentence: &str) -> AppError {
    match error {
        sqlx::Error::Database(cause) => refused(format!("{sentence} ({})", cause.message())),
        _ => AppError::internal(format!("{sentence}: {error}")),
    }
}

/// What the database does not look at when everything comes at once: references, files, the counter.
async fn sound(tx: &mut PgConnection, file: &Arc<File>, manifest: &Manifest, schema: &str) -> AppResult<()> {
    let id = manifest.organization.id.0;
    for key in catalog::foreign_keys(tx, schema).await? {
        let same: Vec<String> = key
            .columns
            .iter()
            .zip(&key.other_columns)
            .map(|(own, other)| format!("o.{} = c.{}", quote(other), quote(own)))
            .collect();
        let set: Vec<String> = key.columns.iter().map(|own| format!("c.{} is not null", quote(own))).collect();
        let sql = format!(
            "select exists (select from {schema}.{} c where c.organization_id = $1 and {} and not exists (
               select from {schema}.{} o where o.organization_id = $1 and {}))",
            quote(&key.table),
            set.join(" and "),
            quote(&key.other),
            same.join(" and ")
        );
        if sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql)).bind(id).fetch_one(&mut *tx).await? {
            return Err(refused(format!("a row of {} refers to a row of {} that is not there", key.table, key.other)));
        }
    }
    files(tx, file, manifest, schema).await?;
    let settings = format!(
        "select count(*) = 1 and min(s.next_ticket_number) > coalesce((select max(t.number) from {schema}.tickets t where t.organization_id = $1), 0)
           from {schema}.organization_settings s where s.organization_id = $1"
    );
    let counts: Option<bool> = sqlx::query_scalar(AssertSqlSafe(settings)).bind(id).fetch_one(tx).await?;
    if counts == Some(true) { Ok(()) } else { Err(refused("its settings do not fit its tickets")) }
}

/// Each file that a row names came along, or was missing already.
async fn files(tx: &mut PgConnection, file: &Arc<File>, manifest: &Manifest, schema: &str) -> AppResult<()> {
    sqlx::query("create temporary table archive_objects (name text primary key) on commit drop")
        .execute(&mut *tx)
        .await?;
    let (sender, batches) = channel::<Vec<String>>(2);
    let missing = manifest.objects.missing.clone();
    let reading = apart(file, move |file| {
        let gone = |_| AppError::internal("the names of files could not be noted");
        let mut batch = missing;
        tape::visit(file, |name, _, _| {
            batch.extend(name.strip_prefix("objects/").map(str::to_owned));
            if batch.len() < ROWS { Ok(()) } else { sender.blocking_send(std::mem::take(&mut batch)).map_err(gone) }
        })?;
        sender.blocking_send(batch).map_err(gone)
    });
    let (read, noted) = tokio::join!(reading, note(tx, batches));
    noted?;
    read?;
    let (id, prefix) = (manifest.organization.id.0, format!("{}/", id::encode(manifest.organization.id.0)));
    for Table { name, .. } in catalog::tables(tx, schema).await?.into_iter().filter(names_objects) {
        let sql = format!(
            "select exists (select from {schema}.{} c where c.organization_id = $1 and c.object_key is not null
               and not exists (select from archive_objects a where $2 || a.name = c.object_key))",
            quote(&name)
        );
        if sqlx::query_scalar::<_, bool>(AssertSqlSafe(sql)).bind(id).bind(&prefix).fetch_one(&mut *tx).await? {
            return Err(refused(format!("a row of {name} names a file that is not there")));
        }
    }
    Ok(())
}

async fn note(tx: &mut PgConnection, mut batches: Receiver<Vec<String>>) -> AppResult<()> {
    while let Some(batch) = batches.recv().await {
        let sql = "insert into archive_objects (name) select unnest($1::text[]) on conflict do nothing";
        sqlx::query(sql).bind(batch).execute(&mut *tx).await?;
    }
    Ok(())
}

fn names_objects(table: &Table) -> bool {
    table.columns.iter().any(|column| column == "object_key")
}

/// What the installation must know: who signs in, and which mail it receives. Addresses at its old host are now at its new one.
async fn names(
    state: &AppState,
    tx: &mut PgConnection,
    manifest: &Manifest,
    slug: &str,
    schema: &str,
) -> AppResult<()> {
    let (subject, base) = (&manifest.organization, &state.config.base_domain);
    let (old, new) = (format!("{}.{}", subject.slug, subject.base_domain), format!("{slug}.{base}"));
    let sql = format!(
        "update {schema}.mailboxes set address = split_part(address, '@', 1) || '@' || $3
          where organization_id = $1 and split_part(address, '@', 2) = $2 and $2 <> $3"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(subject.id.0).bind(&old).bind(&new).execute(&mut *tx).await?;
    let sql = format!(
        "select m.address from {schema}.mailboxes m where m.organization_id = $1 and (
           exists (select from platform.mail_addresses a where a.address = m.address)
           or exists (select from platform.domains d where d.domain = split_part(m.address, '@', 2) and d.verified_at is not null)
           or exists (select from platform.released_names r where r.kind = 'domain' and r.name = split_part(m.address, '@', 2) and r.organization_id <> $1)
           or (right(m.address, length($2) + 1) in ('.' || $2, '@' || $2) and split_part(m.address, '@', 2) <> $3)) limit 1"
    );
    let taken: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(subject.id.0)
        .bind(base)
        .bind(&new)
        .fetch_optional(&mut *tx)
        .await?;
    if let Some(address) = taken {
        return Err(refused(format!("mail for {address} belongs to somebody else here")));
    }
    let statements = [
        format!(
            "insert into platform.mail_addresses (address, organization_id, mailbox_id)
             select m.address, m.organization_id, m.id from {schema}.mailboxes m where m.organization_id = $1"
        ),
        format!(
            "insert into platform.logins (email, organization_id)
             select u.email, u.organization_id from {schema}.users u where u.organization_id = $1
             union select c.email, c.organization_id from {schema}.customers c where c.organization_id = $1"
        ),
    ];
    for sql in statements {
        sqlx::query(AssertSqlSafe(sql)).bind(subject.id.0).execute(&mut *tx).await?;
    }
    Ok(())
}

/// What was under way when the archive was written. Mails that had not left may have left since, from there: they
/// count as failed and can be sent again. Mails that had come in are taken up, and the audit log is chained anew.
async fn unfinished(state: &AppState, tx: &mut PgConnection, id: OrganizationId, schema: &str) -> AppResult<()> {
    let sentence = "The organization was taken to another installation before this was sent.";
    let statements = [
        format!(
            "update {schema}.outgoing_mails set state = 'failed', error = $2 where organization_id = $1 and state = 'queued'"
        ),
        format!(
            "update {schema}.messages set delivery_state = 'failed', delivery_error = $2 where organization_id = $1 and delivery_state = 'queued'"
        ),
    ];
    for sql in statements {
        sqlx::query(AssertSqlSafe(sql)).bind(id.0).bind(sentence).execute(&mut *tx).await?;
    }
    let sql = format!(
        "insert into {schema}.audit_unchained (organization_id, entry_id)
         select organization_id, id from {schema}.audit_log where organization_id = $1"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(id.0).execute(&mut *tx).await?;
    let sql = format!("select id from {schema}.inbound_mails where organization_id = $1 and state = 'received'");
    let received: Vec<InboundMailId> = sqlx::query_scalar(AssertSqlSafe(sql)).bind(id.0).fetch_all(&mut *tx).await?;
    for mail in received {
        let sql = format!(
            "insert into {schema}.outbox (organization_id, id, kind, topic, entity_id, payload, occurred_at) values ($1, $2, 'job', $3, $4, $5, $6)"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(id.0)
            .bind(state.db.ids.id::<EventId>().0)
            .bind(PROCESS_JOB)
            .bind(mail.0)
            .bind(json!({ "mail": mail }))
            .bind(state.db.now())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
