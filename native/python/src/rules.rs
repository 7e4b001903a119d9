//! A compiled rule set and what it says of requests.

use crate::explain;
use crate::text::{Text, fields};
use hcc_gateway::waf::{RuleSets, rule_sets};
use hcc_waf::engine::{Around, Engine, Inspection, Policy, PolicyText, Report, Request, Response, Start, TxValue, compile};
use hcc_waf::seclang::action::severity_name;
use hcc_waf::seclang::{Complaint, Files, Memory, Mode, Program, RuleOutline, load, outline};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// What rules of a text are called in complaints.
const TEXT: &str = "rules";

/// Rules, compiled.
#[pyclass(frozen, module = "hcc_native")]
pub struct Waf {
    engine: Arc<Engine>,
    policy: Arc<Policy>,
    outline: Vec<RuleOutline>,
}

/// One rule's match.
#[pyclass(frozen, get_all, module = "hcc_native")]
#[derive(Clone)]
pub struct Match {
    rule_id: u32,
    phase: u8,
    message: String,
    data: String,
    severity: Option<String>,
    tags: Vec<String>,
    target: String,
    excerpt: String,
    file: String,
    line: u32,
}

/// What became of a request.
#[pyclass(frozen, get_all, module = "hcc_native")]
pub struct Verdict {
    action: &'static str,
    status: Option<u16>,
    rule_id: Option<u32>,
    matched: Vec<Match>,
    score: i64,
    tx: Py<PyDict>,
}

#[pymethods]
impl Match {
    fn __repr__(&self) -> String {
        format!("Match(rule_id={}, target={:?}, message={:?})", self.rule_id, self.target, self.message)
    }
}

#[pymethods]
impl Verdict {
    fn __repr__(&self) -> String {
        let said = |number: Option<String>| number.unwrap_or_else(|| "None".to_owned());
        let ids: Vec<String> = self.matched.iter().map(|m| m.rule_id.to_string()).collect();
        format!(
            "Verdict(action={:?}, status={}, rule_id={}, matched=[{}], score={})",
            self.action,
            said(self.status.map(|s| s.to_string())),
            said(self.rule_id.map(|r| r.to_string())),
            ids.join(", "),
            self.score
        )
    }
}

