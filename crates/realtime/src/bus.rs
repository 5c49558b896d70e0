//! What nodes say to each other: through Redis where there is one, else through PostgreSQL. All of it
//! is hints; whoever misses one reads the feed a second later, and hears of people again soon.

use std::time::Duration;

use db::{
    Db,
    notify::{self, Ear},
};
use futures_util::StreamExt;
use kernel::{AppError, AppResult};
use redis::{
    Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig, PubSub},
};
use serde::{Deserialize, Serialize};

use crate::presence::Part;

/// The channel in Redis.
const CHANNEL: &str = "helpdesk:nodes";
/// Longer than this nobody waits for Redis.
const PATIENCE: Duration = Duration::from_millis(500);

/// One thing that a node says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Word {
    /// The feed has grown.
    Fed,
    /// Something was committed by a process that does not dispatch.
    Committed,
    /// Who looks and types on this node.
    Here(Vec<Part>),
    /// A node has come: what was said before is to be said again.
    Hello,
    /// A node goes.
    Bye,
}

/// A word, and whose.
#[derive(Debug, Serialize, Deserialize)]
pub struct Said {
    pub node: String,
    pub word: Word,
}

/// The way to the other nodes.
pub struct Bus {
    /// This node.
    pub node: String,
    redis: Option<(Client, ConnectionManager)>,
}

impl std::fmt::Debug for Bus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bus({}, redis: {})", self.node, self.redis.is_some())
    }
}

/// Where words arrive.
pub enum Hearing {
    Postgres(Ear),
    Redis(Box<PubSub>),
}

impl Bus {
    /// Connects when it is first used. Needs a runtime.
    pub fn new(node: String, redis: Option<&str>) -> Result<Self, RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE))
            .set_number_of_retries(1);
        let redis = redis.map(|url| {
            let client = Client::open(url)?;
            let manager = client.get_connection_manager_lazy(config)?;
            Ok::<_, RedisError>((client, manager))
        });
        Ok(Self { node, redis: redis.transpose()? })
    }

    /// Says something to all other nodes.
    pub async fn say(&self, db: &Db, word: Word) {
        for word in pieces(word) {
            let said = serde_json::to_string(&Said { node: self.node.clone(), word });
            let sent = match (said, &self.redis) {
                (Err(error), _) => Err(AppError::Internal(error.into())),
                (Ok(text), None) => notify::say(db, &text).await,
                (Ok(text), Some((_, manager))) => {
                    let mut manager = manager.clone();
                    let mut publish = redis::cmd("PUBLISH");
                    publish.arg(CHANNEL).arg(text);
                    publish.query_async::<()>(&mut manager).await.map_err(away)
                }
            };
            if let Err(error) = sent {
                tracing::debug!(%error, "the other nodes could not be told");
            }
        }
    }

    /// Begins to listen.
    pub async fn listen(&self, db: &Db) -> AppResult<Hearing> {
        match &self.redis {
            None => Ok(Hearing::Postgres(Ear::open(db).await?)),
            Some((client, _)) => {
                let mut pubsub = client.get_async_pubsub().await.map_err(away)?;
                pubsub.subscribe(CHANNEL).await.map_err(away)?;
                Ok(Hearing::Redis(Box::new(pubsub)))
            }
        }
    }
}

fn away(error: RedisError) -> AppError {
    AppError::Unavailable(format!("Redis does not answer: {error}."), 1)
}

impl Hearing {
    /// What is said next, by any node; none when words may have been lost.
    pub async fn hear(&mut self) -> AppResult<Option<Said>> {
        let text = match self {
            Self::Postgres(ear) => ear.hear().await?,
            Self::Redis(pubsub) => {
                let word = pubsub.on_message().next().await;
                let word = word.ok_or_else(|| AppError::Unavailable("Redis has gone.".to_owned(), 1))?;
                Some(word.get_payload::<String>().map_err(away)?)
            }
        };
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// Words that are not longer than what a way carries.
fn pieces(word: Word) -> Vec<Word> {
    let Word::Here(parts) = word else { return vec![word] };
    let (mut pieces, mut piece, mut bytes) = (Vec::new(), Vec::new(), 0);
    for part in parts {
        let size = serde_json::to_string(&part).map_or(0, |text| text.len() + 1);
        if bytes + size > notify::MAX - 200 {
            pieces.push(Word::Here(std::mem::take(&mut piece)));
            bytes = 0;
        }
        bytes += size;
        piece.push(part);
    }
    pieces.push(Word::Here(piece));
    pieces
}
