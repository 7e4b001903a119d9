//! Texts and bytes as Python hands them over.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// Bytes; a `str` is taken as UTF-8.
pub struct Text(pub Vec<u8>);

impl<'a, 'py> FromPyObject<'a, 'py> for Text {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self(bytes.as_bytes().to_vec()));
        }
        match object.cast::<PyString>() {
            Ok(text) => Ok(Self(text.to_str()?.as_bytes().to_vec())),
            Err(_) => Err(PyTypeError::new_err(format!("expected str or bytes, not {}", object.get_type().name()?))),
        }
    }
}

/// Header fields: pairs of a sequence, or the items of a mapping.
pub fn fields(headers: &Bound<'_, PyAny>) -> PyResult<Vec<(Vec<u8>, Vec<u8>)>> {
    let pairs = if headers.hasattr("items")? { headers.call_method0("items")? } else { headers.clone() };
    let mut all = Vec::new();
    for pair in pairs.try_iter()? {
        let (name, value): (Text, Text) = pair?.extract()?;
        all.push((name.0, value.0));
    }
    Ok(all)
}
