//! Persistent collections: what is remembered about an address, a session or a user from one request to the next.

use crate::operator::integer;
use crate::seclang::Variable;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A value of a persistent collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The value.
    pub value: Vec<u8>,
    /// When it is forgotten, since the epoch.
    pub expires: Option<Duration>,
}

/// The elements of one collection under one key, names in lower case.
pub type Elements = BTreeMap<String, Kept>;

/// A change to an element; applied to what is kept by then, so that two requests at once lose nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Puts a value.
    Set(Vec<u8>),
    /// Adds to a number.
    Add(i64),
    /// Takes the element away.
    Unset,
    /// Forgets the element at this moment.
    Expire(Duration),
}

/// Whose collections they are: what the rules saw at one owner's sites is not known at another's, whoever wrote the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The organisation whose policy it is; empty where there are none.
    pub organization: Box<str>,
    /// `SecWebAppId`: applications of one organisation whose sessions and users have nothing to do with each other.
    pub application: Box<str>,
}

/// Which collection of which key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Whose.
    pub owner: Arc<Owner>,
    /// IP, SESSION, USER, RESOURCE or GLOBAL.
    pub collection: Variable,
    /// What `initcol` named.
    pub key: Vec<u8>,
}

/// Keeps collections. Errors are the store's to count: an inspection goes on with an empty collection.
pub trait Store: Send + Sync {
    /// What is kept under a key and has not expired.
    fn load(&self, key: &Key, now: Duration) -> Elements;
    /// Applies changes in order; a collection nobody changed for `timeout` is forgotten.
    fn apply(&self, key: &Key, changes: &[(String, Change)], now: Duration, timeout: Duration);
}

/// A collection that a request named.
#[derive(Debug)]
pub struct Loaded {
    /// Which.
    pub key: Key,
    /// Its elements, once somebody asked for one.
    pub elements: Option<Elements>,
    /// What the request changed.
    pub changes: Vec<(String, Change)>,
}

/// Applies one change to elements.
pub fn change(elements: &mut Elements, name: &str, change: &Change) {
    match change {
        Change::Set(value) => {
            let kept = elements.entry(name.to_owned()).or_insert_with(|| Kept { value: Vec::new(), expires: None });
            kept.value.clone_from(value);
        }
        Change::Add(amount) => {
            let kept = elements.entry(name.to_owned()).or_insert_with(|| Kept { value: Vec::new(), expires: None });
            kept.value = integer(&kept.value).saturating_add(*amount).to_string().into_bytes();
        }
        Change::Unset => {
            elements.remove(name);
        }
        Change::Expire(at) => {
            if let Some(kept) = elements.get_mut(name) {
                kept.expires = Some(*at);
            }
        }
    }
}

fn drop_expired(elements: &mut Elements, now: Duration) {
    elements.retain(|_, kept| kept.expires.is_none_or(|at| at > now));
}

struct Entry {
    elements: Elements,
    until: Duration,
}

/// Collections in this process's memory, bounded in number and size.
pub struct InProcess {
    shards: Vec<Mutex<HashMap<Key, Entry>>>,
    most: usize,
}

/// Shards, so that threads seldom wait for each other.
const SHARDS: usize = 16;
/// Most elements of one collection; more are not kept.
pub const MOST_ELEMENTS: usize = 64;
/// Longest value that is kept, bytes.
pub const LONGEST: usize = 1024;

