//! The audit log: who did what, when, from where, with the values before and after. Rows are
//! written in the transaction of what they tell, and can only be added. [`crate::audit_chain`] makes
//! it visible when somebody with more rights alters them nevertheless.

use kernel::{AppResult, AuditEntryId, SessionId};
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::TenantTx;

/// Who acts and from where, as the audit log tells it.
#[derive(Debug, Clone)]
pub struct Origin {
    /// `user`, `customer`, `key`, `operator`, `system` or `anonymous`.
    pub kind: &'static str,
    /// The person, key or operator.
    pub id: Option<Uuid>,
    /// Shown name.
    pub name: String,
    /// The member of staff who acts as this person.
    pub impersonator: Option<Uuid>,
    /// The session.
    pub session: Option<SessionId>,
    /// Address of the peer.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// The request, as in the log.
    pub request_id: Option<String>,
}

impl Default for Origin {
    /// The product itself.
    fn default() -> Self {
        Self {
            kind: "system",
            id: None,
            name: "System".to_owned(),
            impersonator: None,
            session: None,
            ip: None,
            user_agent: None,
            request_id: None,
        }
    }
}

#[derive(Debug)]
struct Entry {
    id: AuditEntryId,
    action: &'static str,
    entity: (&'static str, Option<Uuid>),
    before: Value,
    after: Value,
}

/// What the running transaction will write.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    origin: Origin,
    entries: Vec<Entry>,
}

impl TenantTx {
    /// Says who acts in this transaction; without it the product itself does.
    pub fn act_as(&mut self, origin: Origin) {
        self.audit_mut().origin = origin;
    }

    /// Who acts in this transaction.
    pub fn origin(&mut self) -> &Origin {
        &self.audit_mut().origin
    }

    /// Notes an action for the audit log, once this transaction commits. `action` is
    /// `noun.verb-in-past-tense`; `before` and `after` hold the fields that changed (`()` for
    /// nothing) and never a secret.
    pub fn audit(
        &mut self,
        action: &'static str,
        entity: (&'static str, Option<Uuid>),
        before: &impl Serialize,
        after: &impl Serialize,
    ) {
        let json = |value: Result<Value, serde_json::Error>| cut(value.unwrap_or(Value::Null));
        let (before, after) = (json(serde_json::to_value(before)), json(serde_json::to_value(after)));
        let id = self.id();
        self.audit_mut().entries.push(Entry { id, action, entity, before, after });
    }
}

impl TenantTx {
    /// Notes a change of one thing, given as a whole before and after (`()` when it was not there, or
    /// is not any more): only the fields that differ are kept. Nothing is noted when none does.
    pub fn audit_change(
        &mut self,
        action: &'static str,
        entity: (&'static str, Option<Uuid>),
        before: &impl Serialize,
        after: &impl Serialize,
    ) {
        let fields = |value: Result<Value, serde_json::Error>| match value {
            Ok(Value::Object(fields)) => Some(fields),
            _ => None,
        };
        let (before, after) = (fields(serde_json::to_value(before)), fields(serde_json::to_value(after)));
        let differ = |own: &Option<Map<String, Value>>, other: &Option<Map<String, Value>>| -> Map<String, Value> {
            let absent = |name: &String| other.as_ref().and_then(|other| other.get(name)).unwrap_or(&Value::Null);
            let own = own.iter().flatten().filter(|(name, _)| !BOOKKEEPING.contains(&name.as_str()));
            own.filter(|(name, value)| absent(name) != *value)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let (old, new) = (differ(&before, &after), differ(&after, &before));
        if before.is_none() || after.is_none() || !old.is_empty() || !new.is_empty() {
            let some = |fields: Map<String, Value>| if fields.is_empty() { Value::Null } else { Value::Object(fields) };
            self.audit(action, entity, &some(old), &some(new));
        }
    }
}

/// Fields that follow from others, or from the entry itself.
const BOOKKEEPING: [&str; 5] = ["id", "version", "created_at", "updated_at", "ticket_count"];

/// Characters of one text in `before` and `after`.
const MAX_TEXT: usize = 2_000;

/// Long texts without their end: the log says that something changed, it is no copy of everything.
fn cut(value: Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > MAX_TEXT => {
            let kept: String = text.chars().take(MAX_TEXT).collect();
            Value::String(format!("{kept}…"))
        }
        Value::Array(items) => items.into_iter().map(cut).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, cut(value))).collect(),
        other => other,
    }
}

/// Writes what was noted, and that it waits to be chained; whether there was anything.
pub(crate) async fn flush(tx: &mut TenantTx) -> AppResult<bool> {
    let Pending { origin, entries } = std::mem::take(tx.audit_mut());
    if entries.is_empty() {
        return Ok(false);
    }
    let (organization, now) = (tx.organization(), tx.now());
    let given = |value: &Value| (!value.is_null()).then(|| value.clone());
    sqlx::query!(
        "with logged as (
           insert into audit_log (organization_id, id, occurred_at, action, actor_kind, actor_id, actor_name, impersonator_id,
               session_id, ip, user_agent, request_id, entity_kind, entity_id, before, after)
           select $1, r.id, $2, r.action, $3, $4, $5, $6, $7, $8, $9, $10, r.entity_kind, r.entity_id, r.before, r.after
             from unnest($11::uuid[], $12::text[], $13::text[], $14::uuid[], $15::jsonb[], $16::jsonb[])
               r (id, action, entity_kind, entity_id, before, after)
           returning id)
         insert into audit_unchained (organization_id, entry_id) select $1, id from logged",
        organization as _,
        now,
        origin.kind,
        origin.id,
        origin.name,
        origin.impersonator,
        origin.session as _,
        origin.ip,
        origin.user_agent,
        origin.request_id,
        &entries.iter().map(|entry| entry.id.0).collect::<Vec<_>>(),
        &entries.iter().map(|entry| entry.action.to_owned()).collect::<Vec<_>>(),
        &entries.iter().map(|entry| entry.entity.0.to_owned()).collect::<Vec<_>>(),
        &entries.iter().map(|entry| entry.entity.1).collect::<Vec<_>>() as &[Option<Uuid>],
        &entries.iter().map(|entry| given(&entry.before)).collect::<Vec<_>>() as &[Option<Value>],
        &entries.iter().map(|entry| given(&entry.after)).collect::<Vec<_>>() as &[Option<Value>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}
