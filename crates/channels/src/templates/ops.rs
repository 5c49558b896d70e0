//! Use cases of mail templates.

use db::TenantTx;
use kernel::{AppError, AppResult, FieldErrors};
use serde_json::json;
use support::facade::content;
use web::{ApiResult, Body, Listing, PathText, Query, Read, RequestUri, Staff, Write};

use super::{
    model::{SHIPPED, Shipped, example, fill, named, shipped},
    store::{self, TemplateRow},
    wire::{PatchTemplate, PreviewOut, TemplateOut, TemplateQuery, Variable},
};

fn shown(of: &Shipped, row: Option<TemplateRow>, organization: &str) -> TemplateOut {
    let (subject, body, updated_at) = match row {
        Some(row) => (row.subject, row.body, Some(row.updated_at)),
        None => (of.subject.to_owned(), of.body.to_owned(), None),
    };
    let variable = |name: &&'static str| Variable { name, example: example(name, organization).to_owned() };
    let is_default = subject == of.subject && body == of.body;
    TemplateOut {
        key: of.key.to_owned(),
        is_default,
        variables: of.variables.iter().map(variable).collect(),
        updated_at: updated_at.filter(|_| !is_default),
        subject,
        body,
    }
}

/// `GET mail-templates/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<TemplateQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.clone();
    let mut rows = store::list(&mut cx.tx, organization.id).await?;
    let mut own = |key: &str| {
        let place = rows.iter().position(|row| row.key == key)?;
        Some(rows.swap_remove(place))
    };
    let all = SHIPPED.iter().map(|of| shown(of, own(of.key), &organization.name)).collect();
    Ok(web::ok(&web::page_links(&listing, all), None))
}

async fn load(tx: &mut TenantTx, key: &str, organization: &str) -> AppResult<(&'static Shipped, TemplateOut)> {
    let of = shipped(key).ok_or(AppError::NotFound)?;
    let id = tx.organization();
    Ok((of, shown(of, store::find(tx, id, key).await?, organization)))
}

/// `GET mail-templates/{key}/`
pub async fn get(PathText(key): PathText, mut cx: Staff<Read>) -> ApiResult {
    let name = cx.organization.name.clone();
    Ok(web::ok(&load(&mut cx.tx, &key, &name).await?.1, None))
}

/// `PATCH mail-templates/{key}/`
pub async fn update(PathText(key): PathText, mut cx: Staff<Write>, Body(input): Body<PatchTemplate>) -> ApiResult {
    let name = cx.organization.name.clone();
    let (of, old) = load(&mut cx.tx, &key, &name).await?;
    let (subject, body) = check(of, &old, input)?;
    let new = write(&mut cx.tx, of, (&subject, &body), "mail_template.updated", &old, &name).await?;
    cx.commit(web::ok(&new, None)).await
}

/// `POST mail-templates/{key}/reset/`
pub async fn reset(PathText(key): PathText, mut cx: Staff<Write>) -> ApiResult {
    let name = cx.organization.name.clone();
    let (of, old) = load(&mut cx.tx, &key, &name).await?;
    let new = write(&mut cx.tx, of, (of.subject, of.body), "mail_template.reset", &old, &name).await?;
    cx.commit(web::ok(&new, None)).await
}

async fn write(
    tx: &mut TenantTx,
    of: &Shipped,
    (subject, body): (&str, &str),
    action: &'static str,
    old: &TemplateOut,
    name: &str,
) -> AppResult<TemplateOut> {
    let (organization, now) = (tx.organization(), tx.now());
    store::save(tx, organization, of.key, (subject, body), now).await?;
    let told = |subject: &str, body: &str| json!({ "template": of.key, "subject": subject, "body": body });
    let (before, after) = (told(&old.subject, &old.body), told(subject, body));
    tx.audit(action, ("organization", Some(organization.0)), &before, &after);
    Ok(load(tx, of.key, name).await?.1)
}

/// `POST mail-templates/{key}/preview/`: nothing is written.
pub async fn preview(PathText(key): PathText, mut cx: Staff<Write>, Body(input): Body<PatchTemplate>) -> ApiResult {
    let name = cx.organization.name.clone();
    let (of, present) = load(&mut cx.tx, &key, &name).await?;
    let (subject, body) = check(of, &present, input)?;
    let values: Vec<(&str, &str)> = of.variables.iter().map(|variable| (*variable, example(variable, &name))).collect();
    let body_text = fill(&body, &values);
    let body_html = content::text_to_html(&body_text);
    let shown = PreviewOut { subject: fill(&subject, &values), body_text, body_html };
    cx.commit(web::ok(&shown, None)).await
}

/// Subject and body after the change; 422 names every field that is wrong.
fn check(of: &Shipped, present: &TemplateOut, input: PatchTemplate) -> AppResult<(String, String)> {
    let mut errors = FieldErrors::default();
    let subject = input.subject.unwrap_or_else(|| present.subject.clone()).trim().to_owned();
    let body = input.body.unwrap_or_else(|| present.body.clone()).trim().to_owned();
    for (field, text, longest) in [("subject", &subject, 200), ("body", &body, 10_000)] {
        if text.is_empty() {
            errors.add(field, "required", "This field is required.");
        }
        if text.chars().count() > longest {
            errors.add(field, "too_long", format!("At most {longest} characters."));
        }
        if let Some(name) = named(text).into_iter().find(|name| !of.variables.contains(name)) {
            let known = of.variables.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(", ");
            errors.add(field, "unknown_variable", format!("{{{name}}} is not known here; there are {known}."));
        }
    }
    if subject.contains(char::is_control) {
        errors.add("subject", "invalid", "A subject is one line.");
    }
    if subject.contains("{link}") {
        errors.add("subject", "invalid", "A link stands in the text, not in the subject.");
    }
    if of.needs_link && !body.contains("{link}") {
        errors.add("body", "link_missing", "Without {link} nobody could do what this mail is for.");
    }
    errors.finish()?;
    Ok((subject, body))
}
