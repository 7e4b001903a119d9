//! A request that is there as a whole, and its answer, inspected in one go.

use super::inspection::{Inspection, Report};
use super::request::Line;
use super::state::Tx;
use crate::Verdict;

/// Fields by name.
pub type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Vec<u8>,
    /// The target as received.
    pub target: Vec<u8>,
    /// `HTTP/1.1`
    pub protocol: Vec<u8>,
    /// The fields.
    pub headers: Fields,
    /// The body; only as much as rules look at is looked at.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// The fields.
    pub headers: Fields,
    /// The body.
    pub body: Vec<u8>,
}

/// A TX element's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TxValue {
    /// A number.
    Number(i64),
    /// Anything else.
    Text(Vec<u8>),
}

fn fields(headers: &Fields) -> impl Iterator<Item = (&[u8], &[u8])> {
    headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
}

impl Inspection {
    /// All phases that there is something for, and phase 5; an answer is not looked at when the request was ended.
    pub fn whole(&mut self, request: &Request, response: Option<&Response>) -> Report {
        let line = Line { method: &request.method, target: &request.target, protocol: &request.protocol };
        let mut verdict = self.request(line, fields(&request.headers));
        if verdict == Verdict::Pass {
            let wanted = request.body.len().min(self.request_body_wanted());
            verdict = self.body(&request.body[..wanted], wanted == request.body.len() || wanted == 0);
        }
        if let (Verdict::Pass, Some(response)) = (verdict, response) {
            if self.response(response.status, &request.protocol, fields(&response.headers)) == Verdict::Pass {
                match response.body.len().min(self.response_body_wanted()) {
                    0 => self.no_response_body(),
                    wanted => self.response_body(&response.body[..wanted], wanted == response.body.len()),
                };
            }
        }
        self.finish()
    }

    /// Every TX element that is there, in the order of their names.
    pub fn all_tx(&self) -> Vec<(String, TxValue)> {
        let Some(state) = self.known() else { return Vec::new() };
        let numbered = self.rules().slots.iter().zip(&state.tx).map(|(name, tx)| (name.to_string(), *tx));
        let named = state.tx_named.iter().map(|(name, tx)| (String::from_utf8_lossy(state.values.get(*name)).into_owned(), *tx));
        let value = |tx| match tx {
            Tx::Unset => None,
            Tx::Int(number) => Some(TxValue::Number(number)),
            Tx::Text(id) => Some(TxValue::Text(state.values.get(id).to_vec())),
        };
        let mut all: Vec<(String, TxValue)> = numbered.chain(named).filter_map(|(name, tx)| value(tx).map(|v| (name, v))).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }
}
