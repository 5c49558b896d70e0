//! Tickets and everything around them: conversation, customers, SLA, files.

use web::Routes;

/// Adds the routes of this context.
pub fn routes(_table: &mut Routes) {}
