//! Tickets and everything around them: conversation, customers, SLA, files.

pub mod content;
pub mod conversation;
pub mod files;
pub mod tickets;

use web::Routes;

/// Adds the routes of this context.
pub fn routes(table: &mut Routes) {
    table.add(conversation::routes());
    table.add(files::routes());
    table.add(tickets::routes());
}
