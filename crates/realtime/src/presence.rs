//! Who looks at which ticket and who types in it, on this node and on the others. Every node tells
//! its own part whenever it changes, and now and then all of it; who is not heard of any more is gone.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    time::{Duration, Instant},
};

use kernel::{OrganizationId, TicketId, UserId};
use serde::{Deserialize, Serialize};

/// A node says everything again after so long.
pub const AGAIN: Duration = Duration::from_secs(10);
/// A node that says nothing for so long has gone.
const GONE: Duration = Duration::from_secs(25);
/// People of one ticket that are named.
const NAMED: usize = 50;

/// A ticket of an organization.
pub type Key = (OrganizationId, TicketId);

/// Who looks and who types, in the order of their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    pub looking: Vec<UserId>,
    pub typing: Vec<UserId>,
}

impl Scene {
    fn is_empty(&self) -> bool {
        self.looking.is_empty() && self.typing.is_empty()
    }
}

/// A scene as one node sees its part of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    #[serde(rename = "o")]
    organization: OrganizationId,
    #[serde(rename = "t")]
    ticket: TicketId,
    #[serde(rename = "l")]
    looking: Vec<UserId>,
    #[serde(rename = "y")]
    typing: Vec<UserId>,
}

/// A scene that changed.
#[derive(Debug)]
pub struct Seen {
    pub key: Key,
    pub before: Scene,
    pub now: Scene,
}

#[derive(Debug)]
struct Node {
    heard: Instant,
    scenes: HashMap<Key, Scene>,
}

/// Who is where.
#[derive(Debug, Default)]
pub struct Presence {
    /// With how many connections somebody looks.
    here: HashMap<Key, HashMap<UserId, usize>>,
    typing: HashMap<Key, HashMap<UserId, Instant>>,
    elsewhere: HashMap<String, Node>,
    shown: HashMap<Key, Scene>,
    to_show: HashSet<Key>,
    take_news: HashSet<Key>,
}

impl Presence {
    /// Somebody opened a ticket.
    pub fn look(&mut self, key: Key, who: UserId) {
        *self.here.entry(key).or_default().entry(who).or_default() += 1;
        self.touch(key);
    }

    /// Somebody closed it.
    pub fn look_away(&mut self, key: Key, who: UserId) {
        let Some(people) = self.here.get_mut(&key) else { return };
        if let Some(count) = people.get_mut(&who) {
            *count -= 1;
            if *count == 0 {
                people.remove(&who);
                self.typing.get_mut(&key).and_then(|typing| typing.remove(&who));
            }
        }
        if people.is_empty() {
            self.here.remove(&key);
            self.typing.remove(&key);
        }
        self.touch(key);
    }

    /// Somebody types until then, or does no more.
    pub fn typing(&mut self, key: Key, who: UserId, until: Option<Instant>) {
        let typing = self.typing.entry(key).or_default();
        match until {
            Some(until) => typing.insert(who, until),
            None => typing.remove(&who),
        };
        self.touch(key);
    }

    fn touch(&mut self, key: Key) {
        self.to_show.insert(key);
        self.take_news.insert(key);
    }

    /// Ends what nobody confirmed.
    pub fn expire(&mut self, now: Instant) {
        let mut over = Vec::new();
        for (key, typing) in &mut self.typing {
            let before = typing.len();
            typing.retain(|_, until| *until > now);
            if typing.len() < before {
                over.push(*key);
            }
        }
        self.typing.retain(|_, typing| !typing.is_empty());
        over.into_iter().for_each(|key| self.touch(key));
        let gone: Vec<String> =
            self.elsewhere.iter().filter(|(_, node)| now - node.heard > GONE).map(|(name, _)| name.clone()).collect();
        gone.iter().for_each(|name| self.forget(name));
    }

    /// A node has gone.
    pub fn forget(&mut self, name: &str) {
        if let Some(node) = self.elsewhere.remove(name) {
            self.to_show.extend(node.scenes.into_keys());
        }
    }

    /// What another node says of its part.
    pub fn hear(&mut self, name: String, parts: Vec<Part>, now: Instant) {
        let node = self.elsewhere.entry(name).or_insert_with(|| Node { heard: now, scenes: HashMap::new() });
        node.heard = now;
        for Part { organization, ticket, looking, typing } in parts {
            let (key, scene) = ((organization, ticket), Scene { looking, typing });
            if scene.is_empty() {
                node.scenes.remove(&key);
            } else {
                node.scenes.insert(key, scene);
            }
            self.to_show.insert(key);
        }
    }

