//! Where tickets stand: what decides who sees them, for whoever only has to know that.

use std::collections::HashMap;

use db::TenantTx;
use kernel::{Actor, AppResult, CustomerId, TeamId, TicketId, UserId, Visibility};

use super::store::TicketRow;

/// What of a ticket decides who sees it, and what its version is.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Rises with its fields.
    pub version: i64,
    /// Who has it.
    pub assignee: Option<UserId>,
    /// Which team has it.
    pub team: Option<TeamId>,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Whether it was deleted.
    pub is_deleted: bool,
}

impl From<&TicketRow> for Standing {
    fn from(row: &TicketRow) -> Self {
        Self {
            version: row.version,
            assignee: row.assignee_id,
            team: row.team_id,
            customer: row.customer_id,
            is_deleted: row.deleted_at.is_some(),
        }
    }
}

impl Standing {
    /// Whether the actor sees a ticket that stands so.
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        match &actor.visibility {
            Visibility::All => true,
            Visibility::Teams(teams, user) => {
                self.assignee == Some(*user) || self.team.is_some_and(|team| teams.contains(&team))
            }
            Visibility::Assigned(user) => self.assignee == Some(*user),
            Visibility::Own(customer) => self.customer == Some(*customer),
        }
    }
}

/// Where these tickets stand, deleted or not.
pub async fn of(tx: &mut TenantTx, ids: &[TicketId]) -> AppResult<HashMap<TicketId, Standing>> {
    let organization = tx.organization();
    let rows = sqlx::query!(
        r#"select id, version, assignee_id, team_id, customer_id, deleted_at is not null as "is_deleted!"
             from tickets where organization_id = $1 and id = any($2)"#,
        organization as _,
        &ids.iter().map(|id| id.0).collect::<Vec<_>>()
    )
    .fetch_all(&mut **tx)
    .await?;
    let standing =
        |version, assignee, team, customer, is_deleted| Standing { version, assignee, team, customer, is_deleted };
    Ok(rows
        .into_iter()
        .map(|row| (row.id, standing(row.version, row.assignee_id, row.team_id, row.customer_id, row.is_deleted)))
        .collect())
}
