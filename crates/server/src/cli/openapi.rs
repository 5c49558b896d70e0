//! `openapi`: what the API is, without a database.

use kernel::RoleKey;
use web::Access;

use super::output::{Output, table};
use crate::{compose, failure::Failure};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print who may call what instead.
    #[arg(long)]
    permissions: bool,
}

pub(super) fn run(args: &Args, out: Output) -> Result<(), Failure> {
    if args.permissions {
        out.say(&permissions(), &serde_json::json!(rows()));
        return Ok(());
    }
    // The document is JSON already, for people too.
    Output { json: false }.say(&document()?, &serde_json::Value::Null);
    Ok(())
}

/// The description of the API, as in `openapi.json`.
pub fn document() -> Result<String, Failure> {
    let document = compose::routes().build().1;
    document
        .to_pretty_json()
        .map_err(|error| Failure::new(format!("The description of the API cannot be written: {error}.")))
}

/// Who may call what, as in `docs/generated/permissions.txt`.
pub fn permissions() -> String {
    table(&rows())
}

/// A head, then a row for each route, in the order of their paths.
fn rows() -> Vec<Vec<String>> {
    let mark = |allowed: bool| if allowed { "✔" } else { "✘" }.to_owned();
    let head = ["METHOD", "PATH", "OPERATION", "NEEDS", "anonymous"].map(str::to_owned);
    let roles = RoleKey::ALL.map(|role| role.as_str().to_owned());
    let head = [&head[..], &roles, &["operator".to_owned()]].concat();
    let mut rows: Vec<Vec<String>> = compose::routes()
        .0
        .iter()
        .map(|route| {
            let (operation, method, path, access) = route.describe();
            let needs = match access {
                Access::Public => "-",
                Access::Operator => "operator",
                Access::Needs(permission) => permission.as_str(),
            };
            let mut row = vec![method.to_string(), path, operation.to_owned(), needs.to_owned()];
            row.push(mark(access == Access::Public));
            row.extend(RoleKey::ALL.map(|role| {
                mark(match access {
                    Access::Public => true,
                    Access::Operator => false,
                    Access::Needs(permission) => role.permissions().contains(&permission),
                })
            }));
            row.push(mark(!matches!(access, Access::Needs(_))));
            row
        })
        .collect();
    rows.sort_by(|a, b| (a.get(1), a.first()).cmp(&(b.get(1), b.first())));
    rows.insert(0, head);
    rows
}

#[cfg(test)]
mod tests {
    use super::permissions;

    #[test]
    fn every_route_names_who_may_call_it() {
        let table = permissions();
        let line = |operation: &str| table.lines().find(|line| line.contains(operation)).unwrap().to_owned();
        assert_eq!(line("users_create").matches('✔').count(), 2);
        assert_eq!(line("auth_login ").matches('✘').count(), 0);
    }
}
