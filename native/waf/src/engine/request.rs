//! From a request and its answer to variables.

use super::program::RuleSet;
use super::state::{Pair, State};
use super::values::ValueId;
use crate::body::{BodyVariables, Field, Limits, Processor, Text, cookies, json, multipart, urlencoded, xml};
use crate::seclang::Variable;
use std::net::IpAddr;

/// What is known of a connection and its request beside the request itself.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The client.
    pub client: IpAddr,
    /// Its port; 0 when not known.
    pub client_port: u16,
    /// The address that was connected to.
    pub server: Option<IpAddr>,
    /// Its port; 0 when not known.
    pub server_port: u16,
    /// The request's id.
    pub unique_id: &'a str,
}

/// The first line of a request.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The method.
    pub method: &'a [u8],
    /// The target as received.
    pub target: &'a [u8],
    /// `HTTP/1.1`
    pub protocol: &'a [u8],
}

/// Puts what processors find where rules look for it.
struct Sink<'a> {
    state: &'a mut State,
    arguments: Variable,
    size: usize,
}

impl BodyVariables for Sink<'_> {
    fn put(&mut self, field: Field, name: Text<'_>, value: Text<'_>) {
        let variable = match field {
            Field::Argument => {
                self.size += name.len() + value.len();
                self.arguments
            }
            Field::Cookie => Variable::RequestCookies,
            Field::File => Variable::Files,
            Field::FileSize => Variable::FilesSizes,
            Field::FileContent => Variable::FilesTmpContent,
            Field::PartHeader => Variable::MultipartPartHeaders,
            Field::PartName => Variable::MultipartName,
            Field::PartFilename => Variable::MultipartFilename,
        };
        if variable != Variable::FilesTmpContent || self.state.keep_files {
            self.state.add(variable, name.bytes(), value.bytes());
        }
    }
}

fn limits(rules: &RuleSet) -> Limits {
    Limits {
        arguments: rules.settings.arguments_limit,
        depth: rules.settings.json_depth_limit,
        files: Some(rules.settings.upload_file_limit),
        ..Limits::default()
    }
}

fn ip_text(address: IpAddr, out: &mut Vec<u8>) {
    use std::io::Write;
    out.clear();
    // Writing to memory does not fail.
    let _ = write!(out, "{}", address.to_canonical());
}

impl State {
    /// The address that was connected to.
    pub fn server(&mut self, address: IpAddr) {
        let mut text = std::mem::take(&mut self.text);
        ip_text(address, &mut text);
        self.set(Variable::ServerAddr, &text);
        self.text = text;
    }

    /// The connection's variables.
    pub fn connection(&mut self, start: &Start<'_>) {
        let mut text = std::mem::take(&mut self.text);
        ip_text(start.client, &mut text);
        let id = self.set(Variable::RemoteAddr, &text);
        self.scalars[Variable::RemoteHost as usize] = id;
        self.text = text;
        if let Some(server) = start.server {
            self.server(server);
        }
        for (variable, port) in [(Variable::RemotePort, start.client_port), (Variable::ServerPort, start.server_port)] {
            if port > 0 {
                self.set_number(variable, u64::from(port));
            }
        }
        self.set(Variable::UniqueId, start.unique_id.as_bytes());
    }

