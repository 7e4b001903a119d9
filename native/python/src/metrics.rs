//! Ingestion: bodies in, answers by futures of the event loop; segments out.

use hcc_metrics::copy::{Copy, Ids, Segment, digest};
use hcc_metrics::decode::line::Precision;
use hcc_metrics::intake::Allowance;
use hcc_metrics::receive::{Form, Job, Options, Outcome, Receiver, Unreadable};
use hcc_metrics::sink::{Kind, Report};
use hcc_metrics::{intake, log};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyTuple};
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The size of a piece of COPY: large enough that Python is not what takes time.
const PIECE: usize = 1 << 20;

/// What is told to the event loop: it reads a byte and then takes all outcomes.
struct Bell {
    outcomes: Mutex<Vec<(Py<PyAny>, Outcome)>>,
    /// Written to by the threads, read by the loop.
    ring: UnixStream,
    hear: UnixStream,
}

impl Bell {
    fn tell(&self, future: Py<PyAny>, outcome: Outcome) {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.push((future, outcome));
        if outcomes.len() == 1 {
            // A full pipe rings already.
            let _ = (&self.ring).write(&[1]);
        }
    }
}

/// One ingester's log, and the threads that decode.
#[pyclass(frozen, module = "hcc_native")]
pub struct Ingest {
    receiver: Receiver,
    bell: Arc<Bell>,
    recovered: Vec<String>,
}

fn words(recovered: &log::Recovered) -> String {
    let cut = recovered.cut.map_or_else(String::new, |(why, bytes)| format!(", {bytes} bytes kept aside: {why}"));
    format!("segment {}: {} bytes whole{cut}", recovered.number, recovered.kept)
}

fn form(name: &str, precision: &str) -> PyResult<Form> {
    Ok(match name {
        "line" => {
            let precision = Precision::from_word(precision.as_bytes());
            Form::Line(precision.ok_or_else(|| PyValueError::new_err("precision must be one of n, ns, u, us, ms, s, m, h"))?)
        }
        "remote_write_1" => Form::RemoteWrite1,
        "remote_write_2" => Form::RemoteWrite2,
        "text" => Form::Text,
        "openmetrics" => Form::OpenMetrics,
        "otlp_protobuf" => Form::OtlpProtobuf,
        "otlp_json" => Form::OtlpJson,
        _ => return Err(PyValueError::new_err(format!("no protocol {name:?}"))),
    })
}

#[pymethods]
impl Ingest {
    #[new]
    #[pyo3(signature = (folder, *, threads = 1, largest = 64 << 20, segment_bytes = 48 << 20, segment_age_s = 1.0, total_bytes = 8 << 30, oldest_s = 604_800, newest_s = 600, series = 2_000_000))]
    #[allow(clippy::too_many_arguments)] // all by name
    fn new(
        py: Python<'_>,
        folder: PathBuf,
        threads: usize,
        largest: usize,
        segment_bytes: u64,
        segment_age_s: f64,
        total_bytes: u64,
        oldest_s: u32,
        newest_s: u32,
        series: u32,
    ) -> PyResult<Self> {
        let age = Duration::try_from_secs_f64(segment_age_s).map_err(|e| PyValueError::new_err(e.to_string()))?;
        let options = Options {
            log: log::Options { segment_bytes, segment_age: age, total_bytes, ..log::Options::default() },
            intake: intake::Options {
                oldest: i64::from(oldest_s) * 1_000_000,
                newest: i64::from(newest_s) * 1_000_000,
                series,
                ..intake::Options::default()
            },
            threads,
            largest,
        };
        let (receiver, recovered) = py.detach(|| Receiver::open(&folder, options))?;
        let (ring, hear) = UnixStream::pair()?;
        ring.set_nonblocking(true)?;
        hear.set_nonblocking(true)?;
        let bell = Arc::new(Bell { outcomes: Mutex::default(), ring, hear });
        Ok(Self { receiver, bell, recovered: recovered.iter().map(words).collect() })
    }

    #[getter]
    fn recovered(&self) -> Vec<String> {
        self.recovered.clone()
    }

    #[getter]
    fn has_room(&self) -> bool {
        self.receiver.has_room()
    }

    /// Takes a body on. `future` gets its outcome in `drain`.
    #[pyo3(signature = (future, body, *, organization, protocol, precision = "", encoding = "", values_per_s = 0, active_series = 1_000_000))]
    #[allow(clippy::too_many_arguments)] // all by name
    fn submit(
        &self,
        future: Py<PyAny>,
        body: PyBackedBytes,
        organization: [u8; 16],
        protocol: &str,
        precision: &str,
        encoding: &str,
        values_per_s: u64,
        active_series: u32,
    ) -> PyResult<()> {
        let bell = Arc::clone(&self.bell);
        self.receiver.submit(Job {
            organization,
            allowance: Allowance { values_per_s, series: active_series },
            form: form(protocol, precision)?,
            encoding: encoding.into(),
            body: Box::new(body),
            done: Box::new(move |outcome| bell.tell(future, outcome)),
        });
        Ok(())
    }

