use super::*;
use std::net::Ipv4Addr;

fn record(status: u16, path: &[u8]) -> Record<'_> {
    Record {
        at_ms: 0,
        micros: 1,
        id: b"id",
        client: IpAddr::V4(Ipv4Addr::LOCALHOST),
        method: b"GET",
        host: "a.example",
        path,
        status,
        bytes_out: 0,
        bytes_in: 0,
        route: None,
        upstream: None,
        subject: None,
        reason: None,
        detail: None,
        country: None,
    }
}

struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("hcc-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap_or_else(|e| panic!("{e}"));
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn journal(path: &str) -> (Arc<Journal>, Arc<Metrics>) {
    let metrics = Arc::<Metrics>::default();
    (Arc::new(Journal::start(Some(path), Arc::clone(&metrics)).unwrap_or_else(|e| panic!("{e}"))), metrics)
}

fn lines(path: &str) -> usize {
    std::fs::read_to_string(path).unwrap_or_default().lines().count()
}

#[test]
fn only_good_answers_are_sampled() {
    let folder = Folder::new("sampled");
    // Share, lowest and highest number of 200s among 10,000 that are logged.
    for (share, least, most) in [(1.0, 10_000, 10_000), (0.0, 0, 0), (0.25, 2_200, 2_800)] {
        let path = folder.file(&share.to_string());
        let (journal, metrics) = journal(&path);
        journal.sample(share);
        let log = Log::new(Arc::clone(&journal));
        for _ in 0..100 {
            (0..100).for_each(|_| log.add(&record(200, b"/good")));
            log.add(&record(429, b"/bad"));
            log.flush();
            journal.settle(Duration::from_secs(10));
        }
        assert_eq!(metrics.log_dropped.load(Ordering::Relaxed), 0);
        let logged = lines(&path) - 100;
        assert!((least..=most).contains(&logged), "{share}: {logged}");
    }
}

#[test]
fn a_renamed_file_is_let_go() {
    let folder = Folder::new("reopened");
    let (path, aside) = (folder.file("a.log"), folder.file("a.log.1"));
    let (journal, _) = journal(&path);
    let log = Log::new(Arc::clone(&journal));
    let write = |paths: &[&[u8]]| {
        for path in paths {
            log.add(&record(200, path));
        }
        log.flush();
        journal.settle(Duration::from_secs(10));
    };
    write(&[b"/1"]);
    std::fs::rename(&path, &aside).unwrap_or_else(|e| panic!("{e}"));
    write(&[b"/2"]);
    assert_eq!((lines(&aside), lines(&path)), (2, 0));
    journal.reopen().unwrap_or_else(|e| panic!("{e}"));
    write(&[b"/3", b"/4", b"/5"]);
    assert_eq!((lines(&aside), lines(&path)), (2, 3));
    let _ = std::fs::remove_file(&path);
    std::fs::create_dir(&path).unwrap_or_else(|e| panic!("{e}"));
    assert!(journal.reopen().is_err());
    assert!(Journal::start(None, Arc::default()).is_ok_and(|j| j.reopen().is_ok()));
}

#[test]
fn lines_that_cannot_be_written_are_counted() {
    let (journal, metrics) = journal("/dev/full");
    let log = Log::new(Arc::clone(&journal));
    (0..3).for_each(|_| log.add(&record(200, b"/")));
    log.flush();
    journal.settle(Duration::from_secs(10));
    assert_eq!(metrics.log_dropped.load(Ordering::Relaxed), 3);
}
