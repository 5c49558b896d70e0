//! Giving a file out: a redirect to a signed link, and the link itself.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use db::Mode;
use kernel::{Actor, AppError, AppResult, FileId, Permission};
use object_store::{ObjectStoreExt, path::Path};
use web::{ApiResult, Member, PathId, Public, Query, Read, Ref, link};

use crate::{
    files::{
        model,
        store::{self, FileRow},
        wire::SignedLink,
    },
    tickets::{policy::load_for, store::Lock},
};

/// `GET files/{id}/`
pub async fn handler(PathId(id): PathId<FileId>, mut cx: Member<Read>) -> ApiResult {
    let organization = cx.organization.id;
    let file = store::find(&mut cx.tx, organization, id).await?.ok_or(AppError::NotFound)?;
    let actor = cx.actor.clone();
    check_visible(&mut cx.tx, &actor, &file).await?;
    let query = link::sign(&cx.state.keys.derive("file-link"), organization, id, cx.tx.now());
    Ok(web::redirect(&format!("/api/v1/files/{id}/content/?{query}")))
}

/// Its uploader sees a file that hangs nowhere; else whoever sees the message.
async fn check_visible(tx: &mut db::TenantTx, actor: &Actor, file: &FileRow) -> AppResult<()> {
    let organization = tx.organization();
    let Some(message) = file.message_id else {
        let own = file.uploader_kind == actor.person.kind() && file.uploader_id == actor.person.uuid();
        return if own { Ok(()) } else { Err(AppError::NotFound) };
    };
    let (ticket, is_public) = store::place(tx, organization, message).await?.ok_or(AppError::NotFound)?;
    if !is_public && !actor.is_internal() {
        return Err(AppError::NotFound);
    }
    load_for(tx, actor, &Ref::Id(ticket), Permission::TicketRead, Lock::None).await.map(|_| ())
}

/// `GET files/{id}/content/`
pub async fn content(PathId(id): PathId<FileId>, public: Public, Query(signed): Query<SignedLink>) -> ApiResult {
    let now = public.state.db.now();
    let keys = [vec![public.state.keys.derive("file-link")], public.state.keys.accepted("file-link")].concat();
    let foreign = public.organization.as_ref().is_some_and(|host| host.id != signed.organization);
    let is_good = |key| link::is_good(key, signed.organization, id, signed.expires, &signed.signature, now);
    if foreign || !keys.iter().any(is_good) {
        return Err(AppError::NotFound.into());
    }
    let mut tx = db::TenantTx::system(&public.state.db, signed.organization, Mode::Read).await?;
    let file = store::find(&mut tx, signed.organization, id).await?.ok_or(AppError::NotFound)?;
    drop(tx);
    let object = public.state.files.get(&Path::from(file.object_key.as_str())).await;
    let object = object.map_err(|error| match error {
        object_store::Error::NotFound { .. } => AppError::NotFound,
        other => AppError::Internal(other.into()),
    })?;
    Ok(answer(&file, Body::from_stream(object.into_stream())))
}

fn answer(file: &FileRow, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let shown = model::is_inline(&file.content_type);
    let kind = if shown { file.content_type.as_str() } else { "application/octet-stream" };
    let disposition =
        format!("{}; filename*=UTF-8''{}", if shown { "inline" } else { "attachment" }, percent(&file.name));
    for (name, value) in [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_LENGTH, file.size.to_string()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

/// RFC 8187: everything but the plain characters as percent bytes.
fn percent(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}
