//! Transformations: they say "changed" exactly when they change something, stay within bounds, and fixed points stay fixed.

use hcc_waf::transform::{Transformation, UnicodeMap};

/// The first byte chooses, so that the rest is free.
pub fn check(data: &[u8]) {
    let [choice, value @ ..] = data else { return };
    let all = Transformation::ALL;
    let one = all[usize::from(*choice) % all.len()];
    let map = UnicodeMap::parse("1 test\n0041:42 2044:2f ff21:5a\n", 1).ok();
    let mut out = b"left over".to_vec();
    if !one.apply(value, &mut out, map.as_ref()) {
        return;
    }
    assert_ne!(out, value, "{} calls an equal value changed", one.name());
    assert!(out.len() <= value.len() * 4 + 20, "{} of {} bytes gave {}", one.name(), value.len(), out.len());
    let mut twice = Vec::new();
    assert!(!is_settled(one) || !one.apply(&out, &mut twice, None), "{} twice is not once", one.name());
    let mut again = Vec::with_capacity(1);
    one.apply(value, &mut again, map.as_ref());
    assert_eq!(out, again, "{} depends on what the buffer held", one.name());
}

/// Those whose result they would not change again, by definition.
fn is_settled(one: Transformation) -> bool {
    use Transformation as T;
    matches!(
        one,
        T::CompressWhitespace
            | T::Lowercase
            | T::ParityZero7bit
            | T::RemoveNulls
            | T::RemoveWhitespace
            | T::ReplaceComments
            | T::ReplaceNulls
            | T::Trim
            | T::TrimLeft
            | T::TrimRight
            | T::Uppercase
    )
}
