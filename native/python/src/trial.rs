//! Transformations and operators by themselves.

use crate::text::Text;
use hcc_waf::engine::{Trial, Tried as Outcome};
use hcc_waf::seclang::Files;
use hcc_waf::transform::Transformation;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::sync::{Arc, Mutex, PoisonError};

/// Operators kept ready: whoever tries a list of values names the same one each time.
const KEPT: usize = 16;

static READY: Mutex<Vec<(String, Arc<Trial>)>> = Mutex::new(Vec::new());

/// What an operator says of a value.
#[pyclass(frozen, module = "hcc_native")]
pub struct Tried {
    outcome: Outcome,
}

#[pymethods]
impl Tried {
    #[getter]
    const fn matched(&self) -> bool {
        self.outcome.matched
    }

    #[getter]
    fn captured<'py>(&self, py: Python<'py>) -> Vec<Option<Bound<'py, PyBytes>>> {
        self.outcome.captured.iter().map(|group| group.as_ref().map(|bytes| PyBytes::new(py, bytes))).collect()
    }

    fn __repr__(&self) -> String {
        let groups: Vec<String> = self
            .outcome
            .captured
            .iter()
            .map(|group| group.as_ref().map_or_else(|| "None".to_owned(), |bytes| format!("b\"{}\"", bytes.escape_ascii())))
            .collect();
        format!("Tried(matched={}, captured=[{}])", if self.outcome.matched { "True" } else { "False" }, groups.join(", "))
    }
}

#[pyfunction]
pub fn waf_transform<'py>(py: Python<'py>, name: &str, data: Text) -> PyResult<Bound<'py, PyBytes>> {
    let plain = name.strip_prefix("t:").unwrap_or(name);
    if plain.eq_ignore_ascii_case("none") {
        return Ok(PyBytes::new(py, &data.0));
    }
    let Some(transformation) = Transformation::parse(plain) else {
        return Err(PyValueError::new_err(format!("no transformation is named {plain:?}")));
    };
    let mut out = Vec::new();
    let changed = py.detach(|| transformation.apply(&data.0, &mut out, None));
    Ok(PyBytes::new(py, if changed { &out } else { &data.0 }))
}

fn ready(operator: &str) -> Result<Arc<Trial>, String> {
    let mut kept = READY.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, trial)) = kept.iter().find(|(known, _)| known == operator) {
        return Ok(Arc::clone(trial));
    }
    let trial = Arc::new(Trial::new(operator, &Files)?);
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((operator.to_owned(), Arc::clone(&trial)));
    Ok(trial)
}

#[pyfunction]
pub fn waf_operator(py: Python<'_>, name: &str, parameter: &str, data: Text) -> PyResult<Tried> {
    let (sign, plain) = name.strip_prefix('!').map_or(("", name), |rest| ("!", rest));
    let operator = format!("{sign}@{} {parameter}", plain.strip_prefix('@').unwrap_or(plain));
    let outcome = py.detach(|| ready(&operator).map(|trial| trial.run(&data.0))).map_err(PyValueError::new_err)?;
    Ok(Tried { outcome })
}
