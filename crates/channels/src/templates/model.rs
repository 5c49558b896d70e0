//! The shipped texts, and what may stand in one. Pure.

/// A system mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// Stable.
    pub key: &'static str,
    /// What can stand in it, as `{name}`.
    pub variables: &'static [&'static str],
    /// Without its link the mail would be of no use.
    pub needs_link: bool,
    /// One line.
    pub subject: &'static str,
    /// Plain text.
    pub body: &'static str,
}

/// Each mail that an organization starts with.
pub const SHIPPED: &[Shipped] = &[
    Shipped {
        key: "created",
        variables: &["reference", "organization"],
        needs_link: false,
        subject: "[{reference}] We have received your request",
        body: "Hello,\n\nyour request has reached {organization}. Its number is {reference}; please answer to this mail to add to it.\n\n\
         We will get back to you.\n\n{organization}",
    },
    Shipped {
        key: "assigned",
        variables: &["reference", "name", "actor", "subject", "priority", "due_at", "url"],
        needs_link: false,
        subject: "[{reference}] Assigned to you: {subject}",
        body: "Hello {name},\n\n{actor} gave you the ticket {reference}: {subject}\n\nPriority: {priority}\nDue: {due_at}\n\n{url}",
    },
    Shipped {
        key: "updated",
        variables: &["reference", "name", "actor", "subject", "priority", "due_at", "changes", "url"],
        needs_link: false,
        subject: "[{reference}] Updated: {subject}",
        body: "Hello {name},\n\n{actor} changed your ticket {reference}: {subject}\n\n{changes}\n\n{url}",
    },
    Shipped {
        key: "team_assigned",
        variables: &["reference", "name", "actor", "subject", "priority", "team", "due_at", "url"],
        needs_link: false,
        subject: "[{reference}] For your team {team}: {subject}",
        body: "Hello {name},\n\n{actor} gave the ticket {reference} to your team {team}: {subject}\n\nPriority: {priority}\nDue: {due_at}\n\n{url}",
    },
    Shipped {
        key: "mentioned",
        variables: &["reference", "name", "actor", "subject", "priority", "due_at", "changes", "url"],
        needs_link: false,
        subject: "[{reference}] {actor} mentioned you: {subject}",
        body: "Hello {name},\n\n{actor} mentioned you in a note on the ticket {reference}: {subject}\n\n{changes}\n\n{url}",
    },
    Shipped {
        key: "deadline",
        variables: &["reference", "name", "subject", "priority", "due_at", "changes", "url"],
        needs_link: false,
        subject: "[{reference}] Deadline: {subject}",
        body: "Hello {name},\n\na deadline of your ticket {reference} needs you: {subject}\n\n{changes}\n\nDue: {due_at}\n\n{url}",
    },
    Shipped {
        key: "not_sent",
        variables: &["reference", "name", "subject", "priority", "changes", "url"],
        needs_link: false,
        subject: "[{reference}] Your message was not sent: {subject}",
        body: "Hello {name},\n\nyour message in the ticket {reference} could not be sent, and is your draft again: {subject}\n\n{url}",
    },
    Shipped {
        key: "invitation",
        variables: &["organization", "link"],
        needs_link: true,
        subject: "Your account at {organization}",
        body: "Hello,\n\n{organization} has opened an account for this address. Choose a password with this link; it works once, within seven days:\n\n\
         {link}\n\n{organization}",
    },
    Shipped {
        key: "password_reset",
        variables: &["organization", "link"],
        needs_link: true,
        subject: "Set another password",
        body: "Hello,\n\nsomebody, probably you, asked for another password at {organization}. This link sets it; it works once, within an hour:\n\n\
         {link}\n\nIf it was not you, do nothing: your password stays as it is.\n\n{organization}",
    },
    Shipped {
        key: "registration",
        variables: &["organization", "link"],
        needs_link: true,
        subject: "Confirm your address",
        body: "Hello,\n\nsomebody, probably you, wants to open an account at {organization} with this address. This link opens it; it works once, within a day:\n\n\
         {link}\n\nIf it was not you, do nothing and do not follow the link: then there will be no account.\n\n{organization}",
    },
    Shipped {
        key: "account_exists",
        variables: &["organization", "link"],
        needs_link: true,
        subject: "You have an account already",
        body: "Hello,\n\nsomebody, probably you, wanted to open an account at {organization} with this address. There is one already. \
         If you do not know its password, this link sets another one; it works once, within an hour:\n\n\
         {link}\n\nIf it was not you, do nothing: nothing has changed.\n\n{organization}",
    },
    Shipped {
        key: "password_changed",
        variables: &["organization"],
        needs_link: false,
        subject: "Your password was changed",
        body: "Hello,\n\nthe password of your account at {organization} was changed just now, and you were signed out everywhere else.\n\n\
         If it was not you, ask for another password at once, and tell us.\n\n{organization}",
    },
];

/// The mail of this key.
pub fn shipped(key: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|shipped| shipped.key == key)
}

/// What stands for a variable in a preview.
pub fn example<'a>(variable: &str, organization: &'a str) -> &'a str {
    match variable {
        "organization" => organization,
        "reference" => "TK-2026-00042",
        "name" => "Ada Lovelace",
        "actor" => "Grace Hopper",
        "subject" => "The heat pump drips",
        "priority" => "high",
        "team" => "Second level",
        "due_at" => "2026-03-02 15:00 UTC",
        "changes" => "Changed: priority",
        "url" => "https://help.example/tickets/42",
        "link" => "https://help.example/set-password#…",
        _ => "",
    }
}

/// Names that stand in braces in a text.
pub fn named(text: &str) -> Vec<&str> {
    let is_name = |name: &&str| {
        !name.is_empty() && name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).filter(is_name).collect()
}

/// One pass from left to right: what a value contains is never taken for a placeholder.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
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
    use super::*;

    #[test]
    fn values_are_not_templates() {
        assert_eq!(fill("{a} and {b}, {c}", &[("a", "{b}"), ("b", "2")]), "{b} and 2, {c}");
        assert_eq!(fill("{", &[]), "{");
    }

    #[test]
    fn shipped_texts_use_what_they_know() {
        for shipped in SHIPPED {
            let text = format!("{} {}", shipped.subject, shipped.body);
            for name in named(&text) {
                assert!(shipped.variables.contains(&name), "{}: {name}", shipped.key);
            }
            assert_eq!(shipped.needs_link, shipped.body.contains("{link}"), "{}", shipped.key);
            for variable in shipped.variables {
                assert!(!example(variable, "Acme").is_empty(), "{variable}");
            }
        }
    }

    #[test]
    fn names_are_found_and_other_braces_are_text() {
        assert_eq!(named("{a} {{b}} { c } {} {d e} {f"), ["a", "b"]);
    }
}
