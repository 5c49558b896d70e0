//! What can be allowed, and what the shipped roles allow.

use std::fmt;

macro_rules! permissions {
    ($(#[doc = $doc:literal] $name:ident = $text:literal),+ $(,)?) => {
        /// One thing that a role can allow. Its text is also the scope of an API key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission { $(#[doc = $doc] $name),+ }

        impl Permission {
            /// All of them, in the order of this file.
            pub const ALL: &'static [Permission] = &[$(Permission::$name),+];

            /// The stable text, `resource:verb`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Permission::$name => $text),+ }
            }

            /// Reads the stable text.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Permission::$name),)+ _ => None }
            }

            /// What it allows, in one sentence for people.
            pub fn sentence(self) -> &'static str {
                match self { $(Permission::$name => $doc.trim_ascii()),+ }
            }
        }
    };
}

permissions! {
    /// See who one is and sign out; everybody who is signed in.
    SelfService = "self:use",
    /// Change one's own profile, password, second factor and sessions.
    SelfWrite = "self:write",
    /// Read tickets within one's visibility.
    TicketRead = "tickets:read",
    /// Create tickets.
    TicketCreate = "tickets:create",
    /// Change a ticket's own fields.
    TicketUpdate = "tickets:update",
    /// Write messages at all: in public, between staff, or both.
    TicketMessage = "tickets:message",
    /// Write public messages.
    TicketReply = "tickets:reply",
    /// Read and write internal notes.
    TicketNote = "tickets:note",
    /// Assign to people and teams.
    TicketAssign = "tickets:assign",
    /// Change the status by the rules.
    TicketStatus = "tickets:status",
    /// Close from any status.
    TicketForceClose = "tickets:force_close",
    /// Delete and restore.
    TicketDelete = "tickets:delete",
    /// Read history, statistics and counts of tickets.
    TicketInsight = "tickets:insight",
    /// Upload and download files.
    FileUse = "files:use",
    /// Read customers.
    CustomerRead = "customers:read",
    /// Create and change customers.
    CustomerWrite = "customers:write",
    /// Read SLA policies and mailboxes.
    SettingsRead = "settings:read",
    /// Write SLA policies.
    SlaWrite = "sla:write",
    /// Read staff and teams.
    UserRead = "users:read",
    /// Create and change staff, teams and their roles.
    UserWrite = "users:write",
    /// Create and change mailboxes.
    MailboxWrite = "mailboxes:write",
    /// Read mails that the demo mode caught.
    MailCatcherRead = "mail_catcher:read",
    /// See dead jobs and run them again.
    JobManage = "jobs:manage",
    /// Make and change custom roles.
    RoleWrite = "roles:write",
    /// Make, see and revoke API keys.
    ApiKeyManage = "api_keys:manage",
    /// Read the audit log.
    AuditRead = "audit:read",
    /// Change the organization's settings, statuses, mail templates, branding and domains.
    OrganizationWrite = "organization:write",
    /// Set up sign-in through an identity provider.
    IdentityProviderWrite = "identity_providers:write",
    /// Export everything the organization has.
    OrganizationExport = "organization:export",
    /// Act as another person, visibly in the audit log.
    UserImpersonate = "users:impersonate",
}

impl Permission {
    /// What everybody who signs in may do with their own account, whatever the role.
    pub const PERSONAL: [Permission; 2] = [Self::SelfService, Self::SelfWrite];

    /// Not while acting as somebody else: what would outlast the impersonation or hide behind it.
    pub const NOT_AS_ANOTHER: [Permission; 7] = [
        Self::SelfWrite,
        Self::UserWrite,
        Self::RoleWrite,
        Self::ApiKeyManage,
        Self::IdentityProviderWrite,
        Self::OrganizationExport,
        Self::UserImpersonate,
    ];

    /// Whether it is about one's own account, so that roles neither give nor take it.
    pub fn is_personal(self) -> bool {
        Self::PERSONAL.contains(&self)
    }

