//! The `helpdesk` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    // One TLS implementation for the whole process; fails only when it is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Box::pin(server::cli::run()).await
}
