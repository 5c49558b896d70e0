//! Who the caller is.

use web::{ApiResult, Member, Read};

use crate::sessions::wire::Me;

/// `GET auth/me/`
pub async fn handler(cx: Member<Read>) -> ApiResult {
    Ok(web::ok(&Me::new(&cx.actor, &cx.organization), None))
}
