//! Who may change whom. Pure.

use kernel::{AppError, AppResult, RoleKey};

/// How mighty a role is; custom roles stand with agents.
pub fn rank(role: &str) -> u8 {
    RoleKey::parse(role).map_or(RoleKey::Agent.rank(), RoleKey::rank)
}

/// 403 when `actor`'s role is below the one it touches or grants.
pub fn check_rank(actor: &str, other: &str) -> AppResult<()> {
    // The product itself (command line, jobs) stands above all roles.
    if actor == "system" || rank(actor) >= rank(other) {
        Ok(())
    } else {
        Err(AppError::Forbidden(format!("Your role does not allow changes to the role {other}.")))
    }
}

#[cfg(test)]
mod tests {
    use super::check_rank;

    #[test]
    fn nobody_reaches_above_their_own_role() {
        assert!(check_rank("admin", "agent").is_ok());
        assert!(check_rank("admin", "admin").is_ok());
        assert!(check_rank("admin", "owner").is_err());
        assert!(check_rank("system", "owner").is_ok());
    }
}
