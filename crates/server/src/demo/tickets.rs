//! Ninety days of tickets.

use chrono::{DateTime, TimeDelta, Utc};
use db::TenantTx;
use kernel::{Actor, AppError, AppResult, FileId, ManualClock, OrganizationId, TicketId};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
use support::facade::{self, Changes, NewFile, NewMessage, NewTicket, Prepared, Priority};
use web::AppState;

use super::{
    HISTORY,
    content::{Content, Conversation, From},
    people::People,
};

/// Tickets of an organization.
pub const TICKETS: usize = 600;
/// Times that one conversation is used at the most.
#[cfg(test)]
pub const USES: usize = 5;
/// Tickets of the last day.
const RECENT: usize = 12;
/// Tickets with an attachment.
const FILES: usize = 40;

/// How a ticket ends, as far as time allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Resolved,
    Reopened,
    Cancelled,
    OnHold,
    Going,
    /// Nobody has looked at it.
    Untouched,
}

/// The words of one ticket.
struct Words<'a> {
    conversation: &'a Conversation,
    fill: [(&'static str, String); 4],
}

impl<'a> Words<'a> {
    fn new(content: &'a Content, index: usize, rng: &mut impl Rng) -> AppResult<Self> {
        let conversation = content
            .conversations
            .get(index % content.conversations.len().max(1))
            .ok_or_else(|| AppError::internal("the demo has no conversations"))?;
        let mut pick = |list: &[String]| list.get(rng.random_range(0..list.len().max(1))).cloned().unwrap_or_default();
        let (equipment, part, street) = (pick(&content.equipment), pick(&content.part), pick(&content.street));
        let number = format!("INV-{}", 20_000 + rng.random_range(0..79_999));
        Ok(Self {
            conversation,
            fill: [("{equipment}", equipment), ("{part}", part), ("{street}", street), ("{ref}", number)],
        })
    }

    fn say(&self, text: &str) -> String {
        self.fill.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

/// Small files as people send them, stored before the transaction begins to use them.
pub async fn prepare_files(
    state: &AppState,
    organization: OrganizationId,
    content: &Content,
) -> AppResult<Vec<Prepared>> {
    let mut rng = StdRng::seed_from_u64(7);
    let mut files = Vec::with_capacity(FILES);
    for index in 0..FILES {
        let item = content.equipment.get(index % content.equipment.len().max(1)).cloned().unwrap_or_default();
        let (name, text) = if index % 2 == 0 {
            let rows: String =
                (0..24).map(|hour| format!("{hour:02}:00;{item};{:.1}\n", rng.random_range(12.0..74.0_f64))).collect();
            (format!("readings-{}.csv", index + 1), format!("time;device;value\n{rows}"))
        } else {
            let rows: String = (0..12)
                .map(|line| {
                    format!(
                        "{line:03} {item} code E{:02} repeated {} times\n",
                        rng.random_range(1..60),
                        rng.random_range(1..9)
                    )
                })
                .collect();
            (format!("log-{}.txt", index + 1), rows)
        };
        let new = NewFile { name: &name, content_id: None, bytes: text.into_bytes().into() };
        files.push(facade::prepare_file(state, organization, new).await?);
    }
    Ok(files)
}

/// Writes all tickets in the order in which they came.
pub async fn load(
    tx: &mut TenantTx,
    clock: &ManualClock,
    now: DateTime<Utc>,
    content: &Content,
    people: &People,
    files: Vec<Prepared>,
) -> AppResult<()> {
    let mut rng = StdRng::seed_from_u64(42);
    let mut moments: Vec<DateTime<Utc>> = (0..TICKETS).map(|index| moment(now, index, &mut rng)).collect();
    moments.sort_unstable();
    let mut files = files.into_iter();
    for (index, created_at) in moments.into_iter().enumerate() {
        let file = if index % (TICKETS / FILES) == 3 { files.next() } else { None };
        let words = Words::new(content, index, &mut rng)?;
        let mut story = Story { tx, clock, now, people, words, rng: &mut rng };
        story.at(created_at);
        story.tell(index, file).await?;
    }
    Ok(())
}

/// Somewhere in the ninety days, mostly by day; the last few within the last day.
fn moment(now: DateTime<Utc>, index: usize, rng: &mut impl Rng) -> DateTime<Utc> {
    let minutes =
        if index < RECENT { rng.random_range(20..1_200) } else { rng.random_range(600..HISTORY.num_minutes() - 600) };
    let moment = now - TimeDelta::minutes(minutes);
    let hour = moment.time().format("%H").to_string().parse::<i64>().unwrap_or(12);
    let shifted = if index >= RECENT && !(6..20).contains(&hour) { moment + TimeDelta::hours(9) } else { moment };
    shifted.min(now - TimeDelta::minutes(15))
}

/// One ticket being told; time only goes forward and never beyond the present.
struct Story<'a> {
    tx: &'a mut TenantTx,
    clock: &'a ManualClock,
    now: DateTime<Utc>,
    people: &'a People,
    words: Words<'a>,
    rng: &'a mut StdRng,
}

impl Story<'_> {
    fn at(&self, moment: DateTime<Utc>) {
        self.clock.advance(moment - self.tx.now());
    }

    /// Lets between so many minutes pass; false when that would be in the future.
    fn wait(&mut self, from: i64, to: i64) -> bool {
        let later = self.tx.now() + TimeDelta::seconds(self.rng.random_range(from * 60..to * 60));
        let possible = later < self.now;
        if possible {
            self.at(later);
        }
        possible
    }

    async fn tell(&mut self, index: usize, file: Option<Prepared>) -> AppResult<()> {
        let people = self.people;
        let (Some((customer, customer_actor)), Some((agent, agent_id, team, team_name))) = (
            people.customers.get(self.rng.random_range(0..people.customers.len().max(1))),
            people.agents.get(self.rng.random_range(0..people.agents.len().max(1))),
        ) else {
            return Ok(());
        };
        let end = self.end(index);
        let conversation = self.words.conversation;
        let mut attachments: Vec<FileId> = Vec::new();
        if let Some(file) = &file {
            attachments.push(facade::record_file(self.tx, file, customer_actor.person).await?);
        }
        let new = NewTicket {
            priority: Priority::parse(&conversation.priority).unwrap_or(Priority::Medium),
            kind: conversation.kind.clone(),
            category: Some(conversation.category.clone()),
            customer: Some(*customer),
            silent: true,
            ..NewTicket::plain(self.words.say(&conversation.subject), &conversation.channel)
        };
        let first = conversation.messages.first().map_or_else(String::new, |message| self.words.say(&message.body));
        let message = NewMessage { files: &attachments, ..quiet(NewMessage::incoming(first)) };
        let (ticket, _) = facade::create_ticket(self.tx, customer_actor, new, message).await?;
        if end == End::Untouched || !self.wait(5, 240) {
            return Ok(());
        }
        let changes = Changes {
            assignee: Some(Some((*agent_id, agent.name.clone()))),
            team: Some(Some((*team, team_name.clone()))),
            tags: Some(sorted(&conversation.tags)).filter(|tags| !tags.is_empty()),
            ..Changes::default()
        };
        self.change(ticket, agent, changes).await?;
        self.status(ticket, agent, if index.is_multiple_of(3) { "in_progress" } else { "open" }, None).await?;
        if !self.converse(ticket, agent, customer_actor).await? {
            return Ok(());
        }
        self.finish(ticket, agent, customer_actor, end).await
    }

    /// By age and turn: what is old is done, every way to end occurs, and some promises are broken as everywhere.
    fn end(&mut self, index: usize) -> End {
        let age = self.now - self.tx.now();
        let has_agent = self.words.conversation.messages.iter().any(|message| message.from == From::Agent);
        match index % 20 {
            7 => End::Cancelled,
            11 if age < TimeDelta::days(8) => End::Reopened,
            13 if age < TimeDelta::days(10) => End::OnHold,
            17 if age < TimeDelta::days(6) => End::Going,
            _ if !has_agent && age < TimeDelta::days(2) => End::Untouched,
            _ if age < TimeDelta::hours(20) => match index % 5 {
                0 | 2 => End::Untouched,
                3 => End::Resolved,
                _ => End::Going,
            },
            _ if age < TimeDelta::days(4) => {
                if index % 3 == 1 {
                    End::Going
                } else {
                    End::Resolved
                }
            }
            _ if index % 4 == 1 => End::Resolved,
            _ => End::Closed,
        }
    }

    /// The rest of the conversation; false when the present was reached.
    async fn converse(&mut self, ticket: TicketId, agent: &Actor, customer: &Actor) -> AppResult<bool> {
        let conversation = self.words.conversation;
        for message in conversation.messages.iter().skip(1) {
            let (from, to) = match message.from {
                From::Customer => (40, 1_500),
                From::Agent => (10, 300),
                From::Note => (3, 60),
            };
            if !self.wait(from, to) {
                return Ok(false);
            }
            let body = self.words.say(&message.body);
            match message.from {
                From::Customer => {
                    let row = self.load(ticket).await?;
                    facade::add_customer_message(
                        self.tx,
                        customer,
                        &row,
                        &conversation.channel,
                        quiet(NewMessage::incoming(body)),
                    )
                    .await?;
                }
                From::Agent => {
                    let to = vec![customer.email.clone()];
                    let reply = NewMessage { direction: "out", to, ..quiet(NewMessage::incoming(body)) };
                    facade::add_message(self.tx, agent, ticket, reply).await?;
                    let responded = Changes { responded: true, ..Changes::default() };
                    self.change(ticket, agent, responded).await?;
                }
                From::Note => {
                    let note =
                        NewMessage { direction: "out", visibility: "internal", ..quiet(NewMessage::incoming(body)) };
                    facade::add_message(self.tx, agent, ticket, note).await?;
                }
            }
        }
        Ok(true)
    }

    async fn finish(&mut self, ticket: TicketId, agent: &Actor, customer: &Actor, end: End) -> AppResult<()> {
        let waits = matches!(self.words.conversation.messages.last(), Some(message) if message.from == From::Agent);
        match end {
            End::Untouched => {}
            End::Going => {
                if waits && self.wait(1, 10) {
                    self.status(ticket, agent, "pending", None).await?;
                }
            }
            End::OnHold => {
                if self.wait(5, 60) {
                    self.status(ticket, agent, "on_hold", Some("Waits for a supplier.")).await?;
                }
            }
            End::Cancelled => {
                if self.wait(30, 600) {
                    self.status(ticket, agent, "cancelled", Some("The customer does not need it any more.")).await?;
                }
            }
            End::Resolved | End::Closed | End::Reopened => {
                if !self.wait(10, 900) {
                    return Ok(());
                }
                self.status(ticket, agent, "resolved", None).await?;
                if end == End::Closed && self.wait(2_880, 7_200) {
                    self.status(ticket, agent, "closed", None).await?;
                }
                if end == End::Reopened && self.wait(600, 4_000) {
                    self.status(ticket, customer, "reopened", Some("It came back.")).await?;
                }
            }
        }
        Ok(())
    }

    async fn load(&mut self, ticket: TicketId) -> AppResult<facade::Ticket> {
        facade::find_ticket(self.tx, ticket, true).await?.ok_or(AppError::NotFound)
    }

    async fn change(&mut self, ticket: TicketId, actor: &Actor, changes: Changes) -> AppResult<()> {
        let row = self.load(ticket).await?;
        facade::change_ticket(self.tx, actor, &row, Changes { silent: true, ..changes }).await.map(|_| ())
    }

    async fn status(&mut self, ticket: TicketId, actor: &Actor, key: &str, reason: Option<&str>) -> AppResult<()> {
        let organization = self.tx.organization();
        let status = facade::find_status(self.tx, organization, key).await?;
        let changes = Changes { status, reason: reason.map(str::to_owned), ..Changes::default() };
        self.change(ticket, actor, changes).await
    }
}

fn quiet(message: NewMessage<'_>) -> NewMessage<'_> {
    NewMessage { silent: true, ..message }
}

fn sorted(tags: &[String]) -> Vec<String> {
    let mut tags = tags.to_vec();
    tags.sort_unstable();
    tags.dedup();
    tags
}
