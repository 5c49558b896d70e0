//! Which ticket a mail belongs to.

use db::TenantTx;
use kernel::{AppResult, OutgoingMailId, TicketId};
use support::facade::{self, Ticket};

use crate::{
    mail::{
        parse::ParsedMail,
        token::{MailKey, verify_message_id, verify_reply_address},
    },
    outgoing,
};

/// Where a mail goes.
#[derive(Debug)]
pub enum Place {
    /// Into this ticket (locked), by somebody who takes part. Whether a signature of ours led there.
    Ticket { ticket: Box<Ticket>, signed: bool },
    /// Into this ticket (locked), but its sender takes no part: seen by staff only.
    ThirdParty(Box<Ticket>),
    /// A new ticket, which may belong to this one.
    New { likely: Option<TicketId> },
}

/// Finds the place of a mail that came to `mailbox`. Tickets of a customer who was removed are over.
pub async fn place(tx: &mut TenantTx, key: &MailKey, mailbox: &str, mail: &ParsedMail) -> AppResult<Place> {
    if let Some(outgoing) = signed(tx, key, mailbox, mail)
        && let Some(ticket) = outgoing::ticket_of(tx, outgoing).await?
        && let Some(ticket) = facade::find_ticket(tx, ticket, true).await?
    {
        if ticket.is_customer_removed() {
            return Ok(Place::New { likely: Some(ticket.id) });
        }
        let ticket = Box::new(ticket);
        return Ok(if takes_part(tx, &ticket, mail).await? {
            Place::Ticket { ticket, signed: true }
        } else {
            Place::ThirdParty(ticket)
        });
    }
    let references = newest_first(mail);
    if let Some(id) = facade::ticket_of_mail(tx, &references).await?
        && let Some(ticket) = facade::find_ticket(tx, id, true).await?
    {
        if !ticket.is_customer_removed() && takes_part(tx, &ticket, mail).await? {
            return Ok(Place::Ticket { ticket: Box::new(ticket), signed: false });
        }
        return Ok(Place::New { likely: Some(id) });
    }
    let likely = match reference_in(&mail.subject) {
        Some(reference) => facade::find_ticket_by_reference(tx, reference).await?,
        None => None,
    };
    Ok(Place::New { likely })
}

/// The mail of ours that this one answers, by a reply address or a Message-ID that we signed.
pub fn signed(tx: &TenantTx, key: &MailKey, mailbox: &str, mail: &ParsedMail) -> Option<OutgoingMailId> {
    let organization = tx.organization().0;
    let addressed = mail.delivered_to.iter().chain(mail.to.iter().chain(&mail.cc).map(|address| &address.email));
    let by_address =
        addressed.filter_map(|candidate| verify_reply_address(key, organization, mailbox, candidate)).next();
    let by_id = || newest_first(mail).iter().find_map(|id| verify_message_id(key, organization, id));
    by_address.or_else(by_id).map(OutgoingMailId)
}

/// In-Reply-To, then References from the newest.
fn newest_first(mail: &ParsedMail) -> Vec<String> {
    mail.in_reply_to.iter().chain(mail.references.iter().rev()).cloned().collect()
}

/// Whether the one sender is the ticket's customer or gets copies.
async fn takes_part(tx: &mut TenantTx, ticket: &Ticket, mail: &ParsedMail) -> AppResult<bool> {
    if mail.ambiguous_sender {
        return Ok(false);
    }
    let sender = mail.from.email.to_lowercase();
    if ticket.customer_email.as_deref() == Some(sender.as_str()) {
        return Ok(true);
    }
    Ok(facade::participants(tx, ticket.id).await?.contains(&sender))
}

/// The first word of the subject that looks like a reference: `TK-2026-00042`.
fn reference_in(subject: &str) -> Option<&str> {
    subject.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').find(|word| {
        let mut parts = word.split('-');
        let prefix = parts
            .next()
            .is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
        let year = parts.next().is_some_and(|p| p.len() == 4 && p.bytes().all(|b| b.is_ascii_digit()));
        let number = parts.next().is_some_and(|p| (1..=12).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit()));
        prefix && year && number && parts.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::reference_in;

    #[test]
    fn references_are_seen_in_subjects() {
        assert_eq!(reference_in("Re: Heating [TK-2026-00042] again"), Some("TK-2026-00042"));
        assert_eq!(reference_in("Re: Heating (HVAC-2026-7)"), Some("HVAC-2026-7"));
        for none in ["", "TK-2026", "tk-2026-1", "A-B-C", "2026-11-21 report of x-1234-1-1"] {
            assert_eq!(reference_in(none).filter(|found| !found.starts_with("2026")), None, "{none}");
        }
    }
}
