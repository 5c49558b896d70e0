//! `operator`: who manages the installation.

use clap::Subcommand;
use db::operators::By;
use serde_json::json;
use uuid::Uuid;

use super::{Run, password};
use crate::failure::Failure;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an operator; the password comes from stdin, else one is made and shown once.
    Create {
        /// The operator's mail address.
        #[arg(long)]
        email: String,
    },
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let Command::Create { email } = command;
    let email =
        kernel::email::normalize(&email).ok_or_else(|| Failure::new(format!("{email:?} is not a mail address.")))?;
    let given = password::from_stdin()?;
    let (text, value) = run
        .with_database(async |booted| {
            let db = &booted.state.db;
            let known = db::operators::find_operator(db, &email).await?.is_some();
            if known && given.is_none() {
                let text = format!("The operator {email} already exists; a password on stdin would replace theirs.");
                return Ok((text, json!({"email": email, "created": false})));
            }
            let made = given.is_none().then(|| kernel::id::encode(Uuid::from_bytes(db.ids.secret())));
            let password = given.or_else(|| made.clone()).unwrap_or_default();
            let hash = password::hash(password, &email).await?;
            db::operators::upsert_operator(db, &By::default(), &email, &hash).await?;
            let done = if known { "has a new password" } else { "was created" };
            let mut text = format!("The operator {email} {done}.");
            if let Some(made) = &made {
                text += &format!("\nPassword, shown once: {made}");
            }
            Ok((text, json!({"email": email, "created": !known, "password": made})))
        })
        .await?;
    run.out.say(&text, &value);
    Ok(())
}
