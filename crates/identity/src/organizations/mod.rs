//! Organizations: the rows each one starts with, its settings and its branding.
//!
//! The directory itself (slug, placement, suspension) is `db::platform`; here is what lies inside
//! the organization. Tables: `organization_settings`, `roles`. Permissions: `settings:read`,
//! `organization:write`; branding is public. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use db::TenantTx;
use kernel::{AppError, AppResult, Permission, RoleId, RoleKey, slug::skeleton};
use web::{Access, Route};

use crate::roles::{self, NewRole};

/// The route table.
pub fn routes() -> Vec<Route> {
    let (read, write) = (Access::needs(Permission::SettingsRead), Access::needs(Permission::OrganizationWrite));
    vec![
        Route::get("/organization", read, "organization_get", "Read the settings", ops::get)
            .ok::<wire::OrganizationSettings>(200)
            .versioned(),
        Route::patch("/organization", write, "organization_update", "Change the settings", ops::update)
            .body::<wire::PatchSettings>()
            .ok::<wire::OrganizationSettings>(200)
            .versioned(),
        Route::put("/organization/logo", write, "organization_logo_put", "Set the logo", ops::put_logo)
            .picture()
            .ok::<wire::OrganizationSettings>(200)
            .versioned(),
        Route::delete("/organization/logo", write, "organization_logo_delete", "Remove the logo", ops::delete_logo)
            .empty(204, "The product's own mark is shown.")
            .versioned(),
        Route::get("/branding", Access::public(), "branding_get", "Name, color and logo of this host", ops::branding)
            .ok::<wire::Branding>(200),
        Route::get("/branding/logo", Access::public(), "branding_logo", "The logo of this host", ops::logo)
            .query::<wire::LogoQuery>()
            .empty(200, "A PNG, JPEG or WebP picture."),
    ]
}

/// Reserved first labels: they are or may become hosts of the installation itself, or look like ones.
const RESERVED: &[&str] = &[
    "www",
    "api",
    "app",
    "admin",
    "mail",
    "status",
    "cdn",
    "static",
    "auth",
    "login",
    "support",
    "help",
    "billing",
    "ws",
    "assets",
    "platform",
    "operator",
    "autodiscover",
    "autoconfig",
    "_dmarc",
    "mta-sts",
    "smtp",
    "imap",
    "pop3",
    "ftp",
    "ns1",
    "ns2",
    "webmail",
    "postmaster",
    "hostmaster",
    "webmaster",
    "abuse",
    "security",
    "root",
    "localhost",
    "internal",
    "account",
    "accounts",
    "signin",
    "signup",
    "sso",
    "oauth",
    "oidc",
    "portal",
    "console",
    "dashboard",
    "docs",
    "blog",
    "forum",
    "news",
    "shop",
    "store",
    "payments",
    "media",
    "files",
    "images",
    "img",
    "download",
    "downloads",
    "health",
    "metrics",
    "realtime",
    "chat",
    "git",
    "proxy",
    "vpn",
    "test",
    "staging",
];

/// 422 on `slug` unless it is a host label of 1 to 63 lower-case letters, digits and inner hyphens
/// that neither is a reserved one nor looks like it.
pub fn check_slug(slug: &str) -> AppResult<()> {
    let plain = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let neat = !slug.starts_with('-') && !slug.ends_with('-') && !slug.starts_with("xn--");
    if !(1..=63).contains(&slug.len()) || !plain || !neat {
        let rule = "A slug has 1 to 63 lower-case letters, digits and hyphens, and no hyphen at its ends.";
        return Err(AppError::invalid("slug", "invalid", rule));
    }
    if RESERVED.iter().any(|reserved| skeleton(reserved) == skeleton(slug)) {
        return Err(AppError::invalid("slug", "reserved", "This slug is reserved, or looks like a reserved one."));
    }
    Ok(())
}

/// What an organization decides for itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// IANA name.
    pub time_zone: String,
    /// Language of mails and of the portal.
    pub locale: String,
    /// Whether leaving `new` for an open status counts as first response.
    pub first_response_on_status: bool,
    /// Whether customers may open accounts by themselves.
    pub customer_registration: bool,
}

/// The settings of the open organization.
pub async fn settings(tx: &mut TenantTx) -> AppResult<Settings> {
    let organization = tx.organization();
    let row = store::settings(tx, organization).await?;
    Ok(Settings {
        time_zone: row.time_zone,
        locale: row.locale,
        first_response_on_status: row.first_response_on_status,
        customer_registration: row.customer_registration,
    })
}

/// Writes settings and the fixed roles unless they are there; whether the organization was new.
pub async fn provision(tx: &mut TenantTx) -> AppResult<bool> {
    let (organization, now) = (tx.organization(), tx.now());
    if !store::insert_settings(tx, organization, now).await? {
        return Ok(false);
    }
    tx.audit("organization.created", ("organization", Some(organization.0)), &(), &());
    for role in RoleKey::ALL.into_iter().filter(|role| *role != RoleKey::Customer) {
        let id: RoleId = tx.id();
        let name =
            role.as_str().get(..1).unwrap_or_default().to_uppercase() + role.as_str().get(1..).unwrap_or_default();
        let permissions: Vec<String> = role.permissions().iter().map(|p| p.as_str().to_owned()).collect();
        let new = NewRole {
            id,
            key: role.as_str(),
            name: &name,
            permissions: &permissions,
            is_shipped: true,
            visibility: role.visibility(),
            require_otp: false,
        };
        roles::insert(tx, organization, &new, now).await?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::check_slug;

    #[test]
    fn slugs_are_plain_host_labels() {
        for good in ["acme", "a", "globex-2", "beta", "xn-1"] {
            assert!(check_slug(good).is_ok(), "{good}");
        }
        let long = "a".repeat(64);
        for bad in [
            "",
            "Acme",
            "-a",
            "a-",
            "a.b",
            "acme.",
            "a_b",
            "a b",
            "аcme",
            "ácme",
            "xn--cme-7qc",
            "a\u{200b}b",
            "a\u{ad}b",
            "a\0",
            "acme\n",
            "ａcme",
            long.as_str(),
        ] {
            assert!(check_slug(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn reserved_names_and_what_looks_like_them_are_refused() {
        for bad in [
            "www",
            "api",
            "app",
            "admin",
            "mail",
            "status",
            "cdn",
            "static",
            "auth",
            "login",
            "support",
            "help",
            "billing",
            "ws",
            "assets",
            "_dmarc",
            "autodiscover",
            "mta-sts",
            "adrnin",
            "adm1n",
            "log-in",
            "l0gin",
            "supp0rt",
            "vvww",
            "rnail",
            "bi11ing",
            "mtasts",
            "ma-il",
        ] {
            assert!(check_slug(bad).is_err(), "{bad}");
        }
    }
}