    fn own(&self, key: Key) -> Scene {
        let names = |people: Option<BTreeSet<UserId>>| people.into_iter().flatten().take(NAMED).collect();
        Scene {
            looking: names(self.here.get(&key).map(|people| people.keys().copied().collect())),
            typing: names(self.typing.get(&key).map(|people| people.keys().copied().collect())),
        }
    }

    fn part(&self, key: Key) -> Part {
        let Scene { looking, typing } = self.own(key);
        Part { organization: key.0, ticket: key.1, looking, typing }
    }

    /// What other nodes are to be told: what changed, or everything.
    pub fn take_news(&mut self, everything: bool) -> Vec<Part> {
        if everything {
            self.say_again();
        }
        std::mem::take(&mut self.take_news).into_iter().map(|key| self.part(key)).collect()
    }

    /// Everything is to be told again.
    pub fn say_again(&mut self) {
        self.take_news.extend(self.here.keys());
    }

    /// Tickets of which there may be something to show.
    pub fn changing(&self) -> HashSet<Key> {
        self.to_show.clone()
    }

    /// What changed of these tickets since the last time.
    pub fn take_changes(&mut self, keys: &HashSet<Key>) -> Vec<Seen> {
        let mut changes = Vec::new();
        self.to_show.retain(|key| !keys.contains(key));
        for key in keys.iter().copied() {
            let all = self.elsewhere.values().filter_map(|node| node.scenes.get(&key)).cloned();
            let all: Vec<Scene> = all.chain([self.own(key)]).collect();
            let union = |of: fn(&Scene) -> &[UserId]| {
                let people: BTreeSet<UserId> = all.iter().flat_map(|scene| of(scene).iter().copied()).collect();
                people.into_iter().take(NAMED).collect()
            };
            let now = Scene { looking: union(|scene| &scene.looking), typing: union(|scene| &scene.typing) };
            let before = if now.is_empty() { self.shown.remove(&key) } else { self.shown.insert(key, now.clone()) };
            let before = before.unwrap_or_default();
            if now != before {
                changes.push(Seen { key, before, now });
            }
        }
        changes
    }

    /// What is shown of a ticket.
    pub fn shown(&self, key: Key) -> Scene {
        self.shown.get(&key).cloned().unwrap_or_default()
    }

    /// Tickets of an organization at which somebody looks.
    pub fn present(&self, organization: OrganizationId, limit: usize) -> Vec<TicketId> {
        self.shown.keys().filter(|key| key.0 == organization).map(|key| key.1).take(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const KEY: Key = (OrganizationId(Uuid::from_u128(1)), TicketId(Uuid::from_u128(2)));
    const ADA: UserId = UserId(Uuid::from_u128(3));
    const BO: UserId = UserId(Uuid::from_u128(4));

    fn now(presence: &mut Presence) -> Option<Scene> {
        let keys = presence.changing();
        presence.take_changes(&keys).pop().map(|seen| seen.now)
    }

    #[test]
    fn somebody_looks_until_the_last_window_is_closed() {
        let mut presence = Presence::default();
        presence.look(KEY, ADA);
        presence.look(KEY, ADA);
        assert_eq!(now(&mut presence).unwrap().looking, [ADA]);
        presence.look_away(KEY, ADA);
        assert_eq!(now(&mut presence), None);
        presence.look_away(KEY, ADA);
        assert_eq!(now(&mut presence), Some(Scene::default()));
        assert!(presence.present(KEY.0, 9).is_empty());
    }

    #[test]
    fn typing_ends_by_itself() {
        let (mut presence, begin) = (Presence::default(), Instant::now());
        presence.look(KEY, ADA);
        presence.typing(KEY, ADA, Some(begin + Duration::from_secs(6)));
        assert_eq!(now(&mut presence).unwrap().typing, [ADA]);
        presence.expire(begin + Duration::from_secs(5));
        assert_eq!(now(&mut presence), None);
        presence.expire(begin + Duration::from_secs(6));
        assert!(now(&mut presence).unwrap().typing.is_empty());
    }

    #[test]
    fn nodes_add_up_and_are_forgotten() {
        let (mut one, mut two, begin) = (Presence::default(), Presence::default(), Instant::now());
        one.look(KEY, ADA);
        two.look(KEY, BO);
        two.hear("one".to_owned(), one.take_news(false), begin);
        assert!(one.take_news(false).is_empty() && one.take_news(true).len() == 1);
        assert_eq!(now(&mut two).unwrap().looking, [ADA, BO]);
        two.expire(begin + GONE + Duration::from_secs(1));
        assert_eq!(now(&mut two).unwrap().looking, [BO]);
    }
}
