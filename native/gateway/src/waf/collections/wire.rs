//! How collections and changes are written in Redis.

use super::pending::Changes;
use hcc_waf::engine::{Change, Elements, Kept, Key, LONGEST, MOST_ELEMENTS, Owner};
use hcc_waf::seclang::Variable;
use redis::Cmd;
use std::sync::Arc;
use std::time::Duration;

/// Beginning of every key.
const PREFIX: &[u8] = b"hcc:waf:collection:";
const NAMES: [(Variable, &[u8]); 5] = [
    (Variable::Ip, b"ip"),
    (Variable::Session, b"session"),
    (Variable::User, b"user"),
    (Variable::Resource, b"resource"),
    (Variable::Global, b"global"),
];

/// The key of a collection: organisation, application, kind and what `initcol` named, the last as it is.
pub fn key(key: &Key) -> Vec<u8> {
    let name = NAMES.iter().find(|(v, _)| *v == key.collection).map_or(&b"other"[..], |(_, name)| name);
    let Owner { organization, application } = &*key.owner;
    [PREFIX, escape(organization).as_bytes(), b":", escape(application).as_bytes(), b":", name, b":", &key.key].concat()
}

/// A name in which nothing can be taken for the end of it.
fn escape(name: &str) -> String {
    name.replace('%', "%25").replace(':', "%3A")
}

fn unescape(name: &[u8]) -> Option<Box<str>> {
    Some(std::str::from_utf8(name).ok()?.replace("%3A", ":").replace("%25", "%").into())
}

/// The collection of a key; none for keys of other things.
pub fn read_key(text: &[u8]) -> Option<Key> {
    let mut parts = text.strip_prefix(PREFIX)?.splitn(4, |byte| *byte == b':');
    let owner = Owner { organization: unescape(parts.next()?)?, application: unescape(parts.next()?)? };
    let name = parts.next()?;
    let collection = NAMES.iter().find(|(_, n)| *n == name)?.0;
    Some(Key { owner: Arc::new(owner), collection, key: parts.next()?.to_vec() })
}

/// The call that makes changes.
pub fn call(hash: &str, target: &Key, changes: &Changes, now: Duration) -> Cmd {
    let mut cmd = redis::cmd("EVALSHA");
    cmd.arg(hash).arg(1).arg(key(target));
    // Two fields an element.
    cmd.arg(millis(now)).arg(changes.timeout.as_secs().max(1)).arg(2 * MOST_ELEMENTS);
    for (name, change) in &changes.list {
        match change {
            Change::Set(value) if value.len() > LONGEST => {}
            Change::Set(value) => drop(cmd.arg("set").arg(name).arg(value)),
            Change::Add(sum) => drop(cmd.arg("add").arg(name).arg(*sum)),
            Change::Unset => drop(cmd.arg("unset").arg(name).arg("")),
            Change::Expire(at) => drop(cmd.arg("expire").arg(name).arg(millis(*at))),
        }
    }
    cmd
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Elements from the fields and values of a hash, without those whose end has come.
pub fn elements(flat: &[Vec<u8>], now: Duration) -> Elements {
    let mut found = Elements::new();
    let pairs = || flat.chunks_exact(2).filter_map(|pair| if let [name, value] = pair { Some((name, value)) } else { None });
    let name_of = |field: &[u8], kind: &[u8]| field.strip_prefix(kind).map(|name| String::from_utf8_lossy(name).into_owned());
    for (name, value) in pairs().filter_map(|(field, value)| Some((name_of(field, b"v:")?, value))).take(MOST_ELEMENTS) {
        found.insert(name, Kept { value: value.clone(), expires: None });
    }
    for (name, value) in pairs().filter_map(|(field, value)| Some((name_of(field, b"x:")?, value))) {
        let ends = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok()).map(Duration::from_millis);
        if let Some(kept) = found.get_mut(&name) {
            kept.expires = ends;
        }
    }
    found.retain(|_, kept| kept.expires.is_none_or(|at| at > now));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn keys_go_and_come() {
        let mut written = HashSet::new();
        for (organization, application) in [("", ""), ("7f2a", "default"), ("7f2a:default", ""), ("7f2a%3Adefault", ""), ("%25", ":%:")] {
            let owner = Arc::new(Owner { organization: organization.into(), application: application.into() });
            for (collection, text) in
                [(Variable::Ip, &b"192.0.2.1"[..]), (Variable::Global, b"global"), (Variable::Session, b"a:b\xff:"), (Variable::User, b"")]
            {
                let one = Key { owner: Arc::clone(&owner), collection, key: text.to_vec() };
                assert!(written.insert(key(&one)), "{one:?} is written like another");
                assert_eq!(read_key(&key(&one)), Some(one));
            }
        }
        for other in
            [&b"hcc:limits:x"[..], b"hcc:waf:collection:a:b:ip", b"hcc:waf:collection:a:b:tx:a", b"hcc:waf:collection:ip:2001:db8::1"]
        {
            assert_eq!(read_key(other), None, "{}", other.escape_ascii());
        }
    }

    #[test]
    fn elements_are_read() {
        let flat: Vec<Vec<u8>> =
            ["v:n", "5", "v:old", "1", "x:old", "1000", "x:n", "9000", "x:gone", "9000", "other", "1", "v:odd"].map(Into::into).to_vec();
        let found = elements(&flat, Duration::from_secs(2));
        let kept = Kept { value: b"5".to_vec(), expires: Some(Duration::from_secs(9)) };
        assert_eq!(found.into_iter().collect::<Vec<_>>(), [("n".to_owned(), kept)]);
    }
}
