//! An inspection as the gateway's pipeline drives it.

use super::event::Event;
use super::inspection::{Inspection, Report};
use super::request::Line;
use crate::seclang::Variable;
use crate::{Facts, Transaction, Verdict};
use hcc_http::{Framing, RequestHead, ResponseHead, Version};

const fn protocol(version: Version) -> &'static [u8] {
    match version {
        Version::V10 => b"HTTP/1.0",
        Version::V11 => b"HTTP/1.1",
    }
}

impl Transaction for Inspection {
    fn facts(&mut self, facts: &Facts<'_>) {
        let Some(state) = self.state() else { return };
        state.set(Variable::UniqueId, facts.request_id);
        state.set(Variable::RequestProtocol, facts.protocol);
        if facts.client_port > 0 {
            state.set_number(Variable::RemotePort, u64::from(facts.client_port));
        }
        if let Some(server) = facts.server {
            state.server(server.ip());
            state.set_number(Variable::ServerPort, u64::from(server.port()));
        }
    }

    fn request_headers(&mut self, head: &RequestHead) -> Verdict {
        let told = self.state().map(|s| s.scalar(Variable::RequestProtocol).to_vec()).unwrap_or_default();
        let protocol = if told.is_empty() { protocol(head.version) } else { &told };
        let line = Line { method: head.method(), target: head.target(), protocol };
        let verdict = self.request(line, head.fields.iter().map(|(_, name, value)| (name, value)));
        // No body will come: phase 2 is now.
        if verdict == Verdict::Pass && (head.framing == Framing::None || self.request_body_wanted() == 0) {
            return self.body(b"", true);
        }
        verdict
    }

    fn request_body_limit(&self) -> usize {
        self.request_body_wanted()
    }

    fn request_body(&mut self, body: &[u8], whole: bool) -> Verdict {
        self.body(body, whole)
    }

    fn response_headers(&mut self, head: &ResponseHead) -> Verdict {
        let verdict = self.response(head.status, protocol(head.version), head.fields.iter().map(|(_, name, value)| (name, value)));
        if verdict == Verdict::Pass && (head.framing == Framing::None || self.response_body_wanted() == 0) {
            return self.no_response_body();
        }
        verdict
    }

    fn response_body_limit(&self) -> usize {
        self.response_body_wanted()
    }

    fn response_body(&mut self, body: &[u8], whole: bool) -> Verdict {
        Self::response_body(self, body, whole)
    }

    fn events(&self) -> &[Event] {
        self.found()
    }

    fn finish(&mut self) -> Report {
        Self::finish(self)
    }
}
