#![allow(clippy::unwrap_used)]

use super::{Form, Job, Options, Outcome, Receiver, Unreadable, now};
use crate::copy::Segment;
use crate::decode::line::Precision;
use crate::intake::Allowance;
use crate::log::NotKept;
use std::io::Write;
use std::path::PathBuf;
use std::sync::mpsc::channel;

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("hcc-receive-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Place(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn options() -> Options {
    Options { threads: 2, largest: 10_000, ..Options::default() }
}

fn job(form: Form, encoding: &str, body: &[u8], done: impl FnOnce(Outcome) + Send + 'static) -> Job {
    Job {
        organization: [1; 16],
        allowance: Allowance::default(),
        form,
        encoding: encoding.into(),
        body: Box::new(body.to_vec()),
        done: Box::new(done),
    }
}

fn ask(receiver: &Receiver, form: Form, encoding: &str, body: &[u8]) -> Outcome {
    let (tell, hear) = channel();
    receiver.submit(job(form, encoding, body, move |outcome| tell.send(outcome).unwrap()));
    hear.recv_timeout(std::time::Duration::from_secs(20)).unwrap()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

type Case<'a> = (Form, &'a str, Vec<u8>, Result<(u64, u64), Unreadable>);

#[test]
fn each_body_gets_its_outcome() {
    let place = Place::new("outcomes");
    let (receiver, _) = Receiver::open(&place.0, options()).unwrap();
    let line = Form::Line(Precision::Nanoseconds);
    let snappy = |body: &[u8]| snap::raw::Encoder::new().compress_vec(body).unwrap();
    let cases: [Case<'_>; 10] = [
        (line, "", b"m a=1,b=2\nm a=2".to_vec(), Ok((3, 0))),
        (line, "gzip", gzip(b"m a=1\nbad"), Ok((1, 1))),
        (line, "br", b"m a=1".to_vec(), Err(Unreadable::Encoding)),
        (line, "", vec![b'#'; 10_001], Err(Unreadable::TooLarge)),
        (line, "gzip", gzip(&[b'#'; 10_001]), Err(Unreadable::TooLarge)),
        (Form::Text, "", b"up 1\ndown 2 x\n".to_vec(), Ok((1, 1))),
        (Form::OpenMetrics, "", b"up 1\n# EOF\n".to_vec(), Ok((1, 0))),
        (Form::RemoteWrite1, "snappy", snappy(b""), Ok((0, 0))),
        (Form::OtlpJson, "", b"{}".to_vec(), Ok((0, 0))),
        (Form::OtlpProtobuf, "", Vec::new(), Ok((0, 0))),
    ];
    for (form, encoding, body, expected) in cases {
        let outcome = match ask(&receiver, form, encoding, &body) {
            Outcome::Kept(report) => Ok((report.accepted, report.rejected)),
            Outcome::Unreadable(why) => Err(why),
            other => panic!("{other:?}"),
        };
        assert_eq!(outcome, expected, "{form:?} {encoding}");
    }
    for (form, encoding, body) in [
        (Form::RemoteWrite1, "snappy", &b"\xff\xff\xff"[..]),
        (Form::RemoteWrite2, "", b"\xff"),
        (Form::OtlpJson, "", b"{"),
        (line, "gzip", b"no gzip"),
    ] {
        let outcome = ask(&receiver, form, encoding, body);
        assert!(matches!(outcome, Outcome::Unreadable(Unreadable::Malformed(_))), "{form:?}: {outcome:?}");
    }
}

#[test]
fn what_was_kept_is_there_after_an_orderly_end_and_one_folder_has_one_owner() {
    let place = Place::new("owner");
    let (receiver, recovered) = Receiver::open(&place.0, options()).unwrap();
    assert_eq!(recovered, []);
    let second = Receiver::open(&place.0, options()).err().unwrap();
    assert_eq!(second.kind(), std::io::ErrorKind::WouldBlock);
    let body = format!("m,h=x a=7 {}", now() * 1000);
    assert!(matches!(ask(&receiver, Form::Line(Precision::Nanoseconds), "", body.as_bytes()), Outcome::Kept(_)));
    receiver.close();
    assert_eq!(ask(&receiver, Form::Text, "", b"up 1"), Outcome::Lost(NotKept::Closed));
    let segment = Segment::read(&std::fs::read(place.0.join("0000000000000001.log")).unwrap()).unwrap();
    assert_eq!((segment.series[0].name(), segment.points(0)[0].1), ("m_a", 7.0));
    drop(receiver);
    assert!(Receiver::open(&place.0, options()).is_ok());
}

#[test]
fn a_log_without_room_says_so() {
    let place = Place::new("room");
    let mut tight = options();
    tight.log.total_bytes = 10;
    let (receiver, _) = Receiver::open(&place.0, tight).unwrap();
    assert_eq!(ask(&receiver, Form::Text, "", b"up 1"), Outcome::Lost(NotKept::Full));
}
