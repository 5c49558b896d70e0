//! Who asks: what proves it, and what the database knew of them when the transaction was opened.

use kernel::{
    Actor, ApiKeyId, AppError, AppResult, CustomerId, Impersonator, OrganizationId, Permission, Person, RoleKey,
    SessionId, TeamId, UserId, Visibility,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{Db, Mode, PlatformTx, Tenant, TenantTx};

/// What proves who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// The session that an access token names.
    Session(SessionId),
    /// An API key, with the hash of its secret.
    Key(ApiKeyId, [u8; 32]),
}

impl From<SessionId> for Credential {
    fn from(session: SessionId) -> Self {
        Self::Session(session)
    }
}

impl Credential {
    /// The id, and the hash where there is one, as arguments of `platform.open`.
    pub(crate) fn arguments(&self) -> (Uuid, Option<String>) {
        match self {
            Self::Session(id) => (id.0, None),
            Self::Key(id, hash) => (id.0, Some(hash.iter().map(|byte| format!("{byte:02x}")).collect())),
        }
    }
}

/// A role: shipped ones are defined in code, custom ones by their row.
#[derive(Debug, Clone, Deserialize)]
struct Role {
    role: String,
    is_shipped: bool,
    #[serde(default)]
    permissions: Vec<String>,
    /// Requires a second factor that the person has not set up.
    #[serde(default)]
    otp_missing: bool,
}

impl Role {
    fn permissions(&self) -> Vec<Permission> {
        if self.otp_missing {
            return Permission::PERSONAL.to_vec();
        }
        match RoleKey::parse(&self.role) {
            Some(role) if self.is_shipped => role.permissions(),
            _ => custom_permissions(&self.permissions),
        }
    }
}

/// What a custom role with these texts allows.
pub fn custom_permissions(texts: &[String]) -> Vec<Permission> {
    let given = texts.iter().filter_map(|text| Permission::parse(text)).filter(|permission| !permission.is_personal());
    Permission::PERSONAL.into_iter().chain(given).collect()
}

#[derive(Debug, Clone, Deserialize)]
struct ActsAsAnother {
    id: Uuid,
    name: String,
    #[serde(flatten)]
    role: Role,
}

/// The person or key behind a credential.
#[derive(Debug, Clone, Deserialize)]
pub struct Who {
    /// `user`, `customer` or `key`.
    pub kind: String,
    /// The person or key.
    pub id: Uuid,
    name: String,
    #[serde(default)]
    email: String,
    #[serde(flatten)]
    role: Role,
    /// `all`, `teams` or `own`.
    #[serde(default)]
    visibility: String,
    #[serde(default)]
    teams: Vec<Uuid>,
    #[serde(default)]
    impersonator: Option<ActsAsAnother>,
    /// The use of this key should be noted: the last note is a minute old.
    #[serde(default)]
    pub is_use_due: bool,
}

impl Who {
    /// What `platform.open` said. An impersonation ends when the impersonator may not impersonate any more.
    pub(crate) fn read(json: &str) -> AppResult<Self> {
        let who: Self = serde_json::from_str(json).map_err(|error| AppError::Internal(error.into()))?;
        let allowed = |of: &ActsAsAnother| of.role.permissions().contains(&Permission::UserImpersonate);
        if who.impersonator.as_ref().is_some_and(|of| !allowed(of)) {
            return Err(AppError::Unauthenticated("The session has ended; sign in again.".to_owned()));
        }
        Ok(who)
    }

    fn permissions(&self) -> Vec<Permission> {
        if self.kind == "key" {
            let scopes = self.role.permissions.iter().filter_map(|text| Permission::parse(text));
            return scopes.filter(|permission| permission.is_scope()).collect();
        }
        let mut own = self.role.permissions();
        if let Some(impersonator) = &self.impersonator {
            let theirs = impersonator.role.permissions();
            own.retain(|permission| theirs.contains(permission) && !Permission::NOT_AS_ANOTHER.contains(permission));
        }
        own
    }

    /// Somebody with permissions.
    pub fn actor(&self, organization: OrganizationId, credential: Credential) -> AppResult<Actor> {
        let person = Person::of(&self.kind, Some(self.id))
            .ok_or_else(|| AppError::internal(format!("nobody is a {}", self.kind)))?;
        let visibility = match (person, self.visibility.as_str()) {
            (Person::Customer(customer), _) => Visibility::Own(customer),
            (_, "all") => Visibility::All,
            (Person::Staff(user), "teams") => Visibility::Teams(self.teams.iter().copied().map(TeamId).collect(), user),
            (Person::Staff(user), _) => Visibility::Assigned(user),
            // Nothing is of the customer that nobody is.
            _ => Visibility::Own(CustomerId(Uuid::nil())),
        };
        let impersonator = self.impersonator.as_ref();
        Ok(Actor {
            organization,
            person,
            name: self.name.clone(),
            email: self.email.clone(),
            role: self.role.role.clone(),
            session: match credential {
                Credential::Session(session) => Some(session),
                Credential::Key(..) => None,
            },
            permissions: self.permissions(),
            visibility,
            otp_required: self.role.otp_missing,
            impersonator: impersonator.map(|of| Impersonator { id: UserId(of.id), name: of.name.clone() }),
        })
    }
}

/// Who these sessions are now, in one statement for all of them; sessions that are good for nothing
/// any more are absent.
pub async fn still(db: &Db, sessions: &[(OrganizationId, SessionId)]) -> AppResult<Vec<Actor>> {
    let (organizations, ids): (Vec<Uuid>, Vec<Uuid>) = sessions.iter().map(|(of, id)| (of.0, id.0)).unzip();
    let now = db.now();
    let mut tx = PlatformTx::begin(db, Mode::Read).await?;
    let rows = sqlx::query!(
        r#"select organization_id as "organization_id!: OrganizationId", session_id as "session_id!: SessionId", who as "who!"
             from platform.still($1, $2, $3)"#,
        &organizations,
        &ids,
        now
    )
    .fetch_all(&mut *tx)
    .await?;
    let actor = |organization, session: SessionId, who: serde_json::Value| {
        Who::read(&who.to_string()).ok()?.actor(organization, session.into()).ok()
    };
    Ok(rows.into_iter().filter_map(|row| actor(row.organization_id, row.session_id, row.who)).collect())
}

/// Notes that a key was used just now, in a transaction of its own, unless that was noted within
/// the last minute. The caller holds no connection.
pub async fn note_key_use(db: &Db, tenant: Tenant, key: ApiKeyId) -> AppResult<()> {
    let mut tx = TenantTx::system(db, tenant, Mode::Write).await?;
    let (organization, now) = (tx.organization(), tx.now());
    sqlx::query!(
        "update api_keys set last_used_at = $3
          where organization_id = $1 and id = $2 and (last_used_at is null or last_used_at <= $3::timestamptz - interval '1 minute')",
        organization as _,
        key as _,
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
