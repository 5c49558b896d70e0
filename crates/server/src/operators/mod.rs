//! The operators' API, on the bare host: organizations, operators, the log of what was done, keys.
//! What the command line does is done here by the same functions; no tenant row is in reach.

mod domains;
mod usage;

use chrono::{DateTime, Utc};
use db::{
    operators::{self, By},
    placement::{self, Placement},
    platform, removal,
    worker::Registry,
};
use kernel::{AppError, JobId, OperatorEntryId, OperatorId, OrganizationId, Page};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use web::{
    Access, ApiResult, AppState, Body, Listing, Operator, PathId, PathText, Query, RequestUri, Route, like_pattern,
};

use crate::{
    keys::{self, Rotated},
    organizations::{self, New},
};

/// The route table.
pub fn routes() -> Vec<Route> {
    [own(), domains::routes(), usage::routes()].into_iter().flatten().collect()
}

fn own() -> Vec<Route> {
    let own = Access::operator();
    vec![
        Route::get("/platform/auth/me", own, "platform_auth_me", "Who I am, as an operator", me).ok::<OperatorOut>(200),
        Route::post("/platform/auth/logout", own, "platform_auth_logout", "End this operator's session", logout)
            .empty(204, "Signed out."),
        Route::get("/platform/organizations", own, "platform_organizations_list", "List organizations", list)
            .query::<OrganizationQuery>()
            .ok::<Page<OrganizationOut>>(200),
        Route::post("/platform/organizations", own, "platform_organizations_create", "Add an organization", create)
            .body::<CreateOrganization>()
            .ok::<CreatedOrganization>(201),
        Route::get("/platform/organizations/{slug}", own, "platform_organizations_get", "Read an organization", get)
            .ok::<OrganizationOut>(200),
        Route::patch(
            "/platform/organizations/{slug}",
            own,
            "platform_organizations_update",
            "Rename an organization",
            update,
        )
        .body::<PatchOrganization>()
        .ok::<OrganizationOut>(200),
        Route::post(
            "/platform/organizations/{slug}/suspend",
            own,
            "platform_organizations_suspend",
            "Refuse everybody of an organization",
            suspend,
        )
        .ok::<OrganizationOut>(200),
        Route::post(
            "/platform/organizations/{slug}/resume",
            own,
            "platform_organizations_resume",
            "End a suspension",
            resume,
        )
        .ok::<OrganizationOut>(200),
        Route::post(
            "/platform/organizations/{slug}/move",
            own,
            "platform_organizations_move",
            "Move the rows of an organization to another place",
            relocate,
        )
        .body::<MoveOrganization>()
        .ok::<QueuedMove>(202),
        Route::delete(
            "/platform/organizations/{slug}",
            own,
            "platform_organizations_delete",
            "Close an organization; after thirty days it is removed",
            delete,
        )
        .ok::<ClosedOrganization>(202),
        Route::post(
            "/platform/organizations/{slug}/restore",
            own,
            "platform_organizations_restore",
            "Take a deletion back",
            restore,
        )
        .ok::<OrganizationOut>(200),
        Route::get("/platform/operators", own, "platform_operators_list", "List operators", list_operators)
            .query::<PageQuery>()
            .ok::<Page<OperatorOut>>(200),
        Route::post("/platform/operators", own, "platform_operators_create", "Add an operator", create_operator)
            .body::<CreateOperator>()
            .ok::<OperatorOut>(201),
        Route::delete("/platform/operators/{id}", own, "platform_operators_delete", "Remove an operator", remove)
            .empty(204, "Removed, with all sessions."),
        Route::get("/platform/log", own, "platform_log_list", "What operators did", log).query::<LogQuery>().ok::<Page<
            LogOut,
        >>(
            200
        ),
        Route::post("/platform/keys/rotate", own, "platform_keys_rotate", "Replace the keys", rotate)
            .ok::<Rotated>(200),
    ]
}

