//! The words of the mails that the product writes by itself, kept by organization.
//!
//! Invariants: a text holds no variable that its mail does not know, and a mail that brings a link
//! keeps it. Texts are filled in, never run. What an organization has not written is as shipped.
//!
//! Tables: `mail_templates`. Permissions: `settings:read`, `organization:write`. Events: none.

mod model;
mod ops;
mod store;
mod wire;

use db::TenantTx;
use kernel::{AppResult, Page, Permission};
use web::{Access, Route};

/// The route table.
pub fn routes() -> Vec<Route> {
    let read = Access::needs(Permission::SettingsRead);
    let write = Access::needs(Permission::OrganizationWrite);
    vec![
        Route::get("/mail-templates", read, "mail_templates_list", "List the texts of system mails", ops::list)
            .query::<wire::TemplateQuery>()
            .ok::<Page<wire::TemplateOut>>(200),
        Route::get("/mail-templates/{key}", read, "mail_templates_get", "The text of one system mail", ops::get)
            .ok::<wire::TemplateOut>(200),
        Route::patch("/mail-templates/{key}", write, "mail_templates_update", "Change a system mail", ops::update)
            .body::<wire::PatchTemplate>()
            .ok::<wire::TemplateOut>(200),
        Route::post(
            "/mail-templates/{key}/reset",
            write,
            "mail_templates_reset",
            "Go back to the text as shipped",
            ops::reset,
        )
        .ok::<wire::TemplateOut>(200),
        Route::post(
            "/mail-templates/{key}/preview",
            read,
            "mail_templates_preview",
            "A text filled in with examples",
            ops::preview,
        )
        .body::<wire::PatchTemplate>()
        .ok::<wire::PreviewOut>(200),
    ]
}

/// Writes the shipped templates that are missing.
pub async fn provision(tx: &mut TenantTx) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    Ok(store::insert_shipped(tx, organization, now).await?)
}

/// Subject and body of a template, filled in.
pub async fn filled(tx: &mut TenantTx, key: &str, values: &[(&str, &str)]) -> AppResult<(String, String)> {
    let organization = tx.organization();
    let (subject, body) = match store::find(tx, organization, key).await? {
        Some(row) => (row.subject, row.body),
        None => {
            model::shipped(key).map(|shipped| (shipped.subject.to_owned(), shipped.body.to_owned())).unwrap_or_default()
        }
    };
    Ok((model::fill(&subject, values), model::fill(&body, values)))
}
