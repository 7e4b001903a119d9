//! Directives that configure the engine rather than make a rule.

use super::ctl::{audit_engine, audit_parts, switch};

/// What the engine does with what it finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nothing runs.
    Off,
    /// Rules run and report; nothing is ended.
    Detect,
    /// Rules run and end requests.
    #[default]
    Block,
}

impl Mode {
    /// `On`, `Off` or `DetectionOnly`.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "on" => Ok(Self::Block),
            "off" => Ok(Self::Off),
            "detectiononly" => Ok(Self::Detect),
            _ => Err(format!("expected On, Off or DetectionOnly, not {text:?}")),
        }
    }
}

/// What happens to a body over its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverLimit {
    /// The request or response ends.
    Reject,
    /// The part within the limit is looked at.
    ProcessPartial,
}

/// The engine's configuration; `None` is "not said".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `SecRuleEngine`
    pub engine: Option<Mode>,
    /// `SecRequestBodyAccess`
    pub request_body_access: Option<bool>,
    /// `SecRequestBodyLimit`, bytes
    pub request_body_limit: usize,
    /// `SecRequestBodyNoFilesLimit`, bytes
    pub request_body_no_files_limit: usize,
    /// `SecRequestBodyLimitAction`
    pub request_body_limit_action: OverLimit,
    /// `SecRequestBodyJsonDepthLimit`
    pub json_depth_limit: usize,
    /// `SecResponseBodyAccess`
    pub response_body_access: Option<bool>,
    /// `SecResponseBodyMimeType`, in lower case
    pub response_body_types: Vec<String>,
    /// `SecResponseBodyLimit`, bytes
    pub response_body_limit: usize,
    /// `SecResponseBodyLimitAction`
    pub response_body_limit_action: OverLimit,
    /// `SecArgumentsLimit`
    pub arguments_limit: usize,
    /// `SecArgumentSeparator`
    pub argument_separator: u8,
    /// `SecUploadFileLimit`
    pub upload_file_limit: usize,
    /// `SecCollectionTimeout`, seconds
    pub collection_timeout: u64,
    /// `SecComponentSignature`
    pub components: Vec<String>,
    /// `SecWebAppId`
    pub web_app: String,
    /// `SecUnicodeMapFile`: file and code page, as written; read by the loader.
    pub unicode_map: Option<(String, u32)>,
    /// `SecAuditEngine`: on, off, or only relevant requests
    pub audit_engine: Option<bool>,
    /// `SecAuditLogParts`
    pub audit_parts: String,
    /// `SecAuditLogRelevantStatus`
    pub audit_relevant_status: Option<String>,
    /// `SecHttpBlKey`
    pub http_bl_key: Option<String>,
    /// `SecXmlExternalEntity` is refused when On; kept so that the choice is visible.
    pub xml_external_entity: bool,
}

impl Default for Settings {
    /// `ModSecurity`'s recommended configuration, where it has one.
    fn default() -> Self {
        Self {
            engine: None,
            request_body_access: None,
            request_body_limit: 13_107_200,
            request_body_no_files_limit: 131_072,
            request_body_limit_action: OverLimit::Reject,
            json_depth_limit: 512,
            response_body_access: None,
            response_body_types: ["text/plain", "text/html", "text/xml"].map(str::to_owned).to_vec(),
            response_body_limit: 524_288,
            response_body_limit_action: OverLimit::ProcessPartial,
            arguments_limit: 1000,
            argument_separator: b'&',
            upload_file_limit: 100,
            collection_timeout: 3600,
            components: Vec::new(),
            web_app: "default".to_owned(),
            unicode_map: None,
            audit_engine: None,
            audit_parts: "ABIJDEFHZ".to_owned(),
            audit_relevant_status: None,
            http_bl_key: None,
            xml_external_entity: false,
        }
    }
}

/// Directives that are understood and need nothing here: their subject is the gateway's (logs, files, signals) or does not exist in
/// an engine of linear time.
const ACCEPTED: &[&str] = &[
    "secauditlog",
    "secauditlog2",
    "secauditlogdirmode",
    "secauditlogfilemode",
    "secauditlogformat",
    "secauditlogprefix",
    "secauditlogstoragedir",
    "secauditlogtype",
    "seccachetransformations",
    "secconnengine",
    "secconnreadstatelimit",
    "secconnwritestatelimit",
    "seccookieformat",
    "seccookiev0separator",
    "secdatadir",
    "secdebuglog",
    "secdebugloglevel",
    "secdisablebackendcompression",
    "secguardianlog",
    "secpcrematchlimit",
    "secpcrematchlimitrecursion",
    "secrequestbodyinmemorylimit",
    "secsensorid",
    "secserversignature",
    "secstatusengine",
    "secstreaminbodyinspection",
    "secstreamoutbodyinspection",
    "sectmpdir",
    "sectmpsaveuploadedfiles",
    "secunicodecodepage",
    "secuploaddir",
    "secuploadfilemode",
    "secuploadkeepfiles",
];