    /// What the event loop watches for reading.
    fn fileno(&self) -> RawFd {
        self.bell.hear.as_raw_fd()
    }

    /// Gives the outcomes that are there to their futures.
    fn drain(&self, py: Python<'_>) -> PyResult<()> {
        let mut rung = [0; 256];
        while matches!((&self.bell.hear).read(&mut rung), Ok(count) if count > 0) {}
        let outcomes = std::mem::take(&mut *self.bell.outcomes.lock().unwrap_or_else(PoisonError::into_inner));
        for (future, outcome) in outcomes {
            let future = future.bind(py);
            // The client went away.
            if !future.call_method0("done")?.is_truthy()? {
                future.call_method1("set_result", (Answer::from(outcome),))?;
            }
        }
        Ok(())
    }

    /// Finishes what was taken on and closes the log. Futures get their outcomes in a last `drain`.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.receiver.close());
    }

    /// Figures by name.
    #[allow(clippy::cast_precision_loss)] // for display
    fn figures(&self) -> Vec<(&'static str, f64)> {
        let (tally, counters, known) = (self.receiver.tally(), self.receiver.counters(), self.receiver.figures());
        vec![
            ("values_total", tally.values.load(Relaxed) as f64),
            ("rejected_total", tally.rejected.load(Relaxed) as f64),
            ("bodies_total", tally.bodies.load(Relaxed) as f64),
            ("unreadable_total", tally.unreadable.load(Relaxed) as f64),
            ("panics_total", tally.panics.load(Relaxed) as f64),
            ("log_syncs_total", counters.groups.load(Relaxed) as f64),
            ("log_batches_total", counters.batches.load(Relaxed) as f64),
            ("log_bytes_total", counters.bytes.load(Relaxed) as f64),
            ("log_busy_seconds_total", counters.busy_us.load(Relaxed) as f64 / 1e6),
            ("log_longest_seconds", counters.longest_us.load(Relaxed) as f64 / 1e6),
            ("log_failed_total", counters.failed.load(Relaxed) as f64),
            ("log_segments_total", counters.segments.load(Relaxed) as f64),
            ("log_bytes", counters.on_disk.load(Relaxed) as f64),
            ("active_series", known.series as f64),
            ("active_shapes", known.shapes as f64),
            ("organizations", known.organizations as f64),
        ]
    }
}

/// What became of a body.
#[pyclass(frozen, get_all, module = "hcc_native")]
pub struct Answer {
    /// `kept`, `too_large`, `encoding`, `malformed`, `wait`, `full`, `busy`, `disk` or `closed`.
    kind: &'static str,
    /// Words for `malformed` and the ways of not being kept.
    message: String,
    /// Seconds, for `wait`.
    wait_s: u64,
    rows: u64,
    rejected: u64,
    accepted: u64,
    skipped_strings: u64,
    native_histograms: u64,
    refused_values: u64,
    /// Number in the request from 1, and the reason.
    faults: Vec<(u64, &'static str)>,
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        let (kind, message, wait_s, report) = match outcome {
            Outcome::Kept(report) => ("kept", String::new(), 0, report),
            Outcome::Unreadable(Unreadable::TooLarge) => ("too_large", String::new(), 0, Report::default()),
            Outcome::Unreadable(Unreadable::Encoding) => ("encoding", String::new(), 0, Report::default()),
            Outcome::Unreadable(Unreadable::Malformed(what)) => ("malformed", what, 0, Report::default()),
            Outcome::Wait(seconds) => ("wait", String::new(), seconds, Report::default()),
            Outcome::Lost(why) => {
                let kind = match why {
                    log::NotKept::Full => "full",
                    log::NotKept::Busy => "busy",
                    log::NotKept::Disk(_) => "disk",
                    log::NotKept::Closed => "closed",
                };
                (kind, why.to_string(), 0, Report::default())
            }
        };
        Answer {
            kind,
            message,
            wait_s,
            rows: report.rows,
            rejected: report.rejected,
            accepted: report.accepted,
            skipped_strings: report.skipped_strings,
            native_histograms: report.native_histograms,
            refused_values: report.refused_values,
            faults: report.faults.iter().map(|f| (f.at, f.reason)).collect(),
        }
    }
}

/// Ids of series, remembered over segments.
#[pyclass(frozen, module = "hcc_native")]
pub struct SeriesIds {
    inner: Mutex<Ids>,
}

#[pymethods]
impl SeriesIds {
    #[new]
    fn new(most: usize) -> Self {
        Self { inner: Mutex::new(Ids::new(most)) }
    }
}

