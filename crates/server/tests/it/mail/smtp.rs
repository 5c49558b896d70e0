//! Delivery to a real mail server.
