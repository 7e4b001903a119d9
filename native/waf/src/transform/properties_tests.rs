//! What holds for every transformation and any bytes.

use super::{Transformation, UnicodeMap};
use proptest::prelude::*;

/// Those whose result is a fixed point by definition.
const IDEMPOTENT: [Transformation; 11] = [
    Transformation::CompressWhitespace,
    Transformation::Lowercase,
    Transformation::ParityZero7bit,
    Transformation::RemoveNulls,
    Transformation::RemoveWhitespace,
    Transformation::ReplaceComments,
    Transformation::ReplaceNulls,
    Transformation::Trim,
    Transformation::TrimLeft,
    Transformation::TrimRight,
    Transformation::Uppercase,
];

/// Bytes of which a good part means something to some transformation.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => prop::sample::select(&b"\\%&#xXuU0123456789aAfFgG+/*.<>!-=;, \t\r\n\x0b\0'\"^(quotampltgnbs"[..]),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..120)
}

#[test]
fn names() {
    for one in Transformation::ALL {
        assert_eq!(Transformation::parse(one.name()), Some(one));
        assert_eq!(Transformation::parse(&one.name().to_ascii_uppercase()), Some(one));
    }
    for (name, want) in [
        ("normalizePath", Some(Transformation::NormalisePath)),
        ("normalizepathwin", Some(Transformation::NormalisePathWin)),
        ("base64decode", Some(Transformation::Base64Decode)),
        ("none", None),
        ("", None),
        ("trimm", None),
    ] {
        assert_eq!(Transformation::parse(name), want, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes(input in hostile()) {
        let map = UnicodeMap::parse("1\n0041:42 ff21:5a\n", 1).ok();
        for one in Transformation::ALL {
            let mut out = b"left over".to_vec();
            if one.apply(&input, &mut out, map.as_ref()) {
                prop_assert!(out != input, "{} calls an equal value changed", one.name());
                prop_assert!(out.len() <= input.len() * 4 + 20, "{} grew {} to {}", one.name(), input.len(), out.len());
                let mut twice = Vec::new();
                if IDEMPOTENT.contains(&one) {
                    prop_assert!(!one.apply(&out, &mut twice, None), "{} twice is not once", one.name());
                }
            }
        }
    }

    #[test]
    fn back_and_forth(input in prop::collection::vec(any::<u8>(), 0..80)) {
        for (there, back) in [
            (Transformation::HexEncode, Transformation::HexDecode),
            (Transformation::Base64Encode, Transformation::Base64DecodeExt),
            (Transformation::Base64Encode, Transformation::Base64Decode),
            (Transformation::UrlEncode, Transformation::UrlDecode),
            (Transformation::UrlEncode, Transformation::UrlDecodeUni),
        ] {
            let (mut coded, mut plain) = (Vec::new(), Vec::new());
            if !there.apply(&input, &mut coded, None) {
                coded.clone_from(&input);
            }
            if !back.apply(&coded, &mut plain, None) {
                plain.clone_from(&coded);
            }
            prop_assert_eq!(&plain, &input, "{}", there.name());
        }
    }
}

/// Time must not grow with the square of the length: 64 KiB of each would then take minutes.
#[test]
fn long_and_hostile() {
    let begun = std::time::Instant::now();
    let mut out = Vec::new();
    for pattern in [
        &b"\\"[..],
        b"\\\n",
        b"%",
        b"%u",
        b"&",
        b"&#",
        b"&a",
        b"/",
        b"/*",
        b"*/",
        b"-",
        b"<!-",
        b"#",
        b"0x",
        b"../",
        b"./",
        b"/a",
        b"a/..",
        b"\\\\/",
        b" ",
        b" (",
        b"\0",
        b"\xc2",
        b"\xe2\x82",
        b"=",
        b"x",
    ] {
        for before in [&b""[..], b"/*", b"&#"] {
            let value = [before, &pattern.repeat((1 << 16) / pattern.len())].concat();
            for one in Transformation::ALL {
                one.apply(&value, &mut out, None);
                assert!(begun.elapsed().as_secs() < 120, "{} on {}", one.name(), pattern.escape_ascii());
            }
        }
    }
}