    /// Whether an API key can have it. What is for persons only is not; and a key cannot make keys,
    /// so that revoking it ends what it could do.
    pub fn is_scope(self) -> bool {
        !self.is_personal() && !matches!(self, Self::ApiKeyManage | Self::UserImpersonate)
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The shipped roles. Custom roles are sets of permissions beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "docs/API-DESIGN.md, Roles")]
pub enum RoleKey {
    Owner,
    Admin,
    Manager,
    Agent,
    Viewer,
    Technician,
    Customer,
}

impl RoleKey {
    /// All of them, mightiest first.
    pub const ALL: [RoleKey; 7] =
        [Self::Owner, Self::Admin, Self::Manager, Self::Agent, Self::Viewer, Self::Technician, Self::Customer];

    /// The stable text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Manager => "manager",
            Self::Agent => "agent",
            Self::Viewer => "viewer",
            Self::Technician => "technician",
            Self::Customer => "customer",
        }
    }

    /// Reads the stable text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// What the shipped role allows.
    pub fn permissions(self) -> Vec<Permission> {
        use Permission as P;
        let customer = [P::TicketRead, P::TicketCreate, P::TicketMessage, P::TicketReply, P::FileUse];
        let viewer = [P::TicketRead, P::TicketInsight, P::CustomerRead, P::SettingsRead, P::UserRead];
        let technician = [P::TicketRead, P::TicketMessage, P::TicketNote, P::FileUse, P::SettingsRead, P::UserRead];
        let agent = [
            P::TicketCreate,
            P::TicketUpdate,
            P::TicketMessage,
            P::TicketReply,
            P::TicketNote,
            P::TicketAssign,
            P::TicketStatus,
            P::FileUse,
            P::CustomerWrite,
        ];
        let manager = [P::TicketForceClose, P::TicketDelete, P::SlaWrite];
        let admin = [
            P::UserWrite,
            P::MailboxWrite,
            P::MailCatcherRead,
            P::JobManage,
            P::RoleWrite,
            P::ApiKeyManage,
            P::AuditRead,
            P::OrganizationWrite,
            P::IdentityProviderWrite,
            P::OrganizationExport,
            P::UserImpersonate,
        ];
        let own = &P::PERSONAL[..];
        match self {
            Self::Customer => [own, &customer].concat(),
            Self::Technician => [own, &technician].concat(),
            Self::Viewer => [own, &viewer].concat(),
            Self::Agent => [own, &viewer, &agent].concat(),
            Self::Manager => [own, &viewer, &agent, &manager].concat(),
            Self::Admin | Self::Owner => [own, &viewer, &agent, &manager, &admin].concat(),
        }
    }

    /// The tickets somebody with the shipped role sees: `all` or `own`; none where the organization decides.
    pub const fn visibility(self) -> Option<&'static str> {
        match self {
            Self::Owner | Self::Admin | Self::Manager => Some("all"),
            Self::Technician | Self::Customer => Some("own"),
            Self::Agent | Self::Viewer => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_distinct_and_round_trip() {
        for permission in Permission::ALL {
            assert_eq!(Permission::parse(permission.as_str()), Some(*permission));
        }
        for role in RoleKey::ALL {
            assert_eq!(RoleKey::parse(role.as_str()), Some(role));
        }
    }

    #[test]
    fn mightier_staff_roles_contain_the_lesser() {
        let chain = [RoleKey::Viewer, RoleKey::Agent, RoleKey::Manager, RoleKey::Admin, RoleKey::Owner];
        for pair in chain.windows(2) {
            let (lesser, mightier) = (pair[0].permissions(), pair[1].permissions());
            assert!(lesser.iter().all(|p| mightier.contains(p)), "{pair:?}");
        }
    }

    #[test]
    fn sentences_are_sentences() {
        for permission in Permission::ALL {
            let sentence = permission.sentence();
            assert!(sentence.ends_with('.') && sentence.starts_with(char::is_uppercase), "{sentence}");
        }
    }

    #[test]
    fn customers_get_nothing_internal() {
        use Permission as P;
        let customer = RoleKey::Customer.permissions();
        for internal in
            [P::TicketNote, P::TicketInsight, P::CustomerRead, P::SettingsRead, P::UserRead, P::TicketStatus]
        {
            assert!(!customer.contains(&internal), "{internal}");
        }
    }
}
