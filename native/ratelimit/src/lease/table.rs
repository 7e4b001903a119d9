//! The table of floats, and the order in which the ledger is asked.

use super::entry::Entry;
use super::share::View;
use super::{Ask, Place, Reply};
use crate::gcra::{Decision, Quota};
use foldhash::quality::RandomState;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

const WAYS: usize = 8;
const SHARDS: usize = 16;

/// The tags of a bucket stand together, so that a search touches one entry, not eight.
#[derive(Clone, Default)]
struct Bucket {
    tags: [u32; WAYS],
    entries: [Entry; WAYS],
}

type Queue = BinaryHeap<Reverse<(u64, Place)>>;

#[derive(Default)]
struct Shard {
    buckets: Vec<Option<Box<Bucket>>>,
    /// Keys of which somebody was refused.
    urgent: Queue,
    /// The others.
    patient: Queue,
}

/// All floats of one gateway.
///
/// Memory is bounded: a bucket of eight entries is made when first needed, and in a full one a key that is whole gives its place,
/// or, counted, the one that was seen longest ago.
pub struct Leases {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    /// Read with every decision, written once a second.
    view: AtomicU64,
    /// When the ledger was lost or found, in nanoseconds; written before the view that says so.
    since_ns: AtomicU64,
    changing: Mutex<()>,
    displaced: AtomicU64,
}

