//! Tries that can fail and must not be made too often: sign-in, one-time codes, links.
//!
//! Failures are counted in the database, for all nodes at once, by *account* (organization and
//! name, whether it exists or not, so that the answer tells nothing) and by *peer* (address of the
//! caller; IPv6 by /64). The tenth failure of an account within a minute, or the thirtieth of a
//! peer, locks it: for one minute, then two, up to fifteen; an hour of peace starts over. While it
//! is locked every try is answered with 429, right ones too. Each [`Purpose`] counts for itself.
//!
//! ```text
//! let attempt = Attempt::new(Purpose::SignIn, caller.ip).of(Some(organization), &address);
//! attempt.check(&mut tx, now).await?;               // before anything costly: 429 when locked
//! if wrong {
//!     let failed = attempt.failed(&mut tx, now).await?;
//!     tx.commit().await?;                           // first, or nothing was counted
//!     failed.answer()?;                             // 429 when others were faster: right or wrong stays unknown
//!     return Err(wrong);
//! }
//! attempt.succeeded(&mut tx, now).await?;           // 429 when it was locked meanwhile; else forgets the failures
//! ```
//!
//! `tx` is a [`TenantTx`](crate::TenantTx) of the very organization or, without one, a
//! [`PlatformTx`]; [`Attempt::check_alone`] and its like bring their own. What is
//! tried without an account (a refresh token, a link) is counted by peer only. [`may_mail`] bounds
//! the mails that nobody known causes.
//!
//! Nothing is written unless something fails, but for forgetting it. Names are kept as hashes.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{AppError, AppResult, OrganizationId, peer};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::{Db, Mode, PlatformTx};

/// Failures of an account within a minute; the last of them locks it.
const OF_ACCOUNT: i32 = 10;
/// Failures of a peer within a minute; the last of them locks it.
const OF_PEER: i32 = 30;
/// Mails to one address within a day.
const MAILS: i32 = 3;

/// What is tried. Each counts for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Address and password.
    SignIn,
    /// Address and password of an operator.
    OperatorSignIn,
    /// The second factor.
    Otp,
    /// A refresh token.
    Refresh,
    /// A one-time link.
    Link,
    /// Asking for a link to set a new password.
    Reset,
    /// Registering.
    Register,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::OperatorSignIn => "operator_sign_in",
            Self::Otp => "otp",
            Self::Refresh => "refresh",
            Self::Link => "link",
            Self::Reset => "reset",
            Self::Register => "register",
        }
    }
}

/// One try: what is counted when it fails.
#[derive(Debug, Clone)]
pub struct Attempt {
    purpose: Purpose,
    organization: Option<OrganizationId>,
    account: Option<Vec<u8>>,
    peer: Option<Vec<u8>>,
}

/// What became of a failure. Commit before [`Failed::answer`].
#[derive(Debug, Clone, Copy)]
#[must_use = "`answer` says whether the caller may learn that it was wrong"]
pub struct Failed {
    /// Until when this failure locked the account; none when it did not.
    pub locks_account_until: Option<DateTime<Utc>>,
    beyond: Option<u32>,
}

impl Failed {
    /// `TooMany` when account or peer were locked already, by other tries at the same time.
    pub fn answer(&self) -> AppResult<()> {
        self.beyond.map_or(Ok(()), |seconds| Err(AppError::TooMany(seconds)))
    }
}

impl Attempt {
    /// A try of a peer. Without its address only the account counts.
    pub fn new(purpose: Purpose, peer: Option<IpAddr>) -> Self {
        let peer = peer.map(|ip| hash("peer", &peer::network(ip).to_string()));
        Self { purpose, organization: None, account: None, peer }
    }

    /// On an account, existing or not: a normalized address or an id. None is the organization of
    /// operators and of addresses that belong to no organization.
    #[must_use]
    pub fn of(self, organization: Option<OrganizationId>, name: &str) -> Self {
        Self { organization, account: Some(hash("account", name)), ..self }
    }

    /// `TooMany` when account or peer are locked.
    pub async fn check(&self, tx: &mut PgConnection, now: DateTime<Utc>) -> AppResult<()> {
        match self.locked_until(tx, now).await? {
            Some(until) => Err(too_many(until, now)),
            None => Ok(()),
        }
    }

    /// Until when account or peer are locked.
    pub async fn locked_until(&self, tx: &mut PgConnection, now: DateTime<Utc>) -> AppResult<Option<DateTime<Utc>>> {
        Ok(sqlx::query_scalar!(
            "select platform.attempt_lock($1, $2, $3, $4, $5)",
            self.organization as _,
            self.purpose.as_str(),
            self.account.as_deref(),
            self.peer.as_deref(),
            now
        )
        .fetch_one(tx)
        .await?)
    }