impl InProcess {
    /// Keeps at most this many collections; when full, those that expire first go, of the owners who have the most.
    pub fn new(most: usize) -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), most: most.div_ceil(SHARDS).max(1) }
    }

    fn shard(&self, key: &Key) -> std::sync::MutexGuard<'_, HashMap<Key, Entry>> {
        let bytes = key.owner.organization.bytes().chain(key.key.iter().copied());
        let sum = bytes.fold(key.collection as usize, |sum, b| sum.wrapping_mul(31).wrapping_add(usize::from(b)));
        self.shards[sum % SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for InProcess {
    fn load(&self, key: &Key, now: Duration) -> Elements {
        let mut shard = self.shard(key);
        match shard.get_mut(key) {
            Some(entry) if entry.until > now => {
                drop_expired(&mut entry.elements, now);
                entry.elements.clone()
            }
            Some(_) => {
                shard.remove(key);
                Elements::new()
            }
            None => Elements::new(),
        }
    }

    fn apply(&self, key: &Key, changes: &[(String, Change)], now: Duration, timeout: Duration) {
        let mut shard = self.shard(key);
        if !shard.contains_key(key) && shard.len() >= self.most {
            make_room(&mut shard, now);
        }
        let entry = shard.entry(key.clone()).or_insert_with(|| Entry { elements: Elements::new(), until: now });
        if entry.until <= now {
            entry.elements.clear();
        }
        drop_expired(&mut entry.elements, now);
        for (name, what) in changes {
            let known = entry.elements.contains_key(name);
            let too_long = matches!(what, Change::Set(value) if value.len() > LONGEST);
            if !too_long && (known || entry.elements.len() < MOST_ELEMENTS) {
                change(&mut entry.elements, name, what);
            }
        }
        entry.until = now.saturating_add(timeout);
    }
}

impl InProcess {
    /// Puts what is known elsewhere in place of what is kept under a key.
    pub fn replace(&self, key: &Key, elements: Elements, now: Duration, timeout: Duration) {
        let mut shard = self.shard(key);
        if !shard.contains_key(key) && shard.len() >= self.most {
            make_room(&mut shard, now);
        }
        shard.insert(key.clone(), Entry { elements, until: now.saturating_add(timeout) });
    }
}

/// Forgets what expired, and of the rest so many that an eighth is free: of each owner who has more than others those that would go
/// first, so that one organisation's visitors do not push out what is known of another's.
fn make_room(shard: &mut HashMap<Key, Entry>, now: Duration) {
    let before = shard.len();
    shard.retain(|_, entry| entry.until > now);
    let Some(wanted) = before.div_ceil(8).checked_sub(before - shard.len()).filter(|n| *n > 0) else { return };
    let mut ends: HashMap<Arc<Owner>, Vec<Duration>> = HashMap::new();
    for (key, entry) in shard.iter() {
        ends.entry(Arc::clone(&key.owner)).or_default().push(entry.until);
    }
    let counts: Vec<usize> = ends.values().map(Vec::len).collect();
    let kept = share(&counts, wanted);
    // Until when those end that go, and how many they are.
    let mut going: HashMap<Arc<Owner>, (Duration, usize)> = HashMap::new();
    for (owner, mut ends) in ends {
        if let Some(last) = ends.len().checked_sub(kept + 1) {
            let (_, end, _) = ends.select_nth_unstable(last);
            going.insert(owner, (*end, last + 1));
        }
    }
    shard.retain(|key, entry| match going.get_mut(&key.owner) {
        Some((end, left)) if entry.until <= *end && *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
}

/// How many each may keep so that `wanted` go, and no more than must.
fn share(counts: &[usize], wanted: usize) -> usize {
    let (mut enough, mut too_many) = (0, counts.iter().copied().max().unwrap_or(0) + 1);
    while too_many - enough > 1 {
        let middle = enough.midpoint(too_many);
        let go: usize = counts.iter().map(|count| count.saturating_sub(middle)).sum();
        if go >= wanted {
            enough = middle;
        } else {
            too_many = middle;
        }
    }
    enough
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn ip(key: &str) -> Key {
        Key { owner: Arc::default(), collection: Variable::Ip, key: key.as_bytes().to_vec() }
    }

    fn text(store: &InProcess, key: &str, name: &str, now: u64) -> Option<String> {
        store.load(&ip(key), at(now)).get(name).map(|k| String::from_utf8_lossy(&k.value).into_owned())
    }

    #[test]
    fn values_are_kept_and_expire() {
        let store = InProcess::new(100);
        let change = |name: &str, change| (name.to_owned(), change);
        store.apply(&ip("a"), &[change("n", Change::Add(2)), change("b", Change::Set(b"x".to_vec()))], at(10), at(100));
        store.apply(&ip("a"), &[change("n", Change::Add(3)), change("b", Change::Expire(at(20)))], at(11), at(100));
        assert_eq!(text(&store, "a", "n", 12).as_deref(), Some("5"));
        assert_eq!(text(&store, "a", "b", 19).as_deref(), Some("x"));
        assert_eq!(text(&store, "a", "b", 20), None);
        assert_eq!(text(&store, "b", "n", 12), None);
        store.apply(&ip("a"), &[change("b", Change::Unset)], at(12), at(100));
        assert_eq!(text(&store, "a", "n", 111).as_deref(), Some("5"));
        assert_eq!(text(&store, "a", "n", 112), None);
    }

    #[test]
    fn shares() {
        for (counts, wanted, expected) in [
            (&[8][..], 1, 7),
            (&[4, 4], 1, 3),
            (&[10, 2, 1], 3, 7),
            (&[10, 9, 1], 3, 8),
            (&[10, 9, 1], 20, 0),
            (&[1, 1, 1], 1, 0),
            (&[], 0, 0),
        ] {
            assert_eq!(share(counts, wanted), expected, "{counts:?} {wanted}");
        }
    }

    #[test]
    fn one_owner_s_visitors_do_not_push_out_another_s() {
        let store = InProcess::new(1600);
        let of = |organization: &str, n: u64| {
            let owner = Owner { organization: organization.into(), ..Owner::default() };
            Key { owner: Arc::new(owner), collection: Variable::Ip, key: n.to_string().into_bytes() }
        };
        let count = |key: &Key, now| store.apply(key, &[("n".to_owned(), Change::Add(1))], at(now), at(100_000));
        for n in 0..160 {
            count(&of("small", n), n);
        }
        for n in 0..20_000 {
            count(&of("large", n), 1000 + n);
        }
        let held = (0..160).filter(|n| !store.load(&of("small", *n), at(30_000)).is_empty()).count();
        assert_eq!(held, 160, "though each of them would go before any of the others");
        assert!(!store.load(&of("large", 19_999), at(30_000)).is_empty(), "the newest is there");
    }

    #[test]
    fn memory_is_bounded() {
        let store = InProcess::new(160);
        for n in 0..5000_u64 {
            store.apply(&ip(&n.to_string()), &[("n".to_owned(), Change::Add(1))], at(n), at(100_000));
        }
        let held: usize = store.shards.iter().map(|s| s.lock().map_or(0, |s| s.len())).sum();
        assert!(held <= 160, "{held}");
        for n in 0..200 {
            store.apply(&ip("x"), &[(format!("e{n}"), Change::Add(1))], at(5000), at(100));
        }
        assert!(store.load(&ip("x"), at(5000)).len() <= MOST_ELEMENTS);
    }
}
