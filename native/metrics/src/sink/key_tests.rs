#![allow(clippy::unwrap_used)]

use super::{Describe, Limits, Refused, SeriesKey};

struct Given<'a>(&'a [(&'a [u8], &'a [u8])]);

impl Describe for Given<'_> {
    fn count(&self) -> usize {
        1
    }

    fn series(&self, _: usize, key: &mut SeriesKey) -> Result<(), Refused> {
        self.0.iter().try_for_each(|(name, value)| key.label(name, value))
    }
}

fn read(labels: &[(&[u8], &[u8])]) -> Result<Vec<u8>, Refused> {
    let mut key = SeriesKey::new(Limits { labels: 2, name: 8, value: 5 });
    key.read(&Given(&[(b"__name__", b"left"), (b"over", b"x")]), 0)?;
    key.read(&Given(labels), 0)?;
    let mut again = key.metric().to_vec();
    for (name, value) in key.labels() {
        again.extend([b"\0", name, b"\0", value].concat());
    }
    assert_eq!(again, key.canonical());
    Ok(again)
}

#[test]
fn canonical_or_refused() {
    type Case<'a> = (&'a [(&'a [u8], &'a [u8])], Result<&'a [u8], Refused>);
    let cases: [Case<'_>; 15] = [
        (&[(b"__name__", b"up")], Ok(b"up")),
        (&[(b"b", b"2"), (b"__name__", b"up"), (b"a", b"1")], Ok(b"up\0a\x001\0b\x002")),
        (&[(b"__name__", b"up"), (b"a", b""), (b"b", b"2"), (b"c", b"3")], Ok(b"up\0b\x002\0c\x003")),
        (&[(b"__name__", "größe".as_bytes()), (b"a.b", b"c d")], Ok(b"gr\xc3\xb6\xc3\x9fe\0a.b\0c d")),
        (&[(b"a", b"1")], Err(Refused::NoName)),
        (&[(b"__name__", b"")], Err(Refused::NoName)),
        (&[(b"__name__", b"up"), (b"", b"1")], Err(Refused::NoName)),
        (&[(b"__name__", b"up"), (b"__name__", b"up")], Err(Refused::DuplicateLabel)),
        (&[(b"__name__", b"up"), (b"a", b"1"), (b"a", b"1")], Err(Refused::DuplicateLabel)),
        (&[(b"__name__", b"up"), (b"a", b"1"), (b"b", b"1"), (b"c", b"1")], Err(Refused::TooManyLabels)),
        (&[(b"__name__", b"upupupupu")], Err(Refused::NameTooLong)),
        (&[(b"__name__", b"up"), (b"abcdefghi", b"1")], Err(Refused::NameTooLong)),
        (&[(b"__name__", b"up"), (b"a", b"123456")], Err(Refused::ValueTooLong)),
        (&[(b"__name__", b"up"), (b"a", b"1\x002")], Err(Refused::NotText)),
        (&[(b"__name__", b"up"), (b"a\xc3", b"\xb6")], Err(Refused::NotText)),
    ];
    for (labels, expected) in cases {
        assert_eq!(read(labels), expected.map(<[u8]>::to_vec), "{labels:?}");
    }
}

#[test]
fn the_name_may_come_in_pieces() {
    struct Pieces;
    impl Describe for Pieces {
        fn count(&self) -> usize {
            1
        }
        fn series(&self, _: usize, key: &mut SeriesKey) -> Result<(), Refused> {
            key.label(b"host", b"a")?;
            key.name(&[b"cpu", b"_", b"idle"])?;
            key.label(b"cpu", b"0")
        }
    }
    let mut key = SeriesKey::default();
    key.read(&Pieces, 0).unwrap();
    assert_eq!(key.canonical(), b"cpu_idle\0cpu\x000\0host\0a");
}
