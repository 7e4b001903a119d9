//! The Python module `hcc_native`: a thin skin over the crates.
#![allow(clippy::needless_pass_by_value)] // PyO3 hands over owned values

mod explain;
mod metrics;
mod rules;
mod text;
mod trial;
mod waf;

use hcc_gateway::security::waf_log::Format;
use hcc_gateway::{Keyring, Listen, Options};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::collections::HashMap;
use std::net::TcpListener;
use std::os::fd::{BorrowedFd, RawFd};
use std::path::PathBuf;
use std::time::Duration;

/// The public listener.
#[pyclass(frozen, module = "hcc_native")]
struct Gateway {
    inner: hcc_gateway::Gateway,
}

#[allow(unsafe_code)]
fn duplicate(fd: RawFd) -> std::io::Result<TcpListener> {
    if fd < 0 {
        return Err(std::io::Error::from_raw_os_error(9));
    }
    // SAFETY: the descriptor is only borrowed for the duplication, which fails when it is not open.
    let borrowed = unsafe { BorrowedFd::borrow_raw(fd) };
    Ok(TcpListener::from(borrowed.try_clone_to_owned()?))
}

#[pymethods]
impl Gateway {
    #[new]
    #[allow(clippy::too_many_arguments)] // all by name
    #[pyo3(signature = (*, threads, last_good_path, access_log, certificate_keys = None, redis_url = None, geo_country = None, geo_asn = None, rule_sets = None, waf_log = None, waf_log_format = "modsecurity", share_collections = false))]
    fn new(
        threads: usize,
        last_good_path: Option<PathBuf>,
        access_log: Option<String>,
        certificate_keys: Option<String>,
        redis_url: Option<String>,
        geo_country: Option<PathBuf>,
        geo_asn: Option<PathBuf>,
        rule_sets: Option<HashMap<String, Vec<String>>>,
        waf_log: Option<String>,
        waf_log_format: &str,
        share_collections: bool,
    ) -> PyResult<Self> {
        let keys = Keyring::parse(certificate_keys.as_deref().unwrap_or_default()).map_err(PyValueError::new_err)?;
        let options = Options {
            threads,
            last_good: last_good_path,
            access_log,
            waf_log,
            waf_log_format: Format::parse(waf_log_format).map_err(PyValueError::new_err)?,
            certificate_keys: keys,
            redis_url,
            geo_country,
            geo_asn,
            rule_sets,
            share_collections,
            ..Options::default()
        };
        Ok(Self { inner: hcc_gateway::Gateway::new(options)? })
    }

    fn apply<'py>(&self, py: Python<'py>, snapshot: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        let report = py.detach(|| self.inner.apply(snapshot)).map_err(PyValueError::new_err)?;
        let json = serde_json::to_vec(&report).map_err(|e| PyValueError::new_err(e.to_string()))?;
        Ok(PyBytes::new(py, &json))
    }

    fn load_last_good(&self, py: Python<'_>) -> bool {
        py.detach(|| self.inner.load_last_good())
    }

    fn start(&self, py: Python<'_>, listeners: Vec<Vec<(RawFd, bool, bool)>>) -> PyResult<()> {
        let listen = |(fd, tls, proxy)| duplicate(fd).map(|socket| Listen { socket, tls, proxy });
        let lists =
            listeners.into_iter().map(|list| list.into_iter().map(listen).collect()).collect::<std::io::Result<Vec<Vec<Listen>>>>()?;
        py.detach(|| self.inner.start(&lists))?;
        Ok(())
    }

    #[pyo3(signature = (timeout_s, close_after_s = None))]
    fn drain(&self, py: Python<'_>, timeout_s: f64, close_after_s: Option<f64>) -> PyResult<()> {
        let time = |s: f64| Duration::try_from_secs_f64(s).map_err(|e| PyValueError::new_err(e.to_string()));
        let (timeout, close_after) = (time(timeout_s)?, close_after_s.map(time).transpose()?);
        py.detach(|| self.inner.drain(timeout, close_after));
        Ok(())
    }

    fn revoke(&self, py: Python<'_>, session_ids: Vec<String>, until_unix: u64) {
        py.detach(|| self.inner.revoke(session_ids, until_unix));
    }

    fn ban(&self, py: Python<'_>, told: &[u8]) -> PyResult<()> {
        py.detach(|| self.inner.ban(told)).map_err(PyValueError::new_err)
    }

    fn take_events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let json = py.detach(|| serde_json::to_vec(&self.inner.take_events())).map_err(|e| PyValueError::new_err(e.to_string()))?;
        Ok(PyBytes::new(py, &json))
    }

    fn take_tallies<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let json = py.detach(|| serde_json::to_vec(&self.inner.take_tallies())).map_err(|e| PyValueError::new_err(e.to_string()))?;
        Ok(PyBytes::new(py, &json))
    }

    fn watch(&self, site_id: &str, seconds: u64) {
        self.inner.watch(site_id, seconds);
    }

    fn take_requests<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let json = py.detach(|| self.inner.take_requests());
        PyBytes::new(py, &json)
    }

    fn reopen_log(&self, py: Python<'_>) -> PyResult<()> {
        Ok(py.detach(|| self.inner.reopen_log())?)
    }

    fn status<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let status = py.detach(|| self.inner.status());
        PyBytes::new(py, status.as_bytes())
    }

    fn metrics<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let text = py.detach(|| self.inner.metrics());
        PyBytes::new(py, text.as_bytes())
    }

    fn traffic<'py>(&self, py: Python<'py>, gateway: &str) -> Vec<(String, Bound<'py, PyBytes>)> {
        let found = py.detach(|| self.inner.traffic(gateway));
        found.into_iter().map(|(organization, text)| (organization, PyBytes::new(py, text.as_bytes()))).collect()
    }
}

/// The compiled part of the platform.
#[pymodule]
fn hcc_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Gateway>()?;
    module.add_class::<rules::Waf>()?;
    module.add_class::<rules::Verdict>()?;
    module.add_class::<rules::Match>()?;
    module.add_class::<trial::Tried>()?;
    module.add_function(wrap_pyfunction!(trial::waf_transform, module)?)?;
    module.add_function(wrap_pyfunction!(trial::waf_operator, module)?)?;
    module.add_function(wrap_pyfunction!(rules::waf_rule_sets, module)?)?;
    module.add_class::<metrics::Answer>()?;
    module.add_class::<metrics::Ingest>()?;
    module.add_class::<metrics::SegmentReader>()?;
    module.add_class::<metrics::SeriesIds>()?;
    module.add_function(wrap_pyfunction!(metrics::close_segments, module)?)?;
    module.add_function(wrap_pyfunction!(waf::waf_check, module)?)?;
    module.add_function(wrap_pyfunction!(waf::waf_check_text, module)?)?;
    module.add_function(wrap_pyfunction!(waf::waf_ftw, module)?)?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))
}
