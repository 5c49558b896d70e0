//! The words of automatic mails: kept by organization, filled in with `{placeholders}`.

use db::TenantTx;
use kernel::AppResult;

/// Key, subject and body of each mail an organization starts with.
const SHIPPED: [(&str, &str, &str); 12] = [
    (
        "created",
        "[{reference}] We have received your request",
        "Hello,\n\nyour request has reached {organization}. Its number is {reference}; please answer to this mail to add to it.\n\n\
         We will get back to you.\n\n{organization}",
    ),
    (
        "assigned",
        "[{reference}] Assigned to you: {subject}",
        "Hello {name},\n\n{actor} gave you the ticket {reference}: {subject}\n\nPriority: {priority}\nDue: {due_at}\n\n{url}",
    ),
    (
        "updated",
        "[{reference}] Updated: {subject}",
        "Hello {name},\n\n{actor} changed your ticket {reference}: {subject}\n\n{changes}\n\n{url}",
    ),
    (
        "team_assigned",
        "[{reference}] For your team {team}: {subject}",
        "Hello {name},\n\n{actor} gave the ticket {reference} to your team {team}: {subject}\n\nPriority: {priority}\nDue: {due_at}\n\n{url}",
    ),
    (
        "mentioned",
        "[{reference}] {actor} mentioned you: {subject}",
        "Hello {name},\n\n{actor} mentioned you in a note on the ticket {reference}: {subject}\n\n{changes}\n\n{url}",
    ),
    (
        "deadline",
        "[{reference}] Deadline: {subject}",
        "Hello {name},\n\na deadline of your ticket {reference} needs you: {subject}\n\n{changes}\n\nDue: {due_at}\n\n{url}",
    ),
    (
        "not_sent",
        "[{reference}] Your message was not sent: {subject}",
        "Hello {name},\n\nyour message in the ticket {reference} could not be sent, and is your draft again: {subject}\n\n{url}",
    ),
    (
        "invitation",
        "Your account at {organization}",
        "Hello,\n\n{organization} has opened an account for this address. Choose a password with this link; it works once, within seven days:\n\n\
         {link}\n\n{organization}",
    ),
    (
        "password_reset",
        "Set another password",
        "Hello,\n\nsomebody, probably you, asked for another password at {organization}. This link sets it; it works once, within an hour:\n\n\
         {link}\n\nIf it was not you, do nothing: your password stays as it is.\n\n{organization}",
    ),
    (
        "registration",
        "Confirm your address",
        "Hello,\n\nsomebody, probably you, wants to open an account at {organization} with this address. This link opens it; it works once, within a day:\n\n\
         {link}\n\nIf it was not you, do nothing and do not follow the link: then there will be no account.\n\n{organization}",
    ),
    (
        "account_exists",
        "You have an account already",
        "Hello,\n\nsomebody, probably you, wanted to open an account at {organization} with this address. There is one already. \
         If you do not know its password, this link sets another one; it works once, within an hour:\n\n\
         {link}\n\nIf it was not you, do nothing: nothing has changed.\n\n{organization}",
    ),
    (
        "password_changed",
        "Your password was changed",
        "Hello,\n\nthe password of your account at {organization} was changed just now, and you were signed out everywhere else.\n\n\
         If it was not you, ask for another password at once, and tell us.\n\n{organization}",
    ),
];

/// Writes the shipped templates that are missing.
pub async fn provision(tx: &mut TenantTx) -> AppResult<()> {
    let (organization, now) = (tx.organization(), tx.now());
    let column = |of: fn(&(&str, &str, &str)) -> String| SHIPPED.iter().map(of).collect::<Vec<_>>();
    sqlx::query!(
        "insert into mail_templates (organization_id, key, subject, body, updated_at)
         select $1, t.key, t.subject, t.body, $2 from unnest($3::text[], $4::text[], $5::text[]) t (key, subject, body)
         on conflict do nothing",
        organization as _,
        now,
        &column(|template| template.0.to_owned()),
        &column(|template| template.1.to_owned()),
        &column(|template| template.2.to_owned()),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Subject and body of a template, filled in.
pub async fn filled(tx: &mut TenantTx, key: &str, values: &[(&str, &str)]) -> AppResult<(String, String)> {
    let organization = tx.organization();
    let row = sqlx::query!(
        "select subject, body from mail_templates where organization_id = $1 and key = $2",
        organization as _,
        key
    )
    .fetch_optional(&mut **tx)
    .await?;
    let (subject, body) = match row {
        Some(row) => (row.subject, row.body),
        None => SHIPPED
            .iter()
            .find(|shipped| shipped.0 == key)
            .map(|shipped| (shipped.1.to_owned(), shipped.2.to_owned()))
            .unwrap_or_default(),
    };
    Ok((fill(&subject, values), fill(&body, values)))
}

/// One pass from left to right: what a value contains is never taken for a placeholder.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let (mut out, mut rest) = (String::with_capacity(template.len()), template);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known =
            after.split_once('}').and_then(|(name, tail)| Some((values.iter().find(|(key, _)| *key == name)?.1, tail)));
        match known {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_are_not_templates() {
        assert_eq!(fill("{a} and {b}, {c}", &[("a", "{b}"), ("b", "2")]), "{b} and 2, {c}");
        assert_eq!(fill("{", &[]), "{");
    }
}
