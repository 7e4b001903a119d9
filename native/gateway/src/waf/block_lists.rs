//! `@rbl` without waiting: what a block list says of a name is asked beside the request, and known to those that come after it.

use hcc_waf::operator::Rbl;
use std::collections::HashMap;
use std::io;
use std::net::ToSocketAddrs;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Names that are remembered; all are forgotten when there are more.
const MOST: usize = 16_384;
/// Names that wait to be asked for; more are asked for when they come again.
const WAITING: usize = 256;
/// How long an answer holds.
const HOLDS: Duration = Duration::from_secs(300);
/// After this an answer that is on its way is asked for again.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether a name has an address.
pub type Ask = dyn Fn(&str) -> bool + Send + Sync;

/// What is known of names, and a thread that asks for more.
pub struct BlockLists {
    known: Arc<Mutex<Known>>,
    ask: SyncSender<String>,
}

/// By name: whether it is listed, and until when that holds.
type Known = HashMap<String, (bool, Instant)>;

impl BlockLists {
    /// Asks the machine's resolver. Fails when there can be no thread.
    pub fn start() -> io::Result<Self> {
        Self::asking(Box::new(|name| (name, 0).to_socket_addrs().is_ok_and(|mut found| found.next().is_some())))
    }

    /// Asks something else.
    pub fn asking(how: Box<Ask>) -> io::Result<Self> {
        let (ask, asked) = sync_channel(WAITING);
        let known = Arc::new(Mutex::new(Known::new()));
        let own = Arc::clone(&known);
        thread::Builder::new().name("block-lists".to_owned()).spawn(move || answer(&asked, &own, &*how))?;
        Ok(Self { known, ask })
    }
}

/// Ends with the sender.
fn answer(asked: &Receiver<String>, known: &Mutex<Known>, how: &Ask) {
    while let Ok(name) = asked.recv() {
        let listed = how(&name);
        known.lock().unwrap_or_else(PoisonError::into_inner).insert(name, (listed, Instant::now() + HOLDS));
    }
}

impl Rbl for BlockLists {
    fn is_listed(&self, name: &str) -> bool {
        let now = Instant::now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.get(name).copied();
        if let Some((listed, _)) = before.filter(|(_, until)| *until > now) {
            return listed;
        }
        if self.ask.try_send(name.to_owned()).is_ok() {
            if known.len() >= MOST {
                known.clear();
            }
            // What was so goes on until the answer comes, and nobody else asks meanwhile.
            known.insert(name.to_owned(), (before.is_some_and(|(listed, _)| listed), now + PATIENCE));
        }
        before.is_some_and(|(listed, _)| listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn nobody_waits_and_the_next_one_knows() {
        let (go, gate) = channel::<()>();
        let gate = Mutex::new(gate);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let lists = BlockLists::asking(Box::new(move |name| {
            let _ = gate.lock().unwrap_or_else(PoisonError::into_inner).recv();
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
            name.starts_with("bad")
        }))
        .unwrap_or_else(|e| panic!("{e}"));
        for name in ["bad.example", "good.example", "bad.example", "bad.example"] {
            assert!(!lists.is_listed(name), "not known yet, and not waited for");
        }
        for _ in 0..2 {
            go.send(()).unwrap_or_else(|e| panic!("{e}"));
        }
        let began = Instant::now();
        while !lists.is_listed("bad.example") {
            assert!(began.elapsed() < Duration::from_secs(10), "not in time");
            thread::yield_now();
        }
        drop(go);
        while asked.lock().unwrap_or_else(PoisonError::into_inner).len() < 2 {
            assert!(began.elapsed() < Duration::from_secs(10), "not in time");
            thread::yield_now();
        }
        assert!(!lists.is_listed("good.example"));
        assert_eq!(*asked.lock().unwrap_or_else(PoisonError::into_inner), ["bad.example", "good.example"], "each once");
    }

    #[test]
    fn memory_is_bounded() {
        let lists = BlockLists::asking(Box::new(|_| false)).unwrap_or_else(|e| panic!("{e}"));
        for n in 0..3 * MOST {
            lists.is_listed(&n.to_string());
        }
        assert!(lists.known.lock().unwrap_or_else(PoisonError::into_inner).len() <= MOST + WAITING + 1);
    }
}
