//! The client programs of PostgreSQL, and how they reach the database.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use db::embedded::find_client;
use percent_encoding::percent_decode_str;
use tokio::process::Command;
use url::Url;

use crate::{boot::Ground, config::Settings, failure::Failure};

/// `pg_dump` and `pg_restore` for one server.
pub(super) struct Clients {
    dump: PathBuf,
    restore: PathBuf,
    way: Way,
}

enum Way {
    Socket(PathBuf),
    Url(Url),
}

impl Clients {
    /// Finds programs that understand the server of `ground`.
    pub fn find(ground: &Ground, settings: &Settings) -> Result<Self, Failure> {
        let server = u32::try_from(ground.version / 10_000).unwrap_or_default();
        let find = |program| {
            find_client(program, server).ok_or_else(|| {
                Failure::new(format!(
                    "{program} of PostgreSQL {server} or newer was not found: install PostgreSQL's client programs or name their folder in PG_BIN_DIR."
                ))
            })
        };
        let way = match (&ground.embedded, &settings.database_url) {
            (Some(embedded), _) => Way::Socket(embedded.socket_dir().to_owned()),
            (None, Some(url)) => Way::Url(
                Url::parse(url).map_err(|error| Failure::new(format!("DATABASE_URL cannot be read: {error}.")))?,
            ),
            (None, None) => return Err(Failure::new("There is no database.")),
        };
        Ok(Self { dump: find("pg_dump")?, restore: find("pg_restore")?, way })
    }

    /// Writes what `snapshot` sees of `database` to the file `to`.
    pub async fn dump(&self, database: &str, snapshot: &str, to: &Path) -> Result<(), Failure> {
        let mut command = self.command(&self.dump, database);
        command.args(["--format=custom", "--no-password", "--lock-wait-timeout=30s"]);
        command.arg(format!("--snapshot={snapshot}")).arg("--file").arg(to);
        run(command).await
    }

    /// Puts a dump into an empty database.
    pub async fn restore(&self, database: &str, from: &Path) -> Result<(), Failure> {
        let mut command = self.command(&self.restore, database);
        command.args(["--exit-on-error", "--no-owner", "--no-password", "--jobs=2"]).arg(from);
        run(command).await
    }

    fn command(&self, program: &Path, database: &str) -> Command {
        let mut command = Command::new(program);
        match &self.way {
            Way::Socket(dir) => {
                command.arg("--host").arg(dir).args(["--port=5432", "--username=postgres"]);
                command.arg(format!("--dbname={database}"));
            }
            Way::Url(url) => {
                let mut url = url.clone();
                // In the arguments of a process everybody on the machine could read it.
                if let Some(password) = url.password() {
                    command.env("PGPASSWORD", percent_decode_str(password).decode_utf8_lossy().as_ref());
                }
                let _ = url.set_password(None);
                url.set_path(database);
                command.arg(format!("--dbname={url}"));
            }
        }
        command
    }
}

/// Runs it to its end; what it said when it failed.
async fn run(mut command: Command) -> Result<(), Failure> {
    let program = Path::new(command.as_std().get_program()).to_owned();
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let done = command.spawn().map_err(crate::failure::at(&program))?.wait_with_output().await;
    let done = done.map_err(crate::failure::at(&program))?;
    if done.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    let first = said.lines().find(|line| line.contains("error")).or(said.lines().next()).unwrap_or("it was stopped");
    Err(Failure::new(format!("{name} failed: {}.", first.trim().trim_end_matches('.'))))
}
