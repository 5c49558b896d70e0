//! The audit log as a table, for other programs.

use axum::{
    body::{Body, Bytes},
    http::header,
    response::IntoResponse,
};
use chrono::SecondsFormat;
use db::{Mode, Tenant, TenantTx};
use futures_util::stream;
use kernel::AppResult;
use serde_json::Value;
use web::{ApiResult, AppState, Query, Staff, Write};

use crate::audit::{
    search::{self, Filter, Order, Row},
    wire::{EntryOut, Filters},
};

/// Lines that are in memory at a time.
const CHUNK: i64 = 500;

const COLUMNS: [&str; 16] = [
    "id",
    "created_at",
    "action",
    "actor_type",
    "actor_id",
    "actor_name",
    "impersonator",
    "ip",
    "user_agent",
    "request_id",
    "entity_type",
    "entity_id",
    "before",
    "after",
    "seq",
    "hash",
];

/// `GET audit-log/export/`. That it is made is in the log before its first line is sent.
pub async fn handler(mut cx: Staff<Write>, Query(query): Query<Filters>) -> ApiResult {
    let filter = Filter::read(query.clone())?;
    let organization = cx.organization.clone();
    cx.tx.audit("audit_log.exported", ("organization", Some(organization.id.0)), &(), &query);
    let export = Export { state: cx.state.clone(), tenant: organization.tenant(), filter, order: Some(Order::NEWEST) };
    let first = Bytes::from(line(COLUMNS.map(str::to_owned)));
    let lines = stream::try_unfold((export, Some(first)), async |(export, first)| match first {
        Some(first) => Ok::<_, kernel::AppError>(Some((first, (export, None)))),
        None => Ok(export.next().await?.map(|(bytes, export)| (bytes, (export, None)))),
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    cx.commit((headers, Body::from_stream(lines)).into_response()).await
}

/// What is still to be sent. No transaction is open while the reader is slow.
struct Export {
    state: AppState,
    tenant: Tenant,
    filter: Filter,
    /// None behind the last line.
    order: Option<Order>,
}

impl Export {
    async fn next(mut self) -> AppResult<Option<(Bytes, Self)>> {
        let Some(order) = self.order.take() else { return Ok(None) };
        let mut tx = TenantTx::system(&self.state.db, self.tenant, Mode::Read).await?;
        let rows = search::list(&mut tx, &self.filter, &order, (CHUNK, 0)).await?;
        drop(tx);
        if i64::try_from(rows.len()).is_ok_and(|rows| rows == CHUNK) {
            self.order = rows.last().map(|last| order.behind(last));
        }
        let text: String = rows.into_iter().map(|row| line(cells(row))).collect();
        Ok((!text.is_empty()).then(|| (Bytes::from(text), self)))
    }
}

fn cells(row: Row) -> [String; 16] {
    let EntryOut {
        id,
        created_at,
        action,
        actor,
        impersonator,
        ip,
        user_agent,
        request_id,
        entity,
        before,
        after,
        chained,
    } = row.into();
    let (actor_type, actor_id, actor_name) =
        actor.map_or_else(Default::default, |actor| (actor.kind, actor.id.unwrap_or_default(), actor.name));
    let (seq, hash) = chained.map_or_else(Default::default, |chained| (chained.seq.to_string(), chained.hash));
    let json = |value: Option<Value>| value.map_or_else(String::new, |value| value.to_string());
    [
        id.to_string(),
        created_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        action,
        actor_type,
        actor_id,
        actor_name,
        impersonator.unwrap_or_default(),
        ip.unwrap_or_default(),
        user_agent.unwrap_or_default(),
        request_id.unwrap_or_default(),
        entity.kind,
        entity.id.unwrap_or_default(),
        json(before),
        json(after),
        seq,
        hash,
    ]
}

/// One line of RFC 4180.
fn line(cells: [String; 16]) -> String {
    let cells = cells.map(|cell| quoted(&cell));
    format!("{}\r\n", cells.join(","))
}

/// A cell that no spreadsheet takes for a formula.
fn quoted(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn cells_are_no_formulas() {
        assert_eq!(quoted("plain, \"text\""), "\"plain, \"\"text\"\"\"");
        for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(quoted(bad), format!("\"'{bad}\""));
        }
        assert_eq!(quoted(""), "\"\"");
    }
}
