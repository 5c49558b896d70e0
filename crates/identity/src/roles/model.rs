//! What a role is, and who may touch it. Pure.

use kernel::{Actor, AppError, AppResult, Permission, Person, RoleId, RoleKey};

/// A role of the organization.
#[derive(Debug, Clone)]
pub struct Role {
    /// `rol_…`
    pub id: RoleId,
    /// Stable name: `owner`, `agent`, or of a custom one.
    pub key: String,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// Defined in code.
    pub is_shipped: bool,
    /// Whose tickets are seen: `all`, `teams` or `own`, after asking the organization where the role leaves it open.
    pub sees: String,
    /// People with it need a second factor.
    pub require_otp: bool,
}

impl Role {
    /// What somebody with the role can reach.
    pub fn reach(&self) -> Reach {
        Reach {
            is_owner: self.is_shipped && self.key == RoleKey::Owner.as_str(),
            permissions: self.permissions.clone(),
            breadth: breadth(&self.sees),
        }
    }
}

/// How much is seen, in the order of `kernel::Visibility::breadth`.
pub fn breadth(sees: &str) -> u8 {
    match sees {
        "own" => 0,
        "teams" => 1,
        _ => 2,
    }
}

/// What somebody, or a key, can do and see in all.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Owners are touched by owners only, although administrators may do as much.
    pub is_owner: bool,
    /// What is allowed.
    pub permissions: Vec<Permission>,
    /// As in `kernel::Visibility::breadth`.
    pub breadth: u8,
}

impl Reach {
    /// Of somebody who sees every ticket.
    pub fn everywhere(permissions: Vec<Permission>) -> Self {
        Self { is_owner: false, permissions, breadth: 2 }
    }
}

/// 403 unless the actor may and sees everything themselves that they are about to give, take or
/// change. The product itself (command line, jobs) stands above all.
pub fn check_reach(actor: &Actor, other: &Reach) -> AppResult<()> {
    let refused = |sentence: String| Err(AppError::Forbidden(sentence));
    if actor.person == Person::System {
        return Ok(());
    }
    if other.is_owner && actor.role != RoleKey::Owner.as_str() {
        return refused("Only owners give, take or change what owners have.".to_owned());
    }
    let mut beyond =
        other.permissions.iter().filter(|permission| !permission.is_personal() && !actor.may(**permission));
    if let Some(permission) = beyond.next() {
        return refused(format!("This reaches beyond your own role: you do not have {permission}."));
    }
    if other.breadth > actor.visibility.breadth() {
        return refused("This reaches beyond your own role: you do not see as many tickets.".to_owned());
    }
    Ok(())
}

/// Keys of roles that would be taken for something else.
const RESERVED: [&str; 8] = ["customer", "key", "system", "operator", "anonymous", "all", "none", "me"];

/// 422 on `key` unless it has 1 to 50 lower-case letters, digits and underscores, a letter first, and is not reserved.
pub fn check_key(key: &str) -> AppResult<()> {
    let plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if !plain || key.len() > 50 || !key.starts_with(|first: char| first.is_ascii_lowercase()) {
        let rule = "A key has 1 to 50 lower-case letters, digits and underscores, a letter first.";
        return Err(AppError::invalid("key", "invalid", rule));
    }
    if RESERVED.contains(&key) {
        return Err(AppError::invalid("key", "reserved", "This key is reserved."));
    }
    Ok(())
}

/// A key made of the name: `Second level` becomes `second_level`.
pub fn key_of(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let key: String = words.collect::<Vec<_>>().join("_").to_ascii_lowercase().chars().take(50).collect();
    key.trim_matches('_').to_owned()
}

/// The permissions of these texts, each once and in their usual order; 422 on `field` for one that
/// is not known. What everybody has anyway is left out.
pub fn permissions(field: &str, texts: &[String]) -> AppResult<Vec<Permission>> {
    let mut given = Vec::new();
    for text in texts {
        let unknown = || AppError::invalid(field, "unknown", format!("There is no permission {text:.50}."));
        given.push(Permission::parse(text).ok_or_else(unknown)?);
    }
    given.retain(|permission| !permission.is_personal());
    given.sort_unstable();
    given.dedup();
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{OrganizationId, UserId, Visibility};
    use uuid::Uuid;

    fn shipped(key: RoleKey) -> Reach {
        let permissions = key.permissions();
        Reach { is_owner: key == RoleKey::Owner, permissions, breadth: breadth(key.visibility().unwrap_or("all")) }
    }

    fn somebody(role: &str, permissions: Vec<Permission>, visibility: Visibility) -> Actor {
        let user = UserId(Uuid::from_u128(7));
        let system = Actor::system(OrganizationId(Uuid::nil()));
        Actor { person: Person::Staff(user), role: role.to_owned(), permissions, visibility, ..system }
    }

    #[test]
    fn nobody_reaches_beyond_themselves() {
        let admin = somebody("admin", RoleKey::Admin.permissions(), Visibility::All);
        for role in [RoleKey::Admin, RoleKey::Manager, RoleKey::Agent, RoleKey::Viewer, RoleKey::Technician] {
            assert!(check_reach(&admin, &shipped(role)).is_ok(), "{role:?}");
        }
        assert!(check_reach(&admin, &shipped(RoleKey::Owner)).is_err());
        let owner = somebody("owner", RoleKey::Owner.permissions(), Visibility::All);
        assert!(check_reach(&owner, &shipped(RoleKey::Owner)).is_ok());
        assert!(check_reach(&Actor::system(owner.organization), &shipped(RoleKey::Owner)).is_ok());
        // A custom role is no rank: what counts is what it allows.
        let custom = vec![Permission::UserRead, Permission::UserWrite, Permission::TicketRead];
        let clerk = somebody("clerk", custom.clone(), Visibility::Assigned(UserId(Uuid::from_u128(7))));
        assert!(check_reach(&clerk, &shipped(RoleKey::Agent)).is_err());
        let lesser = Reach { is_owner: false, permissions: vec![Permission::UserRead], breadth: 0 };
        assert!(check_reach(&clerk, &lesser).is_ok());
        assert!(check_reach(&clerk, &Reach::everywhere(vec![Permission::UserRead])).is_err(), "sees more");
        // Names prove nothing.
        let pretender = somebody("system", custom, Visibility::All);
        assert!(check_reach(&pretender, &shipped(RoleKey::Agent)).is_err());
    }

    #[test]
    fn keys_are_made_of_names() {
        assert_eq!(key_of(" Second level, Berlin "), "second_level_berlin");
        assert_eq!(key_of("Zweite Stufe – Köln"), "zweite_stufe_k_ln");
        assert_eq!(key_of("служба"), "");
        assert!(key_of(&"long name ".repeat(20)).len() <= 50);
        for bad in ["", "1st", "Agent", "a-b", "a b", "key", "system", "customer", &"a".repeat(51)] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
        assert!(check_key("second_level2").is_ok());
    }

    #[test]
    fn permissions_are_read_strictly() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let read = permissions("permissions", &texts(&["tickets:reply", "tickets:read", "tickets:read", "self:use"]));
        assert_eq!(read.unwrap(), [Permission::TicketRead, Permission::TicketReply]);
        assert!(permissions("permissions", &texts(&["tickets:everything"])).is_err());
    }
}
