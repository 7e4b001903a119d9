//! What stands in a form behind the part that was looked at before it went on: its fields, and not what its files hold.
//!
//! Files stream. From the first field, name or header behind the part that was seen everything is held back until it was looked at,
//! together with all of the form before it. What is found then stops a request that the upstream has begun to read: its end never
//! comes, which no reader of forms takes for a whole one.

use super::armour::Shield;
use super::inspect;
use hcc_http::RequestHead;
use hcc_proxy::Filter;
use hcc_waf::body::without_files::{Piece, WithoutFiles};
use hcc_waf::engine::Report;
use hcc_waf::{Facts, Transaction, Verdict};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that are held back before they are looked at though more may follow. Each look is at no more than as much again, so that
/// looking stays in proportion to what was sent.
const HOLD: usize = 1 << 20;

/// Where the last look leaves what it found.
pub type Found = Arc<Mutex<Option<Report>>>;

/// What an inspection of the request needs.
#[derive(Debug)]
pub struct Asked {
    /// Rules and policy.
    pub shield: Shield,
    /// The head.
    pub head: RequestHead,
    /// The client.
    pub client: IpAddr,
    /// Its port; 0 when not known.
    pub client_port: u16,
    /// Where it connected to.
    pub server: Option<SocketAddr>,
    /// The protocol, where the head does not say it.
    pub protocol: &'static [u8],
    /// The request's id.
    pub request_id: Vec<u8>,
}

/// The firewall ended the request with this status.
#[derive(Debug)]
pub struct Refused(pub u16);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused with {}", self.0)
    }
}

impl std::error::Error for Refused {}

/// Holds back and looks at what was not seen of a form.
pub struct Tail {
    asked: Asked,
    scanner: WithoutFiles,
    /// The form without files, from its beginning.
    form: Vec<u8>,
    held: Vec<u8>,
    /// Bytes that were looked at before.
    seen: usize,
    at: usize,
    /// Whether `form` has something that was not looked at.
    unseen: bool,
    ended: bool,
    /// Bytes that a form may have without its files.
    most: usize,
    /// Whether it stopped looking, as rules only tell and there is too much.
    blind: bool,
    found: Found,
}

impl Tail {
    /// For a request of whose body `seen` bytes were looked at; none when it is no form with files.
    pub fn new(asked: Asked, seen: usize) -> Option<Self> {
        let scanner = WithoutFiles::new(asked.head.fields.named(b"content-type").next()?)?;
        let most = asked.shield.engine.rules.settings.request_body_no_files_limit.min(HOLD);
        Some(Self {
            asked,
            scanner,
            form: Vec::new(),
            held: Vec::new(),
            seen,
            at: 0,
            unseen: false,
            ended: false,
            most,
            blind: false,
            found: Found::default(),
        })
    }

    /// Where to read what was found.
    pub fn found(&self) -> Found {
        Arc::clone(&self.found)
    }

    fn take(&mut self, kind: Piece, bytes: &[u8], out: &mut Vec<u8>) {
        self.at = self.at.saturating_add(bytes.len());
        if self.blind {
            return out.extend_from_slice(bytes);
        }
        let new = self.at > self.seen;
        if kind != Piece::File {
            self.form.extend_from_slice(bytes);
            self.ended |= kind == Piece::End;
            // The last boundary line alone says nothing.
            self.unseen |= new && kind == Piece::Form;
        }
        if new && (kind != Piece::File || !self.held.is_empty()) {
            self.held.extend_from_slice(bytes);
        } else {
            out.extend_from_slice(bytes);
        }
    }

    /// Looks at the form as it is now; what is held may go on when that passes.
    fn look(&mut self, whole: bool, out: &mut Vec<u8>) -> io::Result<()> {
        let over = self.form.len() > self.most;
        if self.unseen || over || (whole && !self.ended) {
            self.unseen = false;
            let report = self.inspect(whole, over);
            let ended = report.as_ref().and_then(|r| r.ended);
            if let Some(report) = report {
                *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
            }
            if let Some((status, _)) = ended {
                return Err(io::Error::other(Refused(status)));
            }
            if over {
                self.blind = true;
                self.form = Vec::new();
            }
        }
        out.append(&mut self.held);
        Ok(())
    }

    fn inspect(&self, whole: bool, over: bool) -> Option<Report> {
        let Asked { shield, head, client, client_port, server, protocol, request_id } = &self.asked;
        let facts = Facts { request_id, protocol, client_port: *client_port, server: *server };
        let mut inspection = inspect::begin(shield, *client, &facts)?;
        // The request counts once, and did so before.
        inspection.keep_nothing();
        if inspection.request_headers(head) == Verdict::Pass && inspection.request_body_wanted() > 0 {
            if over {
                inspection.refuse(413);
            } else {
                inspection.body(&self.form, whole);
            }
        }
        Some(inspection.finish())
    }
}

impl Filter for Tail {
    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let mut told: Vec<(Piece, usize)> = Vec::new();
        let mut bytes = Vec::new();
        self.scanner.push(piece, &mut |kind, part| {
            told.push((kind, part.len()));
            bytes.extend_from_slice(part);
        });
        self.sort(&told, &bytes, out);
        if self.held.len() > HOLD || self.form.len() > self.most {
            return self.look(false, out);
        }
        Ok(())
    }

    fn pause(&mut self, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let mut told: Vec<(Piece, usize)> = Vec::new();
        let mut bytes = Vec::new();
        self.scanner.finish(&mut |kind, part| {
            told.push((kind, part.len()));
            bytes.extend_from_slice(part);
        });
        self.sort(&told, &bytes, out);
        if self.blind {
            return Ok(());
        }
        self.look(true, out)
    }
}

impl Tail {
    fn sort(&mut self, told: &[(Piece, usize)], bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        for (kind, len) in told {
            let (part, after) = rest.split_at_checked(*len).unwrap_or_default();
            self.take(*kind, part, out);
            rest = after;
        }
    }
}