    /// Counts a failure.
    pub async fn failed(&self, tx: &mut PgConnection, now: DateTime<Utc>) -> AppResult<Failed> {
        let row = sqlx::query!(
            r#"select a.locked_until as account_until, a.locks_now as "locks_account!", p.locked_until as peer_until, p.locks_now as "locks_peer!"
                 from platform.attempt_failed($1, $2, $3, $4, $7) a, platform.attempt_failed(null, $2, $5, $6, $7) p"#,
            self.organization as _,
            self.purpose.as_str(),
            self.account.as_deref(),
            OF_ACCOUNT,
            self.peer.as_deref(),
            OF_PEER,
            now
        )
        .fetch_one(tx)
        .await?;
        for (limit, locks) in [("account", row.locks_account), ("peer", row.locks_peer)] {
            if locks {
                metrics::counter!("helpdesk_locks_total", "purpose" => self.purpose.as_str(), "of" => limit)
                    .increment(1);
                tracing::warn!(purpose = self.purpose.as_str(), of = limit, "locked after too many failures");
            }
        }
        let before = |until: Option<DateTime<Utc>>, locks_now: bool| until.filter(|_| !locks_now);
        let beyond = before(row.account_until, row.locks_account).max(before(row.peer_until, row.locks_peer));
        Ok(Failed {
            locks_account_until: row.account_until.filter(|_| row.locks_account),
            beyond: beyond.map(|until| seconds(until, now)),
        })
    }

    /// Forgets the failures of the account. `TooMany` when it was locked while this try was looked at.
    pub async fn succeeded(&self, tx: &mut PgConnection, now: DateTime<Utc>) -> AppResult<()> {
        self.check(tx, now).await?;
        self.forgive(tx, now).await?;
        Ok(())
    }

    /// Lifts the lock of the account and forgets its failures; whether there was anything.
    pub async fn lift(&self, tx: &mut PgConnection, now: DateTime<Utc>) -> AppResult<bool> {
        // No lock lasts for a day.
        self.forgive(tx, now + TimeDelta::days(1)).await
    }

    async fn forgive(&self, tx: &mut PgConnection, until: DateTime<Utc>) -> AppResult<bool> {
        let done = sqlx::query_scalar!(
            r#"select platform.attempt_forgiven($1, $2, $3, $4) as "done!""#,
            self.organization as _,
            self.purpose.as_str(),
            self.account.as_deref(),
            until
        )
        .fetch_one(tx)
        .await?;
        Ok(done)
    }

    /// [`Attempt::check`] where no transaction is open.
    pub async fn check_alone(&self, db: &Db) -> AppResult<()> {
        let mut tx = PlatformTx::begin(db, Mode::Read).await?;
        self.check(&mut tx, db.now()).await
    }

    /// [`Attempt::failed`] and its answer where no transaction is open.
    pub async fn failed_alone(&self, db: &Db) -> AppResult<()> {
        let mut tx = PlatformTx::begin(db, Mode::Write).await?;
        let failed = self.failed(&mut tx, db.now()).await?;
        tx.commit().await?;
        failed.answer()
    }

    /// [`Attempt::succeeded`] where no transaction is open.
    pub async fn succeeded_alone(&self, db: &Db) -> AppResult<()> {
        let mut tx = PlatformTx::begin(db, Mode::Write).await?;
        self.succeeded(&mut tx, db.now()).await?;
        tx.commit().await
    }
}

/// Whether a mail that nobody known causes may go to an address: three a day in an organization.
/// Yes counts. `tx` is open for this organization; `address` is normalized.
pub async fn may_mail(
    tx: &mut PgConnection,
    organization: OrganizationId,
    address: &str,
    now: DateTime<Utc>,
) -> AppResult<bool> {
    Ok(sqlx::query_scalar!(
        r#"select platform.may_mail($1, $2, $3, $4) as "may!""#,
        organization as _,
        hash("mail", address),
        MAILS,
        now
    )
    .fetch_one(tx)
    .await?)
}

/// Forgets what nobody needs any more.
pub(crate) async fn prune(tx: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from platform.attempts where forget_at < $1", now).execute(tx).await?;
    Ok(())
}

fn hash(kind: &str, name: &str) -> Vec<u8> {
    Sha256::digest(format!("{kind}\0{name}")).to_vec()
}

fn too_many(until: DateTime<Utc>, now: DateTime<Utc>) -> AppError {
    AppError::TooMany(seconds(until, now))
}

fn seconds(until: DateTime<Utc>, now: DateTime<Utc>) -> u32 {
    let millis = (until - now).num_milliseconds().max(1);
    u32::try_from((millis + 999) / 1_000).unwrap_or(u32::MAX)
}
