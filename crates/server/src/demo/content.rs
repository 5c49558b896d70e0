//! What the demo organizations talk about.

use kernel::{AppError, AppResult};
use serde::Deserialize;

/// One organization's people and conversations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub name: String,
    pub staff: Vec<Person>,
    pub teams: Vec<String>,
    pub customers: Vec<Customer>,
    pub equipment: Vec<String>,
    pub part: Vec<String>,
    pub street: Vec<String>,
    pub conversations: Vec<Conversation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub role: String,
    pub team: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub company: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    pub subject: String,
    pub category: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub priority: String,
    pub channel: String,
    pub tags: Vec<String>,
    pub messages: Vec<Message>,
}

/// A message of a conversation; `{equipment}`, `{part}`, `{street}` and `{ref}` are filled in by ticket.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub from: From,
    pub body: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum From {
    Customer,
    Agent,
    Note,
}

pub fn acme() -> AppResult<Content> {
    read(include_str!("acme.json"))
}

pub fn globex() -> AppResult<Content> {
    read(include_str!("globex.json"))
}

fn read(json: &str) -> AppResult<Content> {
    serde_json::from_str(json).map_err(|error| AppError::Internal(error.into()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn there_is_enough_and_nothing_is_said_twice() {
        for content in [acme().unwrap(), globex().unwrap()] {
            assert_eq!((content.staff.len(), content.customers.len()), (12, 40), "{}", content.name);
            assert!(content.conversations.len() * super::super::tickets::USES >= super::super::tickets::TICKETS);
            assert!(content.conversations.len() >= 60);
            let mut said: HashMap<String, usize> = HashMap::new();
            for (index, conversation) in content.conversations.iter().enumerate() {
                assert!(conversation.messages[0].from == From::Customer);
                for message in &conversation.messages {
                    for sentence in message.body.split(['.', '!', '?', '\n', '؟']) {
                        let sentence = sentence.trim().to_lowercase();
                        if !sentence.is_empty() {
                            let first = *said.entry(sentence.clone()).or_insert(index);
                            assert_eq!(first, index, "{}: {sentence}", content.name);
                        }
                    }
                }
            }
        }
    }
}
