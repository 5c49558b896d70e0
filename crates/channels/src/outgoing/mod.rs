//! Mail out: who is written to because of what, and the delivery of it.
//!
//! A subscriber turns an event into rows of `outgoing_mails` (at most one for each event and
//! recipient, by UNIQUE) with a job that sends each. A row keeps its Message-ID through all
//! attempts, so that a repeated delivery is recognizable. Without a mail server mails are caught:
//! written to a file, and their state says so.
//!
//! Customers hear of a created ticket and of public replies; staff of what their notifications say,
//! as far as they want mail about it. Nobody hears of automatic mail, and no address gets more than ten
//! confirmations an hour.
//!
//! Mails about an account carry one-time links. Their secrets are put in when the mail leaves and
//! lie nowhere before; nothing that a stranger wrote is in them.
//!
//! Tables: `outgoing_mails`.

mod accounts;
mod catcher_api;
mod failed;
mod notify;
mod play;
mod send;
mod store;

use db::{TenantTx, worker::Registry};
use kernel::{AppResult, OutgoingMailId, TicketId};
use support::facade;
use web::{AppState, Route};

pub use send::{Mailer, Transport};
pub use store::OutgoingRow;

/// Sends one mail: payload `{mail}`.
pub const SEND_JOB: &str = "mail.send";

/// The route table: what failed, and what a demo shows of mail.
pub fn routes() -> Vec<Route> {
    [failed::routes(), catcher_api::routes(), play::routes()].into_iter().flatten().collect()
}

/// Adds the subscribers and the sending job.
pub fn jobs(registry: &mut Registry, state: &AppState, mailer: &Mailer) {
    macro_rules! subscribe {
        ($topics:expr, $name:literal, $handler:path) => {{
            let state = state.clone();
            registry.subscribe($topics, $name, move |job| {
                let state = state.clone();
                async move { $handler(&state, &job).await.map_err(Into::into) }
            });
        }};
    }
    subscribe!(&[facade::TICKET_CREATED], "mail.ticket_created", notify::ticket_created);
    subscribe!(&[facade::MESSAGE_CREATED], "mail.message_created", notify::message_created);
    subscribe!(&[facade::MESSAGE_RETRIED], "mail.message_retried", notify::message_retried);
    subscribe!(&[identity::facade::LINK_CREATED], "mail.link_created", accounts::link_created);
    subscribe!(&[identity::facade::PASSWORD_CHANGED], "mail.password_changed", accounts::password_changed);
    let told = state.clone();
    registry.handle(facade::NOTIFICATION_MAIL_JOB, move |job| {
        let state = told.clone();
        async move { notify::notification(&state, &job).await.map_err(Into::into) }
    });
    let (state, mailer) = (state.clone(), mailer.clone());
    registry.handle(SEND_JOB, move |job| {
        let (state, mailer) = (state.clone(), mailer.clone());
        async move { send::run(&state, &mailer, &job).await }
    });
}

/// The ticket of a mail of ours.
pub async fn ticket_of(tx: &mut TenantTx, mail: OutgoingMailId) -> AppResult<Option<TicketId>> {
    Ok(find(tx, mail).await?.and_then(|mail| mail.ticket_id))
}

/// One mail of ours.
pub async fn find(tx: &mut TenantTx, mail: OutgoingMailId) -> AppResult<Option<OutgoingRow>> {
    let organization = tx.organization();
    Ok(store::find(tx, organization, mail).await?)
}

/// Notes that a mail came back.
pub async fn set_failed(tx: &mut TenantTx, mail: OutgoingMailId, error: &str) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    Ok(store::set_state(tx, organization, mail, ("failed", Some(error)), 0, Some(now)).await?)
}
