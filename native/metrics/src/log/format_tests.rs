#![allow(clippy::unwrap_used)]

use super::format::{Damage, HEADER, Identity, Records, begin, finish, header, read_header};

fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut record = Vec::new();
    begin(&mut record, kind);
    record.extend_from_slice(payload);
    finish(&mut record);
    record
}

const IDENTITY: Identity = Identity { ingester: *b"0123456789abcdef", number: 77 };

fn segment() -> Vec<u8> {
    [&header(IDENTITY, 5)[..], &record(1, b"first"), &record(2, b""), &record(3, b"third")].concat()
}

fn read(segment: &[u8]) -> (Vec<(u8, Vec<u8>)>, Option<Damage>) {
    let (mut found, mut damage) = (Vec::new(), None);
    for record in Records::new(segment) {
        match record {
            Ok((kind, payload)) => found.push((kind, payload.to_vec())),
            Err(why) => damage = Some(why),
        }
    }
    (found, damage)
}

#[test]
fn records_come_back() {
    let all = vec![(1, b"first".to_vec()), (2, Vec::new()), (3, b"third".to_vec())];
    assert_eq!(read_header(&segment()), Ok(IDENTITY));
    assert_eq!(read(&segment()), (all, None));
}

#[test]
fn cut_anywhere_the_end_is_torn_and_what_is_before_it_whole() {
    let whole = segment();
    let ends = [HEADER, HEADER + 14, HEADER + 23, HEADER + 37];
    assert_eq!(whole.len(), ends[3]);
    for length in HEADER..=whole.len() {
        let (found, damage) = read(&whole[..length]);
        assert_eq!(found.len(), ends.iter().filter(|e| **e <= length).count() - 1, "{length}");
        assert_eq!(damage, (!ends.contains(&length)).then_some(Damage::Torn), "{length}");
        // Blocks of zeros at the end are what some file systems leave.
        let zeros = [&whole[..length], &[0; 40]].concat();
        assert_eq!(read(&zeros).1, Some(Damage::Torn), "{length}");
    }
}

#[test]
fn every_flipped_bit_is_seen() {
    let whole = segment();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut bad = whole.clone();
            bad[at] ^= 1 << bit;
            if at < HEADER {
                assert_eq!(read_header(&bad), Err(Damage::Header), "{at}");
            } else {
                assert!(read(&bad).1.is_some(), "{at} {bit}");
            }
        }
    }
}

#[test]
fn damage_with_whole_records_behind_it_is_no_torn_end() {
    let mut bad = segment();
    bad[HEADER + 10] ^= 1;
    assert_eq!(read(&bad), (Vec::new(), Some(Damage::Checksum)));
}