/// An organization as operators see it.
#[derive(Debug, Serialize, ToSchema)]
struct OrganizationOut {
    /// `org_…`
    id: OrganizationId,
    /// First label of its host name.
    slug: String,
    /// Shown name.
    name: String,
    /// `shared` or `schema`.
    placement: &'static str,
    /// `active` or `suspended`.
    status: String,
    /// Its address.
    url: String,
}

impl OrganizationOut {
    fn new(state: &AppState, organization: platform::Organization) -> Self {
        let url = state.config.organization_url(&organization.slug);
        let placement = organization.placement();
        let platform::Organization { id, slug, name, status, .. } = organization;
        Self { id, slug, name, placement, status, url }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateOrganization {
    /// 1 to 63 lower-case letters, digits and hyphens.
    slug: String,
    name: String,
    /// `shared` (default) or `schema`.
    placement: Option<String>,
    /// A host name that is known to belong to it.
    domain: Option<String>,
    /// Its owner, who gets a one-time link.
    admin_email: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct CreatedOrganization {
    #[serde(flatten)]
    organization: OrganizationOut,
    /// Where the owner sets a password: once, within seven days.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation_url: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PatchOrganization {
    name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MoveOrganization {
    /// `shared` or `schema`.
    placement: String,
}

/// A move that is queued. The organization's writes wait while it runs; its `placement` tells when it is done.
#[derive(Debug, Serialize, ToSchema)]
struct QueuedMove {
    /// `job_…`
    job: JobId,
    /// Where the rows will lie.
    placement: &'static str,
}

/// An organization that is being deleted.
#[derive(Debug, Serialize, ToSchema)]
struct ClosedOrganization {
    /// First label of its host name.
    slug: String,
    /// From then on it is removed and cannot be restored.
    delete_after: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct OrganizationQuery {
    /// Counted from 1.
    page: Option<i64>,
    /// 20 unless told; at most 100.
    page_size: Option<i64>,
    /// Part of slug or name.
    search: Option<String>,
    /// `active` or `suspended`.
    status: Option<String>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    /// Counted from 1.
    page: Option<i64>,
    /// 20 unless told; at most 100.
    page_size: Option<i64>,
}

#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct LogQuery {
    /// Counted from 1.
    page: Option<i64>,
    /// 20 unless told; at most 100.
    page_size: Option<i64>,
    /// Slug of an organization.
    organization: Option<String>,
}

/// An operator.
#[derive(Debug, Serialize, ToSchema)]
struct OperatorOut {
    /// `opr_…`
    id: OperatorId,
    /// Lower-case address.
    email: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateOperator {
    email: String,
    password: String,
}

/// A line of the operators' log.
#[derive(Debug, Serialize, ToSchema)]
struct LogOut {
    /// `opl_…`
    id: OperatorEntryId,
    /// When.
    at: DateTime<Utc>,
    /// Address of the operator; null on the command line.
    operator: Option<String>,
    /// `organization.suspended`, …
    action: String,
    /// Slug of the organization.
    organization: Option<String>,
    /// More, by action.
    #[schema(value_type = Object)]
    details: Value,
    /// Address of the peer.
    ip: Option<String>,
    /// The request.
    request_id: Option<String>,
}

impl From<operators::LogRow> for LogOut {
    fn from(row: operators::LogRow) -> Self {
        let operators::LogRow { id, occurred_at, operator_email, action, organization_slug, details, ip, request_id } =
            row;
        Self {
            id,
            at: occurred_at,
            operator: operator_email,
            action,
            organization: organization_slug,
            details,
            ip,
            request_id,
        }
    }
}

/// `GET platform/auth/me/`
async fn me(operator: Operator) -> ApiResult {
    Ok(web::ok(&OperatorOut { id: operator.id, email: operator.email }, None))
}

/// `POST platform/auth/logout/`
async fn logout(operator: Operator) -> ApiResult {
    operators::end_session(&operator.state.db, operator.session).await?;
    Ok(web::no_content())
}

/// `GET platform/organizations/`
async fn list(operator: Operator, RequestUri(uri): RequestUri, Query(query): Query<OrganizationQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let search = query.search.as_deref().map(like_pattern);
    let window = (listing.limit(), listing.offset());
    let found = platform::page(&operator.state.db, search.as_deref(), query.status.as_deref(), window).await?;
    let rows = found.1.into_iter().map(|each| OrganizationOut::new(&operator.state, each)).collect();
    Ok(web::ok(&listing.page(rows, Some(found.0), None), None))
}

/// `POST platform/organizations/`
async fn create(operator: Operator, Body(input): Body<CreateOrganization>) -> ApiResult {
    let own_schema = match input.placement.as_deref() {
        None | Some("shared") => false,
        Some("schema") => true,
        Some(_) => return Err(AppError::invalid("placement", "invalid", "A placement is shared or schema.").into()),
    };
    let CreateOrganization { slug, name, domain, admin_email, .. } = input;
    let state = &operator.state;
    let new = organizations::check(New { slug, name, own_schema, domain, admin_email }, &state.config.base_domain)?;
    if platform::find_by_slug(&state.db, &new.slug).await?.is_some() {
        return Err(AppError::taken("slug", "This slug is already taken.").into());
    }
    let made = organizations::create(state, &operator.by(), &new).await?;
    let invitation_url = made.link.map(|link| link.url(state, &made.organization));
    let organization = OrganizationOut::new(state, made.organization);
    Ok(web::created(&CreatedOrganization { organization, invitation_url }, None))
}

async fn found(state: &AppState, slug: &str) -> ApiResult {
    let organization = platform::find_by_slug(&state.db, slug).await?.ok_or(AppError::NotFound)?;
    Ok(web::ok(&OrganizationOut::new(state, organization), None))
}

/// `GET platform/organizations/{slug}/`
async fn get(PathText(slug): PathText, operator: Operator) -> ApiResult {
    found(&operator.state, &slug).await
}

/// `PATCH platform/organizations/{slug}/`
async fn update(PathText(slug): PathText, operator: Operator, Body(input): Body<PatchOrganization>) -> ApiResult {
    let name = web::text("name", &input.name, 1, 200)?;
    platform::rename(&operator.state.db, &operator.by(), &slug, &name).await?;
    found(&operator.state, &slug).await
}

/// `POST platform/organizations/{slug}/suspend/`
async fn suspend(PathText(slug): PathText, operator: Operator) -> ApiResult {
    set_status(&operator, &slug, "suspended").await
}

/// `POST platform/organizations/{slug}/resume/`
async fn resume(PathText(slug): PathText, operator: Operator) -> ApiResult {
    set_status(&operator, &slug, "active").await
}

async fn set_status(operator: &Operator, slug: &str, status: &str) -> ApiResult {
    let state = &operator.state;
    platform::set_status(&state.db, &operator.by(), slug, status).await?;
    if let Some(organization) = platform::find_by_slug(&state.db, slug).await? {
        state.hosts.forget(organization.id).await;
    }
    found(state, slug).await
}

/// `POST platform/organizations/{slug}/move/`: done by a worker, since it takes as long as it takes.
async fn relocate(PathText(slug): PathText, operator: Operator, Body(input): Body<MoveOrganization>) -> ApiResult {
    let placement = match input.placement.as_str() {
        "shared" => "shared",
        "schema" => "schema",
        _ => return Err(AppError::invalid("placement", "invalid", "A placement is shared or schema.").into()),
    };
    let state = &operator.state;
    let organization = platform::find_by_slug(&state.db, &slug).await?.ok_or(AppError::NotFound)?;
    let payload = json!({"organization": organization.id, "placement": placement, "by": operator.by()});
    let job = db::jobs::enqueue_for_platform(&state.db, MOVE, payload).await?;
    let details = json!({"slug": slug, "placement": placement, "job": job});
    operators::note_alone(&state.db, &operator.by(), "organization.move_queued", &details).await?;
    Ok(web::accepted(&QueuedMove { job, placement }))
}

/// `DELETE platform/organizations/{slug}/`
async fn delete(PathText(slug): PathText, operator: Operator) -> ApiResult {
    let state = &operator.state;
    let deletion = removal::delete(&state.db, &operator.by(), &slug, false).await?;
    state.hosts.forget(deletion.organization).await;
    Ok(web::accepted(&ClosedOrganization { slug, delete_after: deletion.delete_after }))
}

/// `POST platform/organizations/{slug}/restore/`
async fn restore(PathText(slug): PathText, operator: Operator) -> ApiResult {
    removal::restore(&operator.state.db, &operator.by(), &slug).await?;
    found(&operator.state, &slug).await
}

/// The job behind a move: payload `{organization, placement, by}`.
const MOVE: &str = "platform.move";

/// Adds the jobs of operators.
pub fn jobs(registry: &mut Registry, state: &AppState) {
    let state = state.clone();
    registry.handle(MOVE, move |job| {
        let state = state.clone();
        async move {
            #[derive(Deserialize)]
            struct Payload {
                organization: OrganizationId,
                placement: String,
                // Absent in jobs of an earlier version.
                #[serde(default)]
                by: By,
            }
            let payload: Payload =
                serde_json::from_value(job.payload).map_err(|error| AppError::Internal(error.into()))?;
            let to = if payload.placement == "schema" { Placement::Schema } else { Placement::Shared };
            let moved =
                placement::move_organization(&state.db, &state.owner.0, &payload.by, payload.organization, to).await?;
            state.hosts.forget(payload.organization).await;
            tracing::info!(organization = %payload.organization, rows = moved.rows, "an organization was moved");
            Ok(())
        }
    });
}

/// `GET platform/operators/`
async fn list_operators(operator: Operator, RequestUri(uri): RequestUri, Query(query): Query<PageQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let all = operators::list(&operator.state.db).await?;
    let rows = all.into_iter().map(|each| OperatorOut { id: each.id, email: each.email }).collect();
    Ok(web::ok(&web::page_links(&listing, rows), None))
}

/// `POST platform/operators/`
async fn create_operator(operator: Operator, Body(input): Body<CreateOperator>) -> ApiResult {
    let sentence = "This is not a mail address.";
    let email =
        kernel::email::normalize(&input.email).ok_or_else(|| AppError::invalid("email", "invalid", sentence))?;
    let db = &operator.state.db;
    if operators::find_operator(db, &email).await?.is_some() {
        return Err(AppError::taken("email", "There is an operator with this address.").into());
    }
    identity::password::check("password", &input.password, &email)?;
    let hash = identity::password::hash(input.password).await?;
    operators::upsert_operator(db, &operator.by(), &email, &hash).await?;
    let (id, _) = operators::find_operator(db, &email).await?.ok_or(AppError::NotFound)?;
    Ok(web::created(&OperatorOut { id, email }, None))
}

/// `DELETE platform/operators/{id}/`
async fn remove(PathId(id): PathId<OperatorId>, operator: Operator) -> ApiResult {
    operators::remove(&operator.state.db, &operator.by(), id).await?;
    Ok(web::no_content())
}

/// `GET platform/log/`
async fn log(operator: Operator, RequestUri(uri): RequestUri, Query(query): Query<LogQuery>) -> ApiResult {
    let listing = Listing::new(&uri, query.page, query.page_size, None)?;
    let window = (listing.limit(), listing.offset());
    let (count, rows) = operators::log(&operator.state.db, query.organization.as_deref(), window).await?;
    let rows = rows.into_iter().map(LogOut::from).collect();
    Ok(web::ok(&listing.page(rows, Some(count), None), None))
}

/// `POST platform/keys/rotate/`
async fn rotate(operator: Operator) -> ApiResult {
    let done = keys::rotate(&operator.state).await?;
    operators::note_alone(&operator.state.db, &operator.by(), "keys.rotated", &json!(done)).await?;
    Ok(web::ok(&done, None))
}
