//! What only shows when two things meet: two writers at once, a setting and a list, a host and a token.

mod counts;
mod hosts;
mod operators;
mod races;
mod visibility;
