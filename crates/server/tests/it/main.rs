//! The one integration-test binary. `TEST_DATABASE_URL` names a PostgreSQL that it may fill;
//! `HELPDESK_TEST_PLACEMENT` (shared or schema) says where organizations live.

mod cli;
mod harness;
mod identity;
mod jobs;
mod mail;
mod support;
