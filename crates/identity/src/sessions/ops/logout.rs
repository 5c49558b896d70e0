//! Ends the caller's session.

use web::{ApiResult, Member, Write};

use crate::sessions::{cookie, store};

/// `POST auth/logout/`
pub async fn handler(mut cx: Member<Write>) -> ApiResult {
    if let Some(session) = cx.actor.session {
        let (organization, now) = (cx.organization.id, cx.tx.now());
        store::revoke(&mut cx.tx, organization, session, now).await?;
        cx.tx.audit("session.ended", ("session", Some(session.0)), &(), &());
    }
    let mut response = web::no_content();
    cookie::set(&cx.state.config, &mut response, "", 0);
    cx.commit(response).await
}
