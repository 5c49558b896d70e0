//! Which tables and columns leave with an organization. A test sees that each table is named here.

/// Tables that an archive holds.
pub const KEPT: &[&str] = &[
    "audit_log",
    "customers",
    "drafts",
    "files",
    "inbound_mails",
    "mail_templates",
    "mailboxes",
    "mentions",
    "messages",
    "notification_settings",
    "notifications",
    "organization_settings",
    "outgoing_mails",
    "roles",
    "sla_marks",
    "sla_policies",
    "statuses",
    "team_members",
    "teams",
    "ticket_ccs",
    "ticket_history",
    "ticket_reads",
    "ticket_tags",
    "ticket_watchers",
    "tickets",
    "users",
];

/// Tables that it does not hold, and what somebody may have to do about that in the new place.
pub const LEFT_OUT: &[(&str, Option<&str>)] = &[
    ("api_keys", Some("API keys have to be made anew.")),
    ("audit_chain", None),
    ("audit_unchained", None),
    ("data_keys", None),
    ("held_messages", None),
    ("idempotency_keys", None),
    ("identities", None),
    ("identity_providers", Some("Identity providers have to be set up again, and people link theirs again.")),
    ("links", Some("One-time links that nobody has used yet are void: send new ones.")),
    ("oidc_flows", None),
    ("organization_exports", None),
    ("otp_factors", Some("Second factors have to be set up again.")),
    ("outbox", None),
    ("realtime_tickets", None),
    ("recovery_codes", None),
    ("refresh_tokens", None),
    ("sessions", Some("Everybody has to sign in again.")),
];

/// A column that is null in an archive.
#[derive(Debug, Clone, Copy)]
pub struct Blanked {
    /// The table.
    pub table: &'static str,
    /// The column, which may be null.
    pub column: &'static str,
    /// A password hash: an operator's archive holds it, that of an administrator does not.
    pub is_password: bool,
    /// What to do about it in the new place.
    pub sentence: &'static str,
}

/// Columns that are null in an archive: sealed secrets, which nobody could open elsewhere, and password hashes.
pub const BLANKED: &[Blanked] = &[
    Blanked {
        table: "users",
        column: "password_hash",
        is_password: true,
        sentence: "Members of staff have no passwords: send each a one-time link.",
    },
    Blanked {
        table: "customers",
        column: "password_hash",
        is_password: true,
        sentence: "Customers have no passwords: they set new ones.",
    },
    Blanked {
        table: "users",
        column: "avatar_key",
        is_password: false,
        sentence: "Members of staff have to set their pictures again.",
    },
    Blanked {
        table: "outgoing_mails",
        column: "link_id",
        is_password: false,
        sentence: "Mails about one-time links do not say any more which link it was.",
    },
    Blanked {
        table: "organization_settings",
        column: "logo_key",
        is_password: false,
        sentence: "The logo has to be set again.",
    },
];

/// Columns of bytes in kept tables that are no secrets.
pub const PLAIN_BYTES: &[(&str, &str)] = &[("files", "sha256")];

/// What is null in this archive.
pub(super) fn blanked(with_passwords: bool) -> impl Iterator<Item = &'static Blanked> {
    BLANKED.iter().filter(move |blanked| !(blanked.is_password && with_passwords))
}

/// What is not in this archive and has to be set again.
pub(super) fn to_set_again(with_passwords: bool) -> Vec<String> {
    let left_out = LEFT_OUT.iter().filter_map(|(_, sentence)| *sentence);
    let domains = "Domains have to be added and verified again.";
    let sentences = left_out.chain(blanked(with_passwords).map(|blanked| blanked.sentence)).chain([domains]);
    sentences.map(str::to_owned).collect()
}