fn wrong(complaints: Vec<Complaint>) -> String {
    complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn make(program: Program, mode: Option<&str>, paranoia: Option<u8>) -> Result<Waf, String> {
    let outline = outline(&program);
    let engine = Engine::new(compile(program).map_err(wrong)?, Around::default());
    let mode = match mode {
        None => None,
        Some("detect") => Some(Mode::Detect),
        Some("block") => Some(Mode::Block),
        Some(other) => return Err(format!("the mode is detect or block, not {other:?}")),
    };
    let policy = Policy::compile(&PolicyText { mode, paranoia, ..PolicyText::default() }, &engine.rules)?;
    Ok(Waf { engine: Arc::new(engine), policy: Arc::new(policy), outline })
}

fn protocol(version: &str) -> Vec<u8> {
    if version.is_empty() || version.starts_with("HTTP/") { version.into() } else { format!("HTTP/{version}").into_bytes() }
}

fn address(text: &str) -> PyResult<IpAddr> {
    text.parse().map_err(|_| PyValueError::new_err(format!("{text:?} is no IP address")))
}

impl Waf {
    fn begin(&self, client: IpAddr) -> Option<Inspection> {
        let start = Start { client, client_port: 0, server: None, server_port: 0, unique_id: "" };
        Inspection::begin(&self.engine, &self.policy, &start)
    }
}

#[pymethods]
impl Waf {
    #[staticmethod]
    #[pyo3(signature = (rules, *, mode = None, paranoia = None))]
    fn from_text(py: Python<'_>, rules: &str, mode: Option<&str>, paranoia: Option<u8>) -> PyResult<Self> {
        let compiled = py.detach(|| {
            let program = load(&Memory::new().with(TEXT, rules), &[TEXT]).map_err(wrong)?;
            make(program, mode, paranoia)
        });
        compiled.map_err(PyValueError::new_err)
    }

    #[staticmethod]
    #[pyo3(signature = (files, *, mode = None, paranoia = None, gateway = false))]
    fn from_files(py: Python<'_>, files: Vec<String>, mode: Option<&str>, paranoia: Option<u8>, gateway: bool) -> PyResult<Self> {
        let compiled = py.detach(|| {
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            let program = if gateway { rule_sets::program(&files) } else { load(&Files, &files) };
            make(program.map_err(wrong)?, mode, paranoia)
        });
        compiled.map_err(PyValueError::new_err)
    }

    #[getter]
    fn rules(&self) -> Vec<u32> {
        self.outline.iter().map(|rule| rule.id).collect()
    }

    #[pyo3(signature = (method, uri, http_version, headers, body, client_ip, response = None))]
    #[allow(clippy::too_many_arguments)] // a request has as many parts
    fn inspect(
        &self,
        py: Python<'_>,
        method: Text,
        uri: Text,
        http_version: &str,
        headers: &Bound<'_, PyAny>,
        body: Text,
        client_ip: &str,
        response: Option<(u16, Bound<'_, PyAny>, Text)>,
    ) -> PyResult<Verdict> {
        let client = address(client_ip)?;
        let protocol = protocol(http_version);
        let request = Request { method: method.0, target: uri.0, protocol, headers: fields(headers)?, body: body.0 };
        let response = match response {
            Some((status, headers, body)) => Some(Response { status, headers: fields(&headers)?, body: body.0 }),
            None => None,
        };
        let (report, tx) = py.detach(|| {
            let Some(mut inspection) = self.begin(client) else { return Default::default() };
            let report = inspection.whole(&request, response.as_ref());
            let tx = inspection.all_tx();
            (report, tx)
        });
        verdict(py, report, tx)
    }

    #[pyo3(signature = (request, client_ip = "127.0.0.1"))]
    fn explain<'py>(&self, py: Python<'py>, request: &[u8], client_ip: &str) -> PyResult<Bound<'py, PyBytes>> {
        let client = address(client_ip)?;
        let told = py.detach(|| explain::explain(self.begin(client), &self.outline, request)).map_err(PyValueError::new_err)?;
        Ok(PyBytes::new(py, told.to_string().as_bytes()))
    }
}

fn verdict(py: Python<'_>, report: Report, tx: Vec<(String, TxValue)>) -> PyResult<Verdict> {
    let values = PyDict::new(py);
    for (name, value) in tx {
        match value {
            TxValue::Number(number) => values.set_item(name, number)?,
            TxValue::Text(bytes) => match std::str::from_utf8(&bytes) {
                Ok(text) => values.set_item(name, text)?,
                Err(_) => values.set_item(name, PyBytes::new(py, &bytes))?,
            },
        }
    }
    let matched = report.events.into_iter().map(|event| Match {
        rule_id: event.rule,
        phase: event.phase,
        message: event.message,
        data: event.data,
        severity: event.severity.map(|level| severity_name(level).to_owned()),
        tags: event.tags,
        target: event.variable,
        excerpt: event.value,
        file: event.file,
        line: event.line,
    });
    let action = match (report.ended, &report.location, report.close) {
        (None, ..) => "pass",
        (Some(_), Some(_), _) => "redirect",
        (Some(_), None, true) => "drop",
        (Some(_), None, false) => "deny",
    };
    Ok(Verdict {
        action,
        status: report.ended.map(|(status, _)| status),
        rule_id: report.ended.map(|(_, rule)| rule),
        matched: matched.collect(),
        score: report.inbound.max(report.outbound),
        tx: values.unbind(),
    })
}

#[pyfunction]
pub fn waf_rule_sets() -> HashMap<String, Vec<String>> {
    RuleSets::default().files().clone()
}
