//! Who acts, and how much of the organization that person sees.

use crate::{AppError, AppResult, CustomerId, OrganizationId, Permission, SessionId, TeamId, UserId};

/// The person or process behind an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// A member of staff.
    Staff(UserId),
    /// A customer, in the portal, by API or by mail.
    Customer(CustomerId),
    /// The product itself: jobs, intake, rules.
    System,
}

impl Person {
    /// How the kind is stored and shown: `user`, `customer` or `system`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Staff(_) => "user",
            Self::Customer(_) => "customer",
            Self::System => "system",
        }
    }

    /// The bare id of the person, if it is one.
    pub const fn uuid(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Staff(id) => Some(id.0),
            Self::Customer(id) => Some(id.0),
            Self::System => None,
        }
    }
}

/// Which tickets somebody sees. Lists take it as a mandatory argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Every ticket of the organization.
    All,
    /// Tickets of these teams, and those assigned to the person.
    Teams(Vec<TeamId>, UserId),
    /// Tickets assigned to this member of staff.
    Assigned(UserId),
    /// Tickets of this customer.
    Own(CustomerId),
}

/// Somebody with permissions inside one organization.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The organization everything happens in.
    pub organization: OrganizationId,
    /// Who it is.
    pub person: Person,
    /// As shown beside what they did.
    pub name: String,
    /// Lower-case address, empty for the system.
    pub email: String,
    /// Key of the role: `owner` … `customer`, or a custom one.
    pub role: String,
    /// The session, when signed in.
    pub session: Option<SessionId>,
    /// What the role allows at this moment.
    pub permissions: Vec<Permission>,
    /// What the person sees.
    pub visibility: Visibility,
}

impl Actor {
    /// The product acting on its own behalf, with all permissions.
    pub fn system(organization: OrganizationId) -> Self {
        Self {
            organization,
            person: Person::System,
            name: "System".to_owned(),
            email: String::new(),
            role: "system".to_owned(),
            session: None,
            permissions: Permission::ALL.to_vec(),
            visibility: Visibility::All,
        }
    }

    /// Whether the role allows it.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// 403 unless the role allows it.
    pub fn require(&self, permission: Permission) -> AppResult<()> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(AppError::Forbidden(format!("Your role does not allow {permission}.")))
        }
    }

    /// The member of staff, if it is one.
    pub fn staff(&self) -> Option<UserId> {
        match self.person {
            Person::Staff(id) => Some(id),
            _ => None,
        }
    }

    /// The customer, if it is one.
    pub fn customer(&self) -> Option<CustomerId> {
        match self.person {
            Person::Customer(id) => Some(id),
            _ => None,
        }
    }

    /// Whether internal fields, notes and tags may be shown.
    pub fn is_internal(&self) -> bool {
        self.customer().is_none()
    }
}
