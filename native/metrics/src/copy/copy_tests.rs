#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Copy, Ids, Segment, digest};
use crate::log::format::{Damage, HEADER, Identity, LOOSE, METADATA, ROWS, SERIES, SHAPES, begin, finish, header};

fn record(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut record = Vec::new();
    begin(&mut record, kind);
    for part in parts {
        record.extend_from_slice(part);
    }
    finish(&mut record);
    record
}

fn number(n: u32) -> [u8; 4] {
    n.to_le_bytes()
}

fn series(list: &[(u32, u32, &str)]) -> Vec<u8> {
    let mut payload = vec![9; 16];
    for (id, shared, own) in list {
        payload.extend_from_slice(&[number(*id), number(*shared), number(u32::try_from(own.len()).unwrap())].concat());
        payload.extend_from_slice(own.as_bytes());
    }
    record(SERIES, &[&payload])
}

fn loose(time: i64, values: &[(u32, f64)]) -> Vec<u8> {
    let ids: Vec<u8> = values.iter().flat_map(|(id, _)| number(*id)).collect();
    let bits: Vec<u8> = values.iter().flat_map(|(_, v)| v.to_le_bytes()).collect();
    record(ROWS, &[&number(LOOSE), &number(u32::try_from(values.len()).unwrap()), &time.to_le_bytes(), &ids, &bits])
}

fn segment(records: &[Vec<u8>]) -> Vec<u8> {
    [&header(Identity { ingester: [3; 16], number: 4 }, 0)[..], &records.concat()].concat()
}

