//! The one integration-test binary. `TEST_DATABASE_URL` names a PostgreSQL that it may fill;
//! `HELPDESK_TEST_PLACEMENT` (shared or schema) says where organizations live.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod audit;
mod cli;
mod demo;
mod guards;
mod harness;
mod identity;
mod jobs;
mod keys;
mod limits;
mod mail;
mod manners;
mod more;
mod oidc;
mod organizations;
mod realtime;
mod support;
