//! `org`: organizations and where their rows lie.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use db::{
    operators::By,
    placement,
    platform::{self, Organization},
    removal,
};
use serde_json::{Value, json};

use super::{Run, archive, output::table, user};
use crate::{
    boot::Booted,
    failure::Failure,
    organizations::{self, Made, New},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Placement {
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

impl From<Placement> for placement::Placement {
    fn from(placement: Placement) -> Self {
        match placement {
            Placement::Shared => Self::Shared,
            Placement::Schema => Self::Schema,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Add an organization; harmless when it exists.
    Create(Create),
    /// Show all organizations.
    List,
    /// Move all rows of an organization; for some seconds it can be read but not written.
    Move {
        /// Which one.
        slug: String,
        /// Where its rows shall lie.
        #[arg(long)]
        placement: Placement,
    },
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
    /// Close an organization at once and remove it after thirty days.
    Delete {
        /// Which one.
        slug: String,
        /// Remove it now, for good.
        #[arg(long)]
        now: bool,
    },
    /// Write everything of an organization to a file, for another installation or for keeping.
    Export {
        /// Which one.
        slug: String,
        /// A file that does not exist yet.
        file: PathBuf,
    },
    /// Make an organization from such a file: all of it or nothing.
    Import {
        /// What `org export` wrote.
        file: PathBuf,
        /// Another first label of its host name.
        #[arg(long)]
        slug: Option<String>,
        /// Where its rows shall lie.
        #[arg(long, default_value = "shared")]
        placement: Placement,
    },
    /// Take a deletion back, as long as there is time.
    Restore {
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
        Command::Move { slug, placement } => run.with_database(async |b| relocate(b, &slug, placement).await).await?,
        Command::Suspend { slug } => run.with_database(async |b| set_status(b, &slug, "suspended").await).await?,
        Command::Delete { slug, now } => run.with_database(async |b| delete(b, &slug, now).await).await?,
        Command::Export { slug, file } => run.with_database(async |b| archive::export(b, &slug, &file).await).await?,
        Command::Import { file, slug, placement } => {
            run.with_database(async |b| archive::import(b, &file, slug.as_deref(), placement.into()).await).await?
        }
        Command::Restore { slug } => run.with_database(async |b| restore(b, &slug).await).await?,
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
    let known = platform::find_by_slug(&state.db, &slug).await?;
    if known.as_ref().is_some_and(|known| known.status == "deleting") {
        return Err(Failure::new(format!(
            "Organization {slug} is being deleted: `helpdesk org restore {slug}` keeps it."
        )));
    }
    if let Some(known) = known
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
    let deletions = removal::deletions(&booted.state.db).await?;
    let goes =
        |each: &Organization| deletions.iter().find(|other| other.organization == each.id).map(|it| it.delete_after);
    let url = |organization: &Organization| booted.state.config.organization_url(&organization.slug);
    let mut rows = vec![["SLUG", "NAME", "PLACEMENT", "STATUS", "ADDRESS"].map(str::to_owned).to_vec()];
    rows.extend(all.iter().map(|each| {
        let status = match goes(each) {
            Some(after) => format!("{} after {}", each.status, after.format("%Y-%m-%d")),
            None => each.status.clone(),
        };
        let words = [each.slug.as_str(), &each.name, each.placement(), &status, &url(each)];
        words.map(str::to_owned).to_vec()
    }));
    let value = all.iter().map(
        |each| json!({"organization": each, "placement": each.placement(), "url": url(each), "delete_after": goes(each)}),
    );
    let text = if all.is_empty() { "There is no organization yet.".to_owned() } else { table(&rows) };
    Ok((text, value.collect()))
}

async fn relocate(booted: &Booted, slug: &str, placement: Placement) -> Result<(String, Value), Failure> {
    let organization = user::organization(booted, slug).await?;
    let (db, owner) = (&booted.state.db, &booted.state.owner.0);
    let moved = placement::move_organization(db, owner, &By::default(), organization.id, placement.into()).await?;
    let mut text = if moved.changed {
        let seconds = std::time::Duration::from_millis(moved.blocked_ms.unsigned_abs()).as_secs_f64();
        format!(
            "Organization {slug} was moved from {} to {}: {} rows. For {seconds:.1} s nobody could write.",
            moved.from, moved.to, moved.rows
        )
    } else {
        format!("Organization {slug} is already in {}.", moved.to)
    };
    if !moved.cleaned {
        text += "\nSomebody still reads the old rows; the running server removes them within ten minutes after that.";
    }
    Ok((text, json!({"slug": slug, "placement": placement.as_str(), "move": moved})))
}

async fn delete(booted: &Booted, slug: &str, now: bool) -> Result<(String, Value), Failure> {
    user::organization(booted, slug).await?;
    let deletion = removal::delete(&booted.state.db, &By::default(), slug, now).await?;
    let due = deletion.delete_after <= booted.state.db.now();
    let text = if due {
        organizations::remove(&booted.state, &deletion).await?;
        format!("Organization {slug} was removed for good.")
    } else {
        let date = deletion.delete_after.format("%Y-%m-%d %H:%M UTC");
        format!(
            "Organization {slug} is closed and will be removed after {date}; until then `helpdesk org restore {slug}` brings it back."
        )
    };
    Ok((text, json!({"slug": slug, "removed": due, "delete_after": deletion.delete_after})))
}

async fn restore(booted: &Booted, slug: &str) -> Result<(String, Value), Failure> {
    user::organization(booted, slug).await?;
    removal::restore(&booted.state.db, &By::default(), slug).await?;
    let status = user::organization(booted, slug).await?.status;
    Ok((format!("Organization {slug} is {status} again."), json!({"slug": slug, "status": status})))
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