impl Leases {
    /// Room for about `keys` keys, about 130 bytes each, taken as they come. Nobody has heard of this gateway yet.
    pub fn new(keys: usize) -> Self {
        let per_shard = (keys / (WAYS * SHARDS)).max(1);
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard { buckets: vec![None; per_shard], ..Shard::default() })).collect();
        let view = View { gateways: 1, settled: false, connected: true, epoch: 0 };
        Self {
            shards,
            hasher: RandomState::default(),
            view: AtomicU64::new(view.pack()),
            since_ns: AtomicU64::new(0),
            changing: Mutex::new(()),
            displaced: AtomicU64::new(0),
        }
    }

    /// Counts one request; the second value says that the ledger should be asked at that time (nanoseconds) at the latest.
    pub fn check(&self, limit: u64, key: u128, quota: &Quota, now_ns: u64) -> (Decision, Option<u64>) {
        let view = self.view();
        let key = split(key);
        let hash = self.hasher.hash_one((limit, key));
        let number = usize::try_from(hash % SHARDS as u64).unwrap_or(0);
        let mut guard = self.lock(number);
        let shard = &mut *guard;
        let index = usize::try_from((hash >> 32) % shard.buckets.len() as u64).unwrap_or(0);
        let bucket = shard.buckets[index].get_or_insert_with(Box::default);
        let tag = u32::try_from(hash >> 8 & 0xffff_ffff).unwrap_or(0);
        let found = (0..WAYS).find(|w| {
            let e = &bucket.entries[*w];
            bucket.tags[*w] == tag && e.burst != 0 && e.limit == limit && e.key == key
        });
        let way = found.unwrap_or_else(|| {
            let way = victim(bucket, view, now_ns);
            if bucket.entries[way].burst != 0 && !bucket.entries[way].is_whole(view, now_ns) {
                self.displaced.fetch_add(1, Ordering::Relaxed);
            }
            bucket.entries[way] = Entry::new(limit, key, quota.burst(), view);
            bucket.tags[way] = tag;
            way
        });
        let entry = &mut bucket.entries[way];
        let starved = entry.starved;
        let decision = entry.count(quota, view, self.since_ns.load(Ordering::Relaxed), now_ns);
        let place = place(number, index, way);
        let due = entry.wish(view, now_ns).filter(|(due, urgent)| entry.due_ns == 0 || *due < entry.due_ns || (*urgent && !starved));
        if let Some((due, urgent)) = due {
            entry.due_ns = due;
            if urgent { &mut shard.urgent } else { &mut shard.patient }.push(Reverse((due, place)));
        }
        (decision, due.map(|d| d.0))
    }

    /// When the ledger is to be asked next.
    pub fn next_due(&self) -> Option<u64> {
        let first = |queue: &Queue| queue.peek().map(|Reverse((due, _))| *due);
        let of = |n| {
            let shard = self.lock(n);
            [first(&shard.urgent), first(&shard.patient)].into_iter().flatten().min()
        };
        (0..SHARDS).filter_map(of).min()
    }

    /// What the ledger is to be asked now, at most about `most` keys, those first of which somebody was refused.
    ///
    /// Each must be given to [`Self::settle`] or [`Self::unanswered`].
    pub fn collect(&self, now_ns: u64, most: usize, asks: &mut Vec<(Place, Ask)>) {
        let view = self.view();
        if !view.connected {
            return;
        }
        for urgent in [true, false] {
            for number in 0..SHARDS {
                let mut guard = self.lock(number);
                let shard = &mut *guard;
                while asks.len() < most {
                    let queue = if urgent { &mut shard.urgent } else { &mut shard.patient };
                    let Some(Reverse((due, place))) = queue.peek().copied().filter(|Reverse((due, _))| *due <= now_ns) else { break };
                    queue.pop();
                    // An entry that was asked for earlier, or has gone, stands here no more.
                    let Some(entry) = shard.entry(place).filter(|e| e.due_ns == due) else { continue };
                    entry.due_ns = 0;
                    asks.extend(entry.ask(view).map(|ask| (place, ask)));
                }
            }
        }
    }

    /// Takes the ledger's answer.
    pub fn settle(&self, place: Place, ask: &Ask, reply: &Reply, now_ns: u64) {
        self.end(place, ask, now_ns, |entry| entry.settle(ask, reply, now_ns));
    }

    /// No answer came to this ask.
    pub fn unanswered(&self, place: Place, ask: &Ask, now_ns: u64) {
        self.end(place, ask, now_ns, |entry| entry.unanswered(now_ns));
    }

    fn end(&self, place: Place, ask: &Ask, now_ns: u64, act: impl FnOnce(&mut Entry)) {
        let view = self.view();
        let mut shard = self.lock(usize::from(place.shard));
        let key = split(ask.key);
        let Some(entry) = shard.entry(place).filter(|e| e.asking && e.limit == ask.limit && e.key == key) else { return };
        act(entry);
        shard.plan(place, view, now_ns);
    }

    /// How many gateways count together, and whether they can have noticed this one.
    pub fn members(&self, gateways: u32, settled: bool) {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.set(View { gateways: gateways.max(1), settled, ..self.view() });
    }

    /// The ledger no longer answers: from now on this gateway goes on alone.
    pub fn lost(&self, now_ns: u64) {
        self.switch(false, now_ns);
    }

    /// The ledger answers again.
    pub fn found(&self, now_ns: u64) {
        if !self.switch(true, now_ns) {
            return;
        }
        let view = self.view();
        for number in 0..SHARDS {
            let mut shard = self.lock(number);
            for bucket in 0..shard.buckets.len() {
                for way in 0..WAYS {
                    let place = place(number, bucket, way);
                    if let Some(entry) = shard.entry(place) {
                        entry.rejoin(view);
                        entry.due_ns = 0;
                        shard.plan(place, view, now_ns);
                    }
                }
            }
        }
    }

    fn switch(&self, connected: bool, now_ns: u64) -> bool {
        let _one = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let view = self.view();
        let changed = view.connected != connected;
        if changed {
            self.since_ns.store(now_ns, Ordering::Relaxed);
            self.set(View { connected, epoch: (view.epoch + 1) % (1 << 30), ..view });
        }
        changed
    }

    fn set(&self, view: View) {
        self.view.store(view.pack(), Ordering::Release);
    }

    /// What this gateway knows of the others.
    pub fn view(&self) -> View {
        View::unpack(self.view.load(Ordering::Acquire))
    }

    /// How many keys lost their place before they were whole.
    pub fn displaced(&self) -> u64 {
        self.displaced.load(Ordering::Relaxed)
    }

    fn lock(&self, shard: usize) -> MutexGuard<'_, Shard> {
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shard {
    fn entry(&mut self, place: Place) -> Option<&mut Entry> {
        let bucket = self.buckets.get_mut(place.bucket as usize)?.as_mut()?;
        bucket.entries.get_mut(usize::from(place.way)).filter(|e| e.burst != 0)
    }

    fn plan(&mut self, place: Place, view: View, now_ns: u64) {
        let Some(entry) = self.entry(place) else { return };
        let Some((due, urgent)) = entry.wish(view, now_ns) else { return };
        entry.due_ns = due;
        if urgent { &mut self.urgent } else { &mut self.patient }.push(Reverse((due, place)));
    }
}

fn split(key: u128) -> [u64; 2] {
    let half = |n: u128| u64::try_from(n).unwrap_or(0);
    [half(key >> 64), half(key & u128::from(u64::MAX))]
}

fn place(shard: usize, bucket: usize, way: usize) -> Place {
    // The parts are far below their types' ends: the table's size is given in keys, and it fits memory.
    let small = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    Place { shard: small(shard), way: small(way), bucket: u32::try_from(bucket).unwrap_or(u32::MAX) }
}

/// The place of a bucket that is free, or whose key is whole, or that owes nothing; of the like the one not seen for longest.
fn victim(bucket: &Bucket, view: View, now_ns: u64) -> usize {
    let cost = |e: &Entry| match e {
        e if e.burst == 0 => (0, 0),
        e if e.is_whole(view, now_ns) => (1, e.seen_ns),
        e => (2 + u8::from(e.owes()), e.seen_ns),
    };
    (0..WAYS).min_by_key(|w| cost(&bucket.entries[*w])).unwrap_or(0)
}
