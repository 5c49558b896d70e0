//! The command line: one file per group of commands.

mod archive;
mod audit;
mod backup;
mod demo;
mod doctor;
mod keys;
mod mail;
pub mod openapi;
mod operator;
mod org;
mod output;
mod password;
mod sla;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use self::output::Output;
use crate::{
    boot::Booted,
    config::{Options, Settings},
    failure::Failure,
    observe, serve, signals,
};

/// A helpdesk for many organizations.
#[derive(Debug, Parser)]
#[command(name = "helpdesk", version)]
struct Cli {
    /// Answer as JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the product.
    Serve(serve::Args),
    /// Bring the database to this version.
    Migrate,
    /// Check this installation.
    Doctor,
    /// Write everything of this installation to a new folder, also while it runs.
    Backup(backup::Backup),
    /// Bring a backup back, or one organization of it.
    Restore(backup::Restore),
    /// Print the description of the API.
    Openapi(openapi::Args),
    /// Organizations.
    #[command(subcommand)]
    Org(org::Command),
    /// People of an organization.
    #[command(subcommand)]
    User(user::Command),
    /// Operators of the installation.
    #[command(subcommand)]
    Operator(operator::Command),
    /// Keys of tokens and secrets.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Service levels.
    #[command(subcommand)]
    Sla(sla::Command),
    /// The audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Mail that comes in.
    #[command(subcommand)]
    Mail(mail::Command),
    /// Demo organizations.
    #[command(subcommand)]
    Demo(demo::Command),
}

/// Runs the command of this process.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    match Box::pin(dispatch(cli)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let out = Output { json: cli.json };
    if let Command::Openapi(args) = &cli.command {
        return openapi::run(args, out);
    }
    let settings = cli.options.check(|name| std::env::var(name).ok())?;
    let run = Run { settings, out, stop: signals::install()? };
    observe::log(&run.settings, if matches!(cli.command, Command::Serve(_)) { "info,sqlx=error" } else { "error" })?;
    match cli.command {
        Command::Serve(args) => serve::run(&run.settings, &args, &run.stop).await,
        Command::Migrate => migrate(&run).await,
        Command::Doctor => doctor::run(&run).await,
        Command::Backup(args) => backup::backup(&run, &args).await,
        Command::Restore(args) => backup::restore(&run, &args).await,
        Command::Openapi(args) => openapi::run(&args, out),
        Command::Org(command) => org::run(&run, command).await,
        Command::User(command) => user::run(&run, command).await,
        Command::Operator(command) => operator::run(&run, command).await,
        Command::Keys(command) => keys::run(&run, command).await,
        Command::Sla(command) => sla::run(&run, command).await,
        Command::Audit(command) => audit::run(&run, command).await,
        Command::Mail(command) => mail::run(&run, command).await,
        Command::Demo(command) => demo::run(&run, command).await,
    }
}

/// What every command has.
struct Run {
    settings: Settings,
    out: Output,
    stop: CancellationToken,
}

impl Run {
    /// Does `work` with the database reached and prepared, and leaves it in order, also when interrupted.
    async fn with_database<T>(&self, work: impl AsyncFnOnce(&Booted) -> Result<T, Failure>) -> Result<T, Failure> {
        let booted = Box::pin(Booted::start(&self.settings, self.settings.bind.port(), false)).await?;
        let done = tokio::select! {
            done = Box::pin(work(&booted)) => done,
            () = self.stop.cancelled() => Err(Failure::interrupted()),
        };
        let stopped = booted.stop().await;
        let done = done?;
        stopped.map(|()| done)
    }
}

async fn migrate(run: &Run) -> Result<(), Failure> {
    let version = run.with_database(async |booted| Ok(db::platform::schema_version(&booted.state.db).await?)).await?;
    let text = format!("The database is at version {version}.");
    run.out.say(&text, &serde_json::json!({"version": version}));
    Ok(())
}
