//! Who acts, and how much of the organization that person sees.

use crate::{ApiKeyId, AppError, AppResult, CustomerId, OrganizationId, Permission, SessionId, TeamId, UserId};

/// The person or process behind an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Person {
    /// A member of staff.
    Staff(UserId),
    /// A customer, in the portal, by API or by mail.
    Customer(CustomerId),
    /// A program with an API key.
    Key(ApiKeyId),
    /// The product itself: jobs, intake, rules.
    System,
}

impl Person {
    /// From kind and id as they are stored; nobody when they are not known.
    pub fn of(kind: &str, id: Option<uuid::Uuid>) -> Option<Self> {
        match (kind, id) {
            ("user", Some(id)) => Some(Self::Staff(UserId(id))),
            ("customer", Some(id)) => Some(Self::Customer(CustomerId(id))),
            ("key", Some(id)) => Some(Self::Key(ApiKeyId(id))),
            ("system", _) => Some(Self::System),
            _ => None,
        }
    }

    /// The id on the wire: `usr_…`, `cus_…` or `key_…`; none for the product itself.
    pub fn wire_id(&self) -> Option<String> {
        self.uuid().map(|id| crate::id::wire(self.kind(), id))
    }

    /// How the kind is stored and shown: `user`, `customer`, `key` or `system`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Staff(_) => "user",
            Self::Customer(_) => "customer",
            Self::Key(_) => "key",
            Self::System => "system",
        }
    }

    /// The bare id of the person, if it is one.
    pub const fn uuid(&self) -> Option<uuid::Uuid> {
        match self {
            Self::Staff(id) => Some(id.0),
            Self::Customer(id) => Some(id.0),
            Self::Key(id) => Some(id.0),
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

impl Visibility {
    /// How much it shows, to be compared: nobody gives away more than they see themselves.
    pub const fn breadth(&self) -> u8 {
        match self {
            Self::All => 2,
            Self::Teams(..) => 1,
            Self::Assigned(_) | Self::Own(_) => 0,
        }
    }
}

/// A member of staff who acts as somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impersonator {
    /// Who really acts.
    pub id: UserId,
    /// Shown name.
    pub name: String,
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
    /// Lower-case address, empty for keys and the system.
    pub email: String,
    /// Key of the role: `owner` … `customer`, or a custom one; `key` for API keys.
    pub role: String,
    /// The session, when signed in.
    pub session: Option<SessionId>,
    /// What the role allows at this moment.
    pub permissions: Vec<Permission>,
    /// What the person sees.
    pub visibility: Visibility,
    /// The role requires a second factor that is not set up yet; nothing else is allowed until then.
    pub otp_required: bool,
    /// Who really acts, when somebody acts as this person.
    pub impersonator: Option<Impersonator>,
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
            otp_required: false,
            impersonator: None,
        }
    }

    /// Whether the role allows it.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// 403 unless the role allows it.
    pub fn require(&self, permission: Permission) -> AppResult<()> {
        if self.may(permission) {
            return Ok(());
        }
        Err(AppError::Forbidden(match self.person {
            _ if self.otp_required => {
                "Your role requires a second factor; set it up with auth/otp/setup/ first.".to_owned()
            }
            Person::Key(_) => format!("This API key does not have the scope {permission}."),
            _ if self.impersonator.is_some() => {
                format!("This is not allowed while acting as somebody else: {permission}.")
            }
            _ => format!("Your role does not allow {permission}."),
        }))
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
