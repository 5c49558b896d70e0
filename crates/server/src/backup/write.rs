//! Writing a backup.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use db::{
    catalog::{self, quote},
    operators::{self, By},
    platform,
};
use futures_util::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{FORMAT, Files, Folder, Manifest, VERSION, clients::Clients, objects};
use crate::{
    boot::Booted,
    config::Settings,
    failure::{Failure, at},
    secret,
};

/// What was written.
#[derive(Debug)]
pub struct Report {
    /// What the folder says of itself.
    pub manifest: Manifest,
    /// Whether the secret is in it.
    pub with_secret: bool,
}

/// Writes everything of the installation to the folder `dir`, which is empty or not there yet, while
/// people go on working. Only its owner may read it.
pub async fn backup(booted: &Booted, settings: &Settings, dir: &Path) -> Result<Report, Failure> {
    let state = &booted.state;
    let clients = Clients::find(&booted.ground, settings)?;
    if dir.exists() && fs::read_dir(dir).map_err(at(dir))?.next().is_some() {
        return Err(Failure::new(format!("{} is not empty: name a new folder.", dir.display())));
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at(dir))?;
    let folder = Folder(dir.to_owned());

    let database = database_of(booted)?;
    let mut connection =
        PgConnection::connect_with(&booted.ground.owner).await.map_err(|e| Failure::from_database(&e))?;
    let failed = |error: sqlx::Error| Failure::from_database(&error);
    // What else reads in this transaction sees exactly what the dump sees.
    let mut tx = connection.begin_with("begin isolation level repeatable read read only").await.map_err(failed)?;
    let (snapshot, made_at) =
        sqlx::query_as("select pg_export_snapshot(), now()").fetch_one(&mut *tx).await.map_err(failed)?;
    let snapshot: String = snapshot;
    private(&folder.dump())?;
    clients.dump(&database, &snapshot, &folder.dump()).await?;

    let store = objects::store(&folder.files())?;
    let files = copy_all(state.files.as_ref(), &store, &folder).await?;
    let missing = missing(&mut tx, store.as_ref()).await?;
    drop(tx);
    connection.close().await.map_err(failed)?;

    let key_file = secret::key_file(&settings.data_dir);
    let with_secret = settings.secret_key.is_none();
    if with_secret {
        private(&folder.secret_key())?;
        fs::copy(&key_file, folder.secret_key()).map_err(at(&key_file))?;
    }
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        made_by: concat!("helpdesk ", env!("CARGO_PKG_VERSION")).to_owned(),
        made_at,
        postgres: booted.ground.version / 10_000,
        organizations: platform::list(&state.db).await?.into_iter().map(|organization| organization.slug).collect(),
        database: objects::part(&folder.dump()).await?,
        index: objects::part(&folder.index()).await?,
        files,
        missing,
    };
    let details = json!({"files": files.count, "bytes": files.bytes + manifest.database.bytes});
    operators::note_alone(&state.db, &By::default(), "installation.backed_up", &details).await?;
    finish(&folder, &manifest)?;
    Ok(Report { manifest, with_secret })
}

/// The name of the database.
pub(super) fn database_of(booted: &Booted) -> Result<String, Failure> {
    let name = booted.ground.owner.get_database();
    name.map(str::to_owned).ok_or_else(|| Failure::new("DATABASE_URL must name a database, such as …/helpdesk."))
}

/// Every object of the store, and a line for each in the index.
async fn copy_all(
    from: &dyn ObjectStore,
    to: &std::sync::Arc<dyn ObjectStore>,
    folder: &Folder,
) -> Result<Files, Failure> {
    let path = folder.index();
    let mut index = BufWriter::new(private(&path)?);
    let mut files = Files::default();
    let mut all = from.list(None);
    let failed = |error: object_store::Error| Failure::new(format!("The file store cannot be read: {error}."));
    while let Some(object) = all.try_next().await.map_err(failed)? {
        if object.location.as_ref().starts_with("health-probe/") {
            continue;
        }
        // What has gone meanwhile was named by no row any more.
        let Some((size, sha256)) = objects::copy(from, to, &object.location).await? else { continue };
        writeln!(index, "{sha256} {size} {}", object.location).map_err(at(&path))?;
        files.count += 1;
        files.bytes += size;
    }
    index.into_inner().map_err(|error| at(&path)(error.into_error()))?.sync_all().map_err(at(&path))?;
    Ok(files)
}

/// Objects that rows of the snapshot name and that were not copied.
async fn missing(tx: &mut PgConnection, store: &dyn ObjectStore) -> Result<Vec<String>, Failure> {
    let failed = |error: sqlx::Error| Failure::from_database(&error);
    let sql = "select 'shared' union select schema_name from platform.organizations order by 1";
    let schemas: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *tx).await.map_err(failed)?;
    let mut missing = Vec::new();
    for schema in schemas {
        for table in catalog::tables(tx, &schema).await.map_err(failed)? {
            for column in table.columns.iter().filter(|column| NAMES.contains(&column.as_str())) {
                let (schema, table, column) = (quote(&schema), quote(&table.name), quote(column));
                let sql = format!("select {column} from {schema}.{table} where {column} is not null order by 1");
                let mut names = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).persistent(false).fetch(&mut *tx);
                while let Some(name) = names.try_next().await.map_err(failed)? {
                    if store.head(&object_store::path::Path::from(name.as_str())).await.is_err() {
                        missing.push(name);
                    }
                }
            }
        }
    }
    Ok(missing)
}

/// Columns that name objects.
const NAMES: &[&str] = &["object_key", "logo_key", "avatar_key"];

/// A new file that only its owner may read.
fn private(path: &Path) -> Result<File, Failure> {
    File::options().write(true).create_new(true).mode(0o600).open(path).map_err(at(path))
}

/// The manifest comes last and at once: what has one is complete.
fn finish(folder: &Folder, manifest: &Manifest) -> Result<(), Failure> {
    let (path, draft) = (folder.manifest(), folder.0.join("manifest.json.part"));
    let mut file = private(&draft)?;
    serde_json::to_writer_pretty(&mut file, manifest).map_err(|error| Failure::new(format!("{error}.")))?;
    file.sync_all().map_err(at(&draft))?;
    fs::rename(&draft, &path).map_err(at(&path))?;
    File::open(&folder.0).and_then(|dir| dir.sync_all()).map_err(at(&folder.0))
}