#[test]
fn values_are_grouped_and_sorted() {
    let bytes = segment(&[
        series(&[(5, 0, "cpu_a\0h\0x"), (8, 4, "mem"), (900, 0, "up")]),
        record(SHAPES, &[&number(7), &number(2), &number(8), &number(5)]),
        record(ROWS, &[&number(7), &60_000_001_i64.to_le_bytes(), &1_f64.to_le_bytes(), &2_f64.to_le_bytes()]),
        loose(-1, &[(5, 3.0), (900, 4.0)]),
        record(METADATA, &[&[9; 16], &[1], &number(2), b"up", &number(0), &number(4), b"help"]),
    ]);
    let found = Segment::read(&bytes).unwrap();
    assert_eq!(found.damage, None);
    let names: Vec<_> = found.series.iter().map(|s| (s.name(), s.labels_json())).collect();
    assert_eq!(names, [("cpu_a", r#"{"h":"x"}"#.into()), ("mem", r#"{"h":"x"}"#.into()), ("up", "{}".into())]);
    assert_eq!(found.points(0), [(-1, 3.0), (60_000_001, 2.0)]);
    assert_eq!(found.points(1), [(60_000_001, 1.0)]);
    assert_eq!(found.points(2), [(-1, 4.0)]);
    assert_eq!((found.len(), &found.minutes[..]), (4, &[-1, 1][..]));
    assert_eq!((&*found.metadata[0].name, found.metadata[0].kind, &*found.metadata[0].help), ("up", 1, "help"));
}

#[test]
fn a_number_that_is_given_again_means_the_new_series_from_there_on() {
    let bytes = segment(&[series(&[(5, 0, "a")]), loose(1, &[(5, 1.0)]), series(&[(5, 0, "b")]), loose(1, &[(5, 2.0)])]);
    let found = Segment::read(&bytes).unwrap();
    assert_eq!((found.points(0), found.points(1)), (&[(1, 1.0)][..], &[(1, 2.0)][..]));
}

#[test]
fn what_cannot_be_is_damage_and_what_was_before_counts() {
    let good = [series(&[(5, 0, "a")]), loose(1, &[(5, 1.0)])].concat();
    let cases: [(&str, Vec<u8>); 8] = [
        ("a series that was not spelled out", loose(1, &[(6, 1.0)])),
        ("a shape that was not listed", record(ROWS, &[&number(1), &[0; 16]])),
        ("a shape of unknown series", record(SHAPES, &[&number(1), &number(1), &number(6)])),
        ("more shared than there is", series(&[(6, 9, "b")])),
        ("no text", record(SERIES, &[&[9; 16], &number(6), &number(0), &number(1), b"\xff"])),
        ("a number beyond all", series(&[(u32::MAX - 1, 0, "b")])),
        ("a kind that is none", record(77, &[])),
        ("half a row behind a whole one", record(ROWS, &[&loose(1, &[(5, 1.0)])[9..], &[1, 2, 3]])),
    ];
    for (what, bad) in cases {
        let found = Segment::read(&segment(&[good.clone(), bad])).unwrap();
        assert_eq!(found.damage, Some((Damage::Content, HEADER + good.len())), "{what}");
        assert_eq!((found.len(), found.points(0)), (1, &[(1, 1.0)][..]), "{what}");
    }
    assert_eq!(Segment::read(b"something else").unwrap_err(), Damage::Header);
}

/// Rows of a COPY: (time, series, value, batch).
fn rows(bytes: &[u8]) -> Vec<(i64, i32, f64, i32)> {
    let (head, mut rest) = bytes.split_at(19);
    assert_eq!(head, [&b"PGCOPY\n\xff\r\n\0"[..], &[0; 8]].concat());
    let mut found = Vec::new();
    while rest != [0xff, 0xff] {
        let (row, after) = rest.split_at(42);
        assert_eq!(
            (&row[..2], &row[2..6], &row[14..18], &row[22..26], &row[34..38]),
            (&[0, 4][..], &[0, 0, 0, 8][..], &[0, 0, 0, 4][..], &[0, 0, 0, 8][..], &[0, 0, 0, 4][..])
        );
        let long = |at: usize| i64::from_be_bytes(row[at..at + 8].try_into().unwrap());
        let int = |at: usize| i32::from_be_bytes(row[at..at + 4].try_into().unwrap());
        found.push((long(6), int(18), f64::from_be_bytes(row[26..34].try_into().unwrap()), int(38)));
        rest = after;
    }
    found
}

#[test]
fn copy_is_sorted_by_id_and_time_and_the_last_of_equal_times_counts() {
    const Y2000: i64 = 946_684_800_000_000;
    let bytes = segment(&[
        series(&[(1, 0, "a"), (2, 0, "b"), (3, 0, "gone"), (4, 0, "a again")]),
        loose(Y2000 + 2, &[(1, 1.0), (2, 2.0), (3, 3.0)]),
        loose(Y2000 + 1, &[(1, 4.0)]),
        loose(Y2000 + 2, &[(1, 5.0), (4, 6.0)]),
        loose(Y2000 - 7, &[(4, f64::from_bits(0x7ff0_0000_0000_0002))]),
    ]);
    for size in [1, 42, 100, 1 << 20] {
        let mut copy = Copy::new(Segment::read(&bytes).unwrap(), &[30, 20, 0, 30], 9);
        let mut all = Vec::new();
        while copy.piece(size, &mut all) {}
        let found = rows(&all);
        assert_eq!(copy.rows, 4);
        let bits: Vec<_> = found.iter().map(|(t, s, v, b)| (*t, *s, v.to_bits(), *b)).collect();
        let one = |v: f64| v.to_bits();
        assert_eq!(bits, [(2, 20, one(2.0), 9), (-7, 30, 0x7ff0_0000_0000_0002, 9), (1, 30, one(4.0), 9), (2, 30, one(6.0), 9)]);
    }
}

#[test]
fn ids_are_remembered_by_organisation_and_series() {
    let found = Segment::read(&segment(&[series(&[(1, 0, "a"), (2, 0, "b")])])).unwrap();
    let mut other = Segment::read(&segment(&[series(&[(1, 0, "b")])])).unwrap();
    let mut ids = Ids::new(10);
    assert_eq!(ids.resolve(&found), (vec![0, 0], vec![0, 1]));
    ids.learn(&found.series[1], 5);
    ids.learn(&found.series[0], 0);
    assert_eq!(ids.resolve(&found), (vec![0, 5], vec![]));
    assert_eq!(ids.resolve(&other), (vec![5], vec![]));
    other.series[0].organization = [8; 16];
    assert_eq!(ids.resolve(&other), (vec![0], vec![0]));
}

#[test]
fn the_key_is_half_of_sha_256() {
    // FIPS 180-4, the example of one block.
    assert_eq!(digest(b"abc"), 0xba78_16bf_8f01_cfea_4141_40de_5dae_2223_u128.to_be_bytes());
}
