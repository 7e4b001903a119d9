//! Rule sets of the firewall, looked at without a gateway.

use hcc_gateway::waf::rule_sets;
use hcc_waf::engine::{Around, Engine, Policy, compile};
use hcc_waf::ftw::{self, case};
use hcc_waf::seclang::{Complaint, Files, load};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

fn read(files: &[String]) -> Result<Engine, Vec<String>> {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let told = |all: Vec<Complaint>| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rules = compile(load(&Files, &files).map_err(told)?).map_err(told)?;
    Ok(Engine::new(rules, Around::default()))
}

fn bytes<'py>(py: Python<'py>, value: &Value) -> Bound<'py, PyBytes> {
    PyBytes::new(py, value.to_string().as_bytes())
}

#[pyfunction]
pub fn waf_check(py: Python<'_>, files: Vec<String>) -> Bound<'_, PyBytes> {
    let told = py.detach(|| {
        let began = Instant::now();
        let (rules, complaints) = read(&files).map_or_else(|c| (0, c), |engine| (engine.rules.heads.len(), Vec::new()));
        json!({"rules": rules, "complaints": complaints, "seconds": began.elapsed().as_secs_f64()})
    });
    bytes(py, &told)
}

#[pyfunction]
pub fn waf_check_text(py: Python<'_>, name: &str, text: &str) -> Vec<String> {
    py.detach(|| rule_sets::check(name, text))
}

#[pyfunction]
pub fn waf_ftw<'py>(py: Python<'py>, files: Vec<String>, tests: &str) -> PyResult<Bound<'py, PyBytes>> {
    let told = py.detach(|| {
        let engine = read(&files).map_err(|complaints| PyValueError::new_err(complaints.join("\n")))?;
        let (cases, complaints) = case::read_folder(Path::new(tests)).map_err(|e| PyOSError::new_err(format!("{tests}: {e}")))?;
        let policy = Policy::compile(&ftw::policy(), &engine.rules).map_err(PyValueError::new_err)?;
        let outcomes = ftw::run(&Arc::new(engine), &Arc::new(policy), &cases);
        let outcomes: Vec<Value> =
            outcomes.iter().map(|o| json!({"title": o.title, "file": o.file, "wrong": o.wrong, "log": o.log})).collect();
        Ok::<_, PyErr>(json!({"outcomes": outcomes, "complaints": complaints.iter().map(ToString::to_string).collect::<Vec<_>>()}))
    })?;
    Ok(bytes(py, &told))
}
