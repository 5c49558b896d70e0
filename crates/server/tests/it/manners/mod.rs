//! How the API behaves whatever it is about: requests that come twice, versions, limits, headers.

mod cors;
mod idempotency;
mod sockets;