/// Directives that are refused, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("secrulescript", "scripts are not run by this engine"),
    ("secremoterules", "rules are not fetched from the network; include a file"),
    ("secremoterulesfailaction", "rules are not fetched from the network; include a file"),
    ("secgeolookupdb", "the geographic database is configured on the gateway, not in rules"),
    ("secgsblookupdb", "the Google Safe Browsing look-up is not offered"),
    ("secchrootdir", "the directive belongs to Apache"),
    ("secruleinheritance", "the directive belongs to Apache"),
    ("secruleperftime", "the directive belongs to Apache"),
    ("secinterceptonerror", "the directive belongs to Apache"),
    ("seccontentinjection", "the engine never changes content"),
];

impl Settings {
    /// Takes one directive; `Ok(false)` is "not one of these".
    pub fn take(&mut self, name: &str, words: &[String]) -> Result<bool, String> {
        let lower = name.to_ascii_lowercase();
        if let Some((_, why)) = REFUSED.iter().find(|(refused, _)| *refused == lower) {
            return Err(format!("{name} is refused: {why}"));
        }
        if ACCEPTED.iter().any(|accepted| accepted.eq_ignore_ascii_case(&lower)) {
            return if words.is_empty() { Err(format!("{name} expects a value")) } else { Ok(true) };
        }
        let value = || match words {
            [one] => Ok(one.as_str()),
            _ => Err(format!("{name} expects one value, not {}", words.len())),
        };
        let number = || value().and_then(|v| v.parse::<usize>().map_err(|_| format!("{name} expects a number, not {v:?}")));
        match lower.as_str() {
            "secruleengine" => self.engine = Some(Mode::parse(value()?)?),
            "secrequestbodyaccess" => self.request_body_access = Some(switch(value()?)?),
            "secrequestbodylimit" => self.request_body_limit = number()?,
            "secrequestbodynofileslimit" => self.request_body_no_files_limit = number()?,
            "secrequestbodylimitaction" => self.request_body_limit_action = over_limit(value()?)?,
            "secrequestbodyjsondepthlimit" => self.json_depth_limit = number()?,
            "secresponsebodyaccess" => self.response_body_access = Some(switch(value()?)?),
            "secresponsebodymimetype" => self.response_body_types.extend(words.iter().map(|w| w.to_ascii_lowercase())),
            "secresponsebodymimetypesclear" => self.response_body_types.clear(),
            "secresponsebodylimit" => self.response_body_limit = number()?,
            "secresponsebodylimitaction" => self.response_body_limit_action = over_limit(value()?)?,
            "secargumentslimit" => self.arguments_limit = number()?,
            "secargumentseparator" => match value()?.as_bytes() {
                [one] => self.argument_separator = *one,
                _ => return Err("SecArgumentSeparator expects one character".to_owned()),
            },
            "secuploadfilelimit" => self.upload_file_limit = number()?,
            "seccollectiontimeout" => self.collection_timeout = number()? as u64,
            "seccomponentsignature" => self.components.push(value()?.to_owned()),
            "secwebappid" => value()?.clone_into(&mut self.web_app),
            "secunicodemapfile" => match words {
                [file, page] => {
                    let page = page.parse().map_err(|_| format!("SecUnicodeMapFile expects a code page, not {page:?}"))?;
                    self.unicode_map = Some((file.clone(), page));
                }
                _ => return Err("SecUnicodeMapFile expects a file and a code page".to_owned()),
            },
            "secauditengine" => self.audit_engine = audit_engine(value()?)?,
            "secauditlogparts" => {
                let parts = value()?;
                audit_parts(parts)?;
                if !(parts.starts_with('A') && parts.ends_with('Z')) {
                    return Err("SecAuditLogParts begins with A and ends with Z".to_owned());
                }
                parts.clone_into(&mut self.audit_parts);
            }
            "secauditlogrelevantstatus" => self.audit_relevant_status = Some(value()?.to_owned()),
            "sechttpblkey" => self.http_bl_key = Some(value()?.to_owned()),
            "secxmlexternalentity" if switch(value()?)? => return Err("external XML entities are never loaded".to_owned()),
            "secxmlexternalentity" => self.xml_external_entity = false,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn over_limit(text: &str) -> Result<OverLimit, String> {
    match text.to_ascii_lowercase().as_str() {
        "reject" => Ok(OverLimit::Reject),
        "processpartial" => Ok(OverLimit::ProcessPartial),
        _ => Err(format!("expected Reject or ProcessPartial, not {text:?}")),
    }
}
