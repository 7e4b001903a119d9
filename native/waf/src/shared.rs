//! What several rule sets make of the same text is there once, and goes with the last of them.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Values by the text that they were made from. It keeps none of them alive, and holds nothing of those that are gone.
pub(crate) struct Pool<V: 'static>(Mutex<Entries<V>>);

type Entries<V> = BTreeMap<Arc<[u8]>, Weak<Pooled<V>>>;

struct Pooled<V: 'static> {
    value: V,
    text: Arc<[u8]>,
    pool: &'static Pool<V>,
}

/// A value that all have who made it from the same text.
pub struct Shared<V: 'static>(Arc<Pooled<V>>);

impl<V> Pool<V> {
    /// An empty one.
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    fn entries(&self) -> MutexGuard<'_, Entries<V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, text: &[u8]) -> Option<Shared<V>> {
        self.entries().get(text).and_then(Weak::upgrade).map(Shared)
    }

    /// The value of a text; made when nobody has it. An error of `make` is kept nowhere.
    pub fn get<E>(&'static self, text: &[u8], make: impl FnOnce() -> Result<V, E>) -> Result<Shared<V>, E> {
        if let Some(known) = self.known(text) {
            return Ok(known);
        }
        // Made without the lock, so that others need not wait for it. Who comes second takes what the first made.
        let new = Arc::new(Pooled { value: make()?, text: text.into(), pool: self });
        let first = {
            let mut entries = self.entries();
            let first = entries.get(text).and_then(Weak::upgrade);
            if first.is_none() {
                entries.insert(Arc::clone(&new.text), Arc::downgrade(&new));
            }
            first
        };
        Ok(Shared(first.unwrap_or(new)))
    }
}

impl<V> Drop for Pooled<V> {
    fn drop(&mut self) {
        let mut entries = self.pool.entries();
        // Meanwhile somebody may have made it anew.
        if entries.get(&self.text).is_some_and(|value| value.strong_count() == 0) {
            entries.remove(&self.text);
        }
    }
}

impl<V> Shared<V> {
    /// A number that is the same for the same value, as long as somebody has it.
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
}

impl<V> Clone for Shared<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V> Deref for Shared<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0.value
    }
}

impl<V: fmt::Debug> fmt::Debug for Shared<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use std::thread;

    fn get(pool: &'static Pool<Vec<u8>>, text: &[u8]) -> Shared<Vec<u8>> {
        let Ok(value) = pool.get(text, || Ok::<_, Infallible>(text.to_vec()));
        value
    }

    #[test]
    fn the_same_text_is_the_same_value_while_somebody_has_it() {
        static POOL: Pool<Vec<u8>> = Pool::new();
        let (a, b, other) = (get(&POOL, b"a"), get(&POOL, b"a"), get(&POOL, b"b"));
        assert_eq!((a.address(), &**a), (b.address(), &b"a"[..]));
        assert_ne!(a.address(), other.address());
        assert_eq!(POOL.entries().len(), 2);
        drop(a);
        assert!(POOL.get(b"a", || Err(7)).is_ok(), "the other still has it");
        drop(b);
        assert_eq!(POOL.entries().len(), 1, "nothing is left of it");
        assert_eq!(POOL.get(b"a", || Err(7)).err(), Some(7), "it must be made again");
        assert_eq!(**get(&POOL, b"a"), b"a"[..]);
        drop(other);
        assert_eq!(POOL.entries().len(), 0);
    }

    #[test]
    fn many_at_once_lose_and_leave_nothing() {
        static POOL: Pool<Vec<u8>> = Pool::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for n in 0..4000_u32 {
                        let text = (n % 3).to_le_bytes();
                        let (one, two) = (get(&POOL, &text), get(&POOL, &text));
                        assert_eq!(**one, text);
                        assert_eq!(one.address(), two.address());
                    }
                });
            }
        });
        assert_eq!(POOL.entries().len(), 0);
    }
}