    /// The variables of phase 1.
    pub fn request<'h>(&mut self, rules: &RuleSet, line: Line<'_>, headers: impl Iterator<Item = (&'h [u8], &'h [u8])>) {
        self.set(Variable::RequestMethod, line.method);
        self.set(Variable::RequestUriRaw, line.target);
        self.set(Variable::RequestProtocol, line.protocol);
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        for (part, between) in
            [(line.method, &b" "[..]), (line.target, if line.protocol.is_empty() { b"" } else { b" " }), (line.protocol, b"")]
        {
            text.extend_from_slice(part);
            text.extend_from_slice(between);
        }
        self.set(Variable::RequestLine, &text);
        self.text = text;
        let uri = origin(line.target);
        self.set(Variable::RequestUri, uri);
        let (path, query) = match memchr::memchr(b'?', uri) {
            Some(at) => (&uri[..at], uri.get(at + 1..)),
            None => (uri, None),
        };
        let path = memchr::memchr(b'#', path).map_or(path, |at| &path[..at]);
        self.path(path);
        if let Some(query) = query {
            self.set(Variable::QueryString, query);
            self.arguments(rules, query, Variable::ArgsGet);
        }
        self.headers(rules, headers);
        self.set(Variable::WebAppId, rules.settings.web_app.as_bytes());
        self.touched();
    }

    /// The path's variables: decoded once, as applications see it (a plus stays one).
    fn path(&mut self, path: &[u8]) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let mut rest = path;
        while let Some(at) = memchr::memchr(b'%', rest) {
            text.extend_from_slice(&rest[..at]);
            let byte = rest.get(at + 1..at + 3).and_then(|d| Some(hex(d[0])? << 4 | hex(d[1])?));
            text.push(byte.unwrap_or(b'%'));
            rest = &rest[at + if byte.is_some() { 3 } else { 1 }..];
        }
        text.extend_from_slice(rest);
        let id = self.set(Variable::RequestFilename, &text);
        self.scalars[Variable::PathInfo as usize] = id;
        let base = text.iter().rposition(|b| matches!(b, b'/' | b'\\')).map_or(text.as_slice(), |at| &text[at + 1..]);
        self.set(Variable::RequestBasename, base);
        self.text = text;
    }

    fn headers<'h>(&mut self, rules: &RuleSet, headers: impl Iterator<Item = (&'h [u8], &'h [u8])>) {
        let limits = limits(rules);
        let mut processor = None;
        for (name, value) in headers {
            self.add(Variable::RequestHeaders, name, value);
            if name.eq_ignore_ascii_case(b"cookie") {
                cookies::parse(value, &limits, &mut Sink { state: self, arguments: Variable::ArgsGet, size: 0 });
            } else if name.eq_ignore_ascii_case(b"content-type") {
                processor = Processor::of(value).or_else(|| structured(value));
            } else if name.eq_ignore_ascii_case(b"authorization") {
                self.authorization(value);
            } else if name.eq_ignore_ascii_case(b"host") {
                let end = value.iter().rposition(|b| *b == b':').filter(|at| !value[*at..].contains(&b']')).unwrap_or(value.len());
                self.set(Variable::ServerName, &value[..end]);
            }
        }
        if let Some(processor) = processor {
            self.processor = Some(processor);
            self.set(Variable::ReqbodyProcessor, processor.name().as_bytes());
        }
    }

    fn authorization(&mut self, value: &[u8]) {
        let end = value.iter().position(|b| *b == b' ').unwrap_or(value.len());
        self.set(Variable::AuthType, &value[..end]);
    }

    fn arguments(&mut self, rules: &RuleSet, text: &[u8], into: Variable) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut sink = Sink { state: self, arguments: into, size: 0 };
        let form = urlencoded::parse(text, rules.settings.argument_separator, &limits(rules), &mut scratch, &mut sink);
        let size = sink.size;
        self.scratch = scratch;
        self.sized(size);
        if form.invalid_encoding {
            self.set_flag(Variable::UrlencodedError, true);
        }
        if form.over_limit {
            self.failed(None, "more arguments than allowed");
        }
    }

    fn sized(&mut self, size: usize) {
        let before = crate::operator::integer(self.scalar(Variable::ArgsCombinedSize));
        self.set_number(Variable::ArgsCombinedSize, u64::try_from(before).unwrap_or(0).saturating_add(size as u64));
    }

    fn failed(&mut self, processor: Option<Processor>, why: &str) {
        self.set_flag(Variable::ReqbodyError, true);
        self.set_flag(Variable::ReqbodyProcessorError, true);
        let message = processor.map_or_else(|| why.to_owned(), |p| format!("{}: {why}", p.name()));
        let id = self.set(Variable::ReqbodyErrorMsg, message.as_bytes());
        self.scalars[Variable::ReqbodyProcessorErrorMsg as usize] = id;
    }

    /// The variables of phase 2.
    pub fn request_body(&mut self, rules: &RuleSet, body: &[u8], whole: bool) {
        self.set_number(Variable::RequestBodyLength, body.len() as u64);
        if !whole {
            self.set_flag(Variable::InboundDataError, true);
        }
        if body.is_empty() {
            return self.touched();
        }
        if self.force_request_body || self.processor == Some(Processor::UrlEncoded) {
            self.set(Variable::RequestBody, body);
        }
        match self.processor {
            Some(Processor::UrlEncoded) => self.arguments(rules, body, Variable::ArgsPost),
            Some(Processor::Multipart) => self.multipart(rules, body, whole),
            Some(Processor::Json) => self.json(rules, body),
            Some(Processor::Xml) => self.xml(rules, body),
            None => {}
        }
        if rules.uses.has(Variable::FullRequest as u32) || rules.uses.has(Variable::FullRequestLength as u32) {
            self.full(body);
        }
        self.touched();
    }

    fn full(&mut self, body: &[u8]) {
        let mut all = self.scalar(Variable::RequestLine).to_vec();
        all.push(b'\n');
        for pair in &self.collections[Variable::RequestHeaders as usize] {
            all.extend_from_slice(self.values.get(pair.key));
            all.extend_from_slice(b": ");
            all.extend_from_slice(self.values.get(pair.value));
            all.push(b'\n');
        }
        all.push(b'\n');
        all.extend_from_slice(body);
        self.set_number(Variable::FullRequestLength, all.len() as u64);
        self.set(Variable::FullRequest, &all);
    }

    fn multipart(&mut self, rules: &RuleSet, body: &[u8], whole: bool) {
        let content_type = self.header(Variable::RequestHeaders, b"content-type").to_vec();
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut sink = Sink { state: self, arguments: Variable::ArgsPost, size: 0 };
        let mut form = multipart::parse(&content_type, body, &limits(rules), &mut scratch, &mut sink);
        if !whole {
            form.cut_off(body);
        }
        let size = sink.size;
        self.scratch = scratch;
        self.sized(size);
        self.set_number(Variable::FilesCombinedSize, form.files_size as u64);
        let flags = &form.flags;
        for (variable, on) in [
            (Variable::MultipartBoundaryQuoted, flags.boundary_quoted),
            (Variable::MultipartBoundaryWhitespace, flags.boundary_whitespace),
            (Variable::MultipartCrlfLfLines, flags.crlf_lf_lines()),
            (Variable::MultipartDataAfter, flags.data_after),
            (Variable::MultipartDataBefore, flags.data_before),
            (Variable::MultipartFileLimitExceeded, flags.file_limit_exceeded),
            (Variable::MultipartHeaderFolding, flags.header_folding),
            (Variable::MultipartInvalidHeaderFolding, flags.invalid_header_folding),
            (Variable::MultipartInvalidPart, flags.invalid_part),
            (Variable::MultipartInvalidQuoting, flags.invalid_quoting),
            (Variable::MultipartLfLine, flags.lf_line),
            (Variable::MultipartMissingSemicolon, flags.missing_semicolon),
            (Variable::MultipartSemicolonMissing, flags.missing_semicolon),
            (Variable::MultipartStrictError, flags.strict_error()),
        ] {
            self.set_flag(variable, on);
        }
        self.set_number(Variable::MultipartUnmatchedBoundary, u64::from(flags.unmatched_boundary()));
        if let Some(error) = form.error {
            self.failed(None, &error.to_string());
        } else if form.over_limit {
            self.failed(None, "more arguments than allowed");
        }
    }

    fn json(&mut self, rules: &RuleSet, body: &[u8]) {
        let mut scratch = std::mem::take(&mut self.scratch);
        let mut sink = Sink { state: self, arguments: Variable::ArgsPost, size: 0 };
        let document = json::parse(body, &limits(rules), &mut scratch, &mut sink);
        let size = sink.size;
        self.scratch = scratch;
        self.sized(size);
        if let Some(error) = document.error {
            self.failed(None, &error.to_string());
        }
    }

    fn xml(&mut self, rules: &RuleSet, body: &[u8]) {
        let mut document = xml::Document::default();
        let error = document.read(body, &limits(rules));
        for (text, path) in &rules.paths {
            let key = self.values.intern(text);
            let mut found: Vec<ValueId> = Vec::new();
            path.select(&document, |value| found.push(self.values.intern(value)));
            self.collections[Variable::Xml as usize].extend(found.into_iter().map(|value| Pair { key, value }));
        }
        if let Some(error) = error {
            self.failed(None, &error.to_string());
        }
    }

    /// The first header of a name, empty when there is none.
    pub fn header(&self, variable: Variable, name: &[u8]) -> &[u8] {
        let pair = self.parts(variable).iter().find(|p| self.values.get(p.key).eq_ignore_ascii_case(name));
        pair.map_or(&[], |p| self.values.get(p.value))
    }

    /// The variables of phase 3.
    pub fn response<'h>(&mut self, status: u16, protocol: &[u8], headers: impl Iterator<Item = (&'h [u8], &'h [u8])>) {
        self.set_number(Variable::ResponseStatus, u64::from(status));
        self.set(Variable::ResponseProtocol, protocol);
        let line = [protocol, b" ", status.to_string().as_bytes()].concat();
        self.set(Variable::StatusLine, &line);
        for (name, value) in headers {
            let pair = self.add(Variable::ResponseHeaders, name, value);
            if name.eq_ignore_ascii_case(b"content-type") {
                self.scalars[Variable::ResponseContentType as usize] = pair.value;
            } else if name.eq_ignore_ascii_case(b"content-length") {
                self.scalars[Variable::ResponseContentLength as usize] = pair.value;
            }
        }
        self.touched();
    }

    /// The variables of phase 4.
    pub fn response_body(&mut self, body: &[u8], whole: bool) {
        if !whole {
            self.set_flag(Variable::OutboundDataError, true);
        }
        self.set(Variable::ResponseBody, body);
        if !self.scalars[Variable::ResponseContentLength as usize].is_some() {
            self.set_number(Variable::ResponseContentLength, body.len() as u64);
        }
        self.touched();
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Path and query of a target in absolute form; other targets as they are.
fn origin(target: &[u8]) -> &[u8] {
    if target.starts_with(b"/") {
        return target;
    }
    let Some(at) = target.windows(3).position(|w| w == b"://") else { return target };
    if !target[..at].iter().all(u8::is_ascii_alphanumeric) {
        return target;
    }
    let rest = &target[at + 3..];
    rest.iter().position(|b| matches!(b, b'/' | b'?')).map_or(&b"/"[..], |slash| &rest[slash..])
}

/// JSON and XML by media type, their suffixes included (RFC 6839).
fn structured(content_type: &[u8]) -> Option<Processor> {
    let end = content_type.iter().position(|b| *b == b';').unwrap_or(content_type.len());
    let media = content_type[..end].trim_ascii();
    let ends = |suffix: &[u8]| media.len() >= suffix.len() && media[media.len() - suffix.len()..].eq_ignore_ascii_case(suffix);
    if ends(b"application/json") || ends(b"+json") || ends(b"/json") {
        Some(Processor::Json)
    } else if ends(b"/xml") || ends(b"+xml") {
        Some(Processor::Xml)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (target, expected) in [
            ("/a?b", "/a?b"),
            ("http://h/a", "/a"),
            ("http://h", "/"),
            ("http://h?x=/", "?x=/"),
            ("*", "*"),
            ("h:80", "h:80"),
            ("a b://x/y", "a b://x/y"),
        ] {
            assert_eq!(origin(target.as_bytes()), expected.as_bytes(), "{target}");
        }
    }

    #[test]
    fn media_types() {
        for (text, expected) in [
            ("application/json", Some(Processor::Json)),
            ("application/vnd.api+JSON; charset=utf-8", Some(Processor::Json)),
            ("text/xml", Some(Processor::Xml)),
            ("image/svg+xml", Some(Processor::Xml)),
            ("application/octet-stream", None),
            ("", None),
        ] {
            assert_eq!(structured(text.as_bytes()), expected, "{text}");
        }
    }
}
