//! `user`: people of an organization.

use clap::Subcommand;
use db::{Mode, TenantTx, platform::Organization};
use identity::people::NewUser;
use kernel::{Actor, RoleKey};
use serde_json::{Value, json};

use super::{Run, password};
use crate::{boot::Booted, failure::Failure};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add somebody; the password comes from stdin, else a one-time link is printed.
    Create(Create),
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// Slug of the organization.
    #[arg(long)]
    org: String,
    /// Mail address, with which they sign in.
    #[arg(long)]
    email: String,
    /// Shown name.
    #[arg(long)]
    name: String,
    /// owner, admin, manager, agent, viewer, technician, customer, or a custom role.
    #[arg(long)]
    role: String,
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let Command::Create(input) = command;
    let password = password::from_stdin()?;
    let (text, value) = run.with_database(async |booted| create(booted, input, password).await).await?;
    run.out.say(&text, &value);
    Ok(())
}

/// The organization with this slug.
pub(super) async fn organization(booted: &Booted, slug: &str) -> Result<Organization, Failure> {
    let found = db::platform::find_by_slug(&booted.state.db, slug).await?;
    found.ok_or_else(|| Failure::new(format!("There is no organization {slug:?}; `helpdesk org list` shows all.")))
}

/// The address of a one-time link.
pub(super) fn link(booted: &Booted, slug: &str, token: &str) -> String {
    format!("{}/set-password#{token}", booted.state.config.organization_url(slug))
}

async fn create(booted: &Booted, input: Create, password: Option<String>) -> Result<(String, Value), Failure> {
    let organization = organization(booted, &input.org).await?;
    let email = kernel::email::normalize(&input.email)
        .ok_or_else(|| Failure::new(format!("{:?} is not a mail address.", input.email)))?;
    if RoleKey::parse(&input.role) == Some(RoleKey::Customer) {
        return Err(Failure::new("Customers cannot be created on the command line by this version."));
    }
    let password_hash = match password {
        Some(password) => Some(password::hash(password, &email).await?),
        None => None,
    };
    let mut tx = TenantTx::system(&booted.state.db, organization.tenant(), Mode::Write).await?;
    let new = NewUser { email, name: input.name, role: input.role, password_hash };
    let (user, token) = identity::people::create(&mut tx, &Actor::system(organization.id), new).await?;
    tx.commit().await?;
    let url = token.map(|token| link(booted, &organization.slug, &token));
    let mut text = format!("{} ({}) was added to {} as {}.", user.name, user.email, organization.name, user.role);
    if let Some(url) = &url {
        text += &format!("\nOne-time link to set the password, good for seven days: {url}");
    }
    Ok((text, json!({"user": user, "invitation_url": url})))
}
