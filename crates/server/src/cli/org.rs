//! `org`: organizations and where their rows lie.

use clap::{Subcommand, ValueEnum};
use db::{
    operators::By,
    platform::{self, Organization},
};
use serde_json::{Value, json};

use super::{Run, output::table, user};
use crate::{
    boot::Booted,
    failure::Failure,
    organizations::{self, Made, New},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Placement {
    /// In the tables that ordinary organizations share.
    Shared,
    /// In a schema of its own.
    Schema,
}

impl Placement {
    fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Schema => "schema",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an organization; harmless when it exists.
    Create(Create),
    /// Show all organizations.
    List,
    /// Refuse everybody of an organization until it is resumed.
    Suspend {
        /// Which one.
        slug: String,
    },
    /// End a suspension.
    Resume {
        /// Which one.
        slug: String,
    },
}

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Create {
    /// First label of its host name: lower-case letters, digits, hyphens.
    slug: String,
    /// Shown name.
    #[arg(long)]
    name: String,
    /// Where its rows lie; `shared` for a new one.
    #[arg(long)]
    placement: Option<Placement>,
    /// A host name that belongs to it.
    #[arg(long)]
    domain: Option<String>,
    /// Make this address the owner and print a one-time link.
    #[arg(long)]
    admin_email: Option<String>,
}

pub(super) async fn run(run: &Run, command: Command) -> Result<(), Failure> {
    let (text, value) = match command {
        Command::Create(input) => {
            let input = checked(input, &run.settings.base_domain)?;
            run.with_database(async |booted| create(booted, input).await).await?
        }
        Command::List => run.with_database(list).await?,
        Command::Suspend { slug } => run.with_database(async |b| set_status(b, &slug, "suspended").await).await?,
        Command::Resume { slug } => run.with_database(async |b| set_status(b, &slug, "active").await).await?,
    };
    run.out.say(&text, &value);
    Ok(())
}

/// What can be said without the database.
fn checked(input: Create, base_domain: &str) -> Result<Create, Failure> {
    let Create { slug, name, placement, domain, admin_email } = input;
    let new = organizations::check(New { slug, name, own_schema: false, domain, admin_email }, base_domain)?;
    let New { slug, name, domain, admin_email, .. } = new;
    Ok(Create { slug, name, placement, domain, admin_email })
}

async fn create(booted: &Booted, input: Create) -> Result<(String, Value), Failure> {
    let state = &booted.state;
    let own_schema = matches!(input.placement, Some(Placement::Schema));
    let Create { slug, name, placement, domain, admin_email } = input;
    if let Some(known) = platform::find_by_slug(&state.db, &slug).await?
        && let Some(wanted) = placement.filter(|wanted| wanted.as_str() != known.placement())
    {
        let (has, wanted) = (known.placement(), wanted.as_str());
        return Err(Failure::new(format!(
            "Organization {slug} exists with placement {has}: move it with `helpdesk org move {slug} --placement {wanted}`."
        )));
    }
    let new = New { slug, name, own_schema, domain, admin_email };
    let Made { organization, is_new, link } = organizations::create(state, &By::default(), &new).await?;
    let url = state.config.organization_url(&organization.slug);
    let link = link.map(|link| link.url(state, &organization));
    let done = if is_new { "was created" } else { "already exists" };
    let mut text = format!("Organization {} {done}: {url}", organization.slug);
    if let (Some(link), Some(email)) = (&link, &new.admin_email) {
        text += &format!("\nOne-time link for {email} to set the password, good for seven days: {link}");
    }
    let value = json!({
        "created": is_new,
        "organization": organization,
        "placement": organization.placement(),
        "url": url,
        "invitation_url": link,
    });
    Ok((text, value))
}

async fn list(booted: &Booted) -> Result<(String, Value), Failure> {
    let all = platform::list(&booted.state.db).await?;
    let url = |organization: &Organization| booted.state.config.organization_url(&organization.slug);
    let mut rows = vec![["SLUG", "NAME", "PLACEMENT", "STATUS", "ADDRESS"].map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(|each| {
        let words = [each.slug.as_str(), &each.name, each.placement(), &each.status, &url(each)];
        words.map(str::to_owned).to_vec()
    }));
    let value = all.iter().map(|each| json!({"organization": each, "placement": each.placement(), "url": url(each)}));
    let text = if all.is_empty() { "There is no organization yet.".to_owned() } else { table(&rows) };
    Ok((text, value.collect()))
}

async fn set_status(booted: &Booted, slug: &str, status: &str) -> Result<(String, Value), Failure> {
    let organization = user::organization(booted, slug).await?;
    let changed = platform::set_status(&booted.state.db, &By::default(), &organization.slug, status).await?;
    let now = if changed { "is now" } else { "was already" };
    Ok((format!("Organization {slug} {now} {status}."), json!({"slug": slug, "status": status, "changed": changed})))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(slug: &str, domain: Option<&str>, admin_email: Option<&str>) -> Create {
        let own = |text: &str| text.to_owned();
        let (domain, admin_email) = (domain.map(own), admin_email.map(own));
        Create { slug: own(slug), name: own(" Acme "), placement: None, domain, admin_email }
    }

    #[test]
    fn input_is_checked_and_brought_into_form() {
        let good = checked(input("acme", Some("Help.Example.ORG"), Some("Ada@Example.org")), "localhost").unwrap();
        assert_eq!(good.domain.as_deref(), Some("help.example.org"));
        assert_eq!(good.admin_email.as_deref(), Some("ada@example.org"));
        for bad in [
            input("Acme", None, None),
            input("www", None, None),
            input("acme", Some("nodots"), None),
            input("acme", Some("acme.localhost"), None),
            input("acme", Some("10.0.0.1"), None),
            input("acme", None, Some("ada")),
        ] {
            assert!(checked(bad.clone(), "localhost").is_err(), "{bad:?}");
        }
    }
}
