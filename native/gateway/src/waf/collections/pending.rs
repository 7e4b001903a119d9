//! Changes that Redis has not heard of yet, each as short as it can be said.

use hcc_waf::engine::{Change, Key};
use hcc_waf::operator::integer;
use std::collections::HashMap;
use std::time::Duration;

/// Collections whose changes wait; those of more are this process's own.
pub const MOST: usize = 16_384;

/// What waits of one collection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// In their order.
    pub list: Vec<(String, Change)>,
    /// How long the collection is kept.
    pub timeout: Duration,
}

/// What waits, by collection.
#[derive(Debug, Default)]
pub struct Pending(HashMap<Key, Changes>);

impl Pending {
    /// Adds changes; false when there is no room.
    pub fn add(&mut self, key: &Key, changes: &[(String, Change)], timeout: Duration) -> bool {
        if self.0.len() >= MOST && !self.0.contains_key(key) {
            return false;
        }
        let waiting = self.0.entry(key.clone()).or_default();
        waiting.timeout = timeout;
        for (name, what) in changes {
            push(&mut waiting.list, name, what);
        }
        true
    }

    /// Puts changes back that could not be told, before those that came since.
    pub fn put_back(&mut self, key: &Key, changes: &Changes) -> bool {
        let newer = self.0.remove(key);
        let mut fits = self.add(key, &changes.list, changes.timeout);
        if let Some(newer) = newer {
            fits &= self.add(key, &newer.list, newer.timeout);
        }
        fits
    }

    /// Takes at most so many collections.
    pub fn take(&mut self, most: usize) -> Vec<(Key, Changes)> {
        let keys: Vec<Key> = self.0.keys().take(most).cloned().collect();
        keys.into_iter().filter_map(|key| self.0.remove_entry(&key)).collect()
    }

    /// What waits of a collection.
    pub fn of(&self, key: &Key) -> &[(String, Change)] {
        self.0.get(key).map_or(&[], |c| &c.list)
    }
}

/// At most one value or sum, one end and one removal are left of each element.
fn push(list: &mut Vec<(String, Change)>, name: &str, what: &Change) {
    let value = list.iter_mut().find(|(n, w)| n == name && matches!(w, Change::Set(_) | Change::Add(_))).map(|(_, w)| w);
    match (what, value) {
        (Change::Add(more), Some(Change::Add(sum))) => *sum = sum.saturating_add(*more),
        (Change::Add(more), Some(Change::Set(text))) => *text = integer(text).saturating_add(*more).to_string().into_bytes(),
        (Change::Set(_), Some(before)) => *before = what.clone(),
        (Change::Unset, _) => {
            list.retain(|(n, _)| n != name);
            list.push((name.to_owned(), Change::Unset));
        }
        (Change::Expire(_), _) => {
            list.retain(|(n, w)| n != name || !matches!(w, Change::Expire(_)));
            list.push((name.to_owned(), what.clone()));
        }
        _ => list.push((name.to_owned(), what.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hcc_waf::engine::{Elements, InProcess, Store};
    use hcc_waf::seclang::Variable;
    use std::sync::Arc;

    fn key(name: &str) -> Key {
        Key { owner: Arc::default(), collection: Variable::Ip, key: name.as_bytes().to_vec() }
    }

    fn end(changes: &[(String, Change)]) -> Elements {
        let store = InProcess::new(16);
        store.apply(&key("a"), changes, Duration::from_secs(1), Duration::from_secs(100));
        store.load(&key("a"), Duration::from_secs(1))
    }

    #[test]
    fn what_is_said_shorter_means_the_same() {
        let set = |text: &str| Change::Set(text.as_bytes().to_vec());
        let at = |s| Change::Expire(Duration::from_secs(s));
        for (changes, most) in [
            (vec![Change::Add(1); 1000], 1),
            (vec![set("a"), set("b"), Change::Add(2), Change::Add(3)], 1),
            (vec![set("7"), at(9), set("8"), Change::Add(1), set("9")], 2),
            (vec![Change::Add(1), at(5), Change::Add(1), at(6), Change::Add(1)], 2),
            (vec![Change::Add(1), at(5), Change::Unset, Change::Add(7)], 2),
            (vec![set("5"), at(9), set("6"), Change::Unset], 1),
        ] {
            let named: Vec<_> = changes.into_iter().map(|c| ("n".to_owned(), c)).collect();
            let mut pending = Pending::default();
            for one in &named {
                assert!(pending.add(&key("a"), std::slice::from_ref(one), Duration::from_secs(1)));
            }
            assert!(pending.of(&key("a")).len() <= most, "{named:?}");
            assert_eq!(end(pending.of(&key("a"))), end(&named), "{named:?}");
        }
    }

    #[test]
    fn what_could_not_be_told_comes_first() {
        let mut pending = Pending::default();
        let add = |pending: &mut Pending, what| assert!(pending.add(&key("a"), &[("n".to_owned(), what)], Duration::from_secs(1)));
        add(&mut pending, Change::Set(b"1".to_vec()));
        let taken = pending.take(10);
        add(&mut pending, Change::Add(2));
        for (key, changes) in taken {
            assert!(pending.put_back(&key, &changes));
        }
        let want = [("n".to_owned(), Change::Set(b"3".to_vec()))];
        assert_eq!(pending.of(&key("a")), want);
        assert_eq!((pending.take(10).len(), pending.take(10).len()), (1, 0));
    }

    #[test]
    fn there_is_an_end_to_it() {
        let mut pending = Pending::default();
        let fit = (0..MOST + 10).filter(|n| pending.add(&key(&n.to_string()), &[], Duration::ZERO)).count();
        assert_eq!(fit, MOST);
    }
}
