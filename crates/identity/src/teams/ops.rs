//! Use cases of teams.

use db::{OnConstraint, TenantTx};
use kernel::{AppError, AppResult, TeamId, UserId};
use web::{ApiResult, Body, Listing, PathId, Query, Read, RequestUri, Staff, Write};

use super::{
    store,
    wire::{CreateTeam, PatchTeam, TeamOut, TeamQuery},
};

/// `GET teams/`
pub async fn list(mut cx: Staff<Read>, RequestUri(uri): RequestUri, Query(query): Query<TeamQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let organization = cx.organization.id;
    let teams = store::list(&mut cx.tx, organization, None, query.search.as_deref().map(web::like_pattern)).await?;
    Ok(web::ok(&web::page_links(&listing, teams), None))
}

/// `GET teams/{id}/`
pub async fn get(PathId(id): PathId<TeamId>, mut cx: Staff<Read>) -> ApiResult {
    Ok(web::ok(&load(&mut cx.tx, id).await?, None))
}

/// `POST teams/`
pub async fn create(mut cx: Staff<Write>, Body(input): Body<CreateTeam>) -> ApiResult {
    let (organization, now) = (cx.organization.id, cx.tx.now());
    let id: TeamId = cx.tx.id();
    let name = web::text("name", &input.name, 1, 100)?;
    store::insert(&mut cx.tx, organization, id, &name, now).await.on_constraint("teams_name_key", taken)?;
    add(&mut cx.tx, id, &input.members).await?;
    let team = load(&mut cx.tx, id).await?;
    cx.tx.audit_change("team.created", ("team", Some(id.0)), &(), &team);
    cx.commit(web::created(&team, None)).await
}

/// `PATCH teams/{id}/`
pub async fn update(PathId(id): PathId<TeamId>, mut cx: Staff<Write>, Body(input): Body<PatchTeam>) -> ApiResult {
    let organization = cx.organization.id;
    let old = load(&mut cx.tx, id).await?;
    if let Some(name) = &input.name {
        let name = web::text("name", name, 1, 100)?;
        store::rename(&mut cx.tx, organization, id, &name).await.on_constraint("teams_name_key", taken)?;
    }
    if let Some(members) = &input.members {
        store::clear_members(&mut cx.tx, organization, id).await?;
        add(&mut cx.tx, id, members).await?;
    }
    let team = load(&mut cx.tx, id).await?;
    cx.tx.audit_change("team.updated", ("team", Some(id.0)), &old, &team);
    cx.commit(web::ok(&team, None)).await
}

/// `DELETE teams/{id}/`
pub async fn delete(PathId(id): PathId<TeamId>, mut cx: Staff<Write>) -> ApiResult {
    let organization = cx.organization.id;
    let old = load(&mut cx.tx, id).await?;
    store::delete(&mut cx.tx, organization, id)
        .await
        .on_constraint("tickets_team_fkey", || AppError::conflict("Tickets still name this team; move them first."))?;
    cx.tx.audit_change("team.deleted", ("team", Some(id.0)), &old, &());
    cx.commit(web::no_content()).await
}

fn taken() -> AppError {
    AppError::taken("name", "There is a team of this name already.")
}

async fn load(tx: &mut TenantTx, id: TeamId) -> AppResult<TeamOut> {
    let organization = tx.organization();
    store::list(tx, organization, Some(id), None).await?.pop().ok_or(AppError::NotFound)
}

async fn add(tx: &mut TenantTx, id: TeamId, members: &[UserId]) -> AppResult<()> {
    if members.len() > 1_000 {
        return Err(AppError::invalid("members", "too_long", "A team has at most 1000 members."));
    }
    let organization = tx.organization();
    let strangers = || AppError::invalid("members", "unknown", "One of these people is not on the staff.");
    if store::any_removed(tx, organization, members).await? {
        return Err(strangers());
    }
    store::add_member(tx, organization, id, members).await.on_constraint("team_members_user_fkey", strangers)
}