/// A closed segment on its way into the database.
#[pyclass(module = "hcc_native")]
pub struct SegmentReader {
    segment: Option<Segment>,
    copy: Option<Copy>,
    ids: Vec<i32>,
    unknown: Vec<usize>,
    #[pyo3(get)]
    ingester: [u8; 16],
    #[pyo3(get)]
    number: u64,
    #[pyo3(get)]
    values: usize,
    #[pyo3(get)]
    minutes: Vec<i64>,
    #[pyo3(get)]
    damage: Option<String>,
    buffer: Vec<u8>,
}

/// Two columns would not say more than this: organisation, name, labels as JSON, key.
type Spelled<'py> = (Bound<'py, PyBytes>, String, String, Bound<'py, PyBytes>);

#[pymethods]
impl SegmentReader {
    #[new]
    fn new(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let segment = py.detach(|| {
            let bytes = std::fs::read(&path)?;
            Segment::read(&bytes).map_err(|damage| PyValueError::new_err(damage.to_string()))
        })?;
        Ok(Self {
            ids: Vec::new(),
            unknown: Vec::new(),
            copy: None,
            ingester: segment.identity.ingester,
            number: segment.identity.number,
            values: segment.len(),
            minutes: segment.minutes.clone(),
            damage: segment.damage.map(|(why, at)| format!("{why}, from byte {at} on")),
            segment: Some(segment),
            buffer: Vec::new(),
        })
    }

    /// The families that were described: organisation, name, kind, unit, help.
    fn families<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let words = (0..=Kind::StateSet as u8).map(word).collect::<Vec<_>>();
        let found = self.segment.iter().flat_map(|s| &s.metadata);
        let rows = found.map(|m| {
            let kind = words.get(usize::from(m.kind)).copied().unwrap_or("unknown");
            PyTuple::new(
                py,
                [
                    PyBytes::new(py, &m.organization).into_any(),
                    m.name.as_str().into_pyobject(py)?.into_any(),
                    kind.into_pyobject(py)?.into_any(),
                    m.unit.as_str().into_pyobject(py)?.into_any(),
                    m.help.as_str().into_pyobject(py)?.into_any(),
                ],
            )
        });
        PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)
    }

    /// Looks up the ids; the series that are not known.
    fn resolve<'py>(&mut self, py: Python<'py>, ids: &SeriesIds) -> Vec<Spelled<'py>> {
        let Some(segment) = &self.segment else { return Vec::new() };
        (self.ids, self.unknown) = py.detach(|| ids.inner.lock().unwrap_or_else(PoisonError::into_inner).resolve(segment));
        let spell = |series: &hcc_metrics::copy::Series| {
            (
                PyBytes::new(py, &series.organization),
                series.name().to_owned(),
                series.labels_json(),
                PyBytes::new(py, &digest(&series.canonical)),
            )
        };
        self.unknown.iter().filter_map(|place| segment.series.get(*place)).map(spell).collect()
    }

    /// Remembers the ids of the series that `resolve` gave, in its order. A series whose organisation is gone has none, or 0.
    fn learn(&mut self, ids: &SeriesIds, found: Vec<i32>) {
        let Some(segment) = &self.segment else { return };
        let mut known = ids.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for (place, id) in self.unknown.iter().zip(found) {
            if let (Some(series), Some(own)) = (segment.series.get(*place), self.ids.get_mut(*place)) {
                *own = id;
                known.learn(series, id);
            }
        }
        self.unknown.clear();
    }

    /// Begins the COPY with the ids found, under the number of a batch.
    fn begin(&mut self, batch: i32) -> PyResult<()> {
        let segment = self.segment.take().ok_or_else(|| PyValueError::new_err("begun already"))?;
        self.copy = Some(Copy::new(segment, &self.ids, batch));
        Ok(())
    }

    /// The next piece of the COPY; none at its end.
    fn piece<'py>(&mut self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        let (copy, buffer) = (self.copy.as_mut()?, &mut self.buffer);
        let more = py.detach(|| {
            buffer.clear();
            copy.piece(PIECE, buffer)
        });
        more.then(|| PyBytes::new(py, buffer))
    }

    /// Rows that the pieces so far have.
    #[getter]
    fn rows(&self) -> u64 {
        self.copy.as_ref().map_or(0, |c| c.rows)
    }
}

fn word(kind: u8) -> &'static str {
    [Kind::Unknown, Kind::Counter, Kind::Gauge, Kind::Histogram, Kind::GaugeHistogram, Kind::Summary, Kind::Info, Kind::StateSet]
        .into_iter()
        .find(|k| *k as u8 == kind)
        .unwrap_or_default()
        .word()
}

/// Closes the open segments of a log whose ingester is gone, so that they can be read; none of them when it is running.
#[pyfunction]
pub fn close_segments(py: Python<'_>, folder: PathBuf) -> PyResult<Option<Vec<String>>> {
    py.detach(|| {
        let folder = log::files::Folder::open(&folder)?;
        let Some(_lock) = folder.lock()? else { return Ok(None) };
        let (_, recovered) = log::recovery::recover(&folder).map_err(PyOSError::new_err)?;
        Ok(Some(recovered.iter().map(words).collect()))
    })
}
