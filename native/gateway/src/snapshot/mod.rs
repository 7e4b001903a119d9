//! The shape of a snapshot as it is handed over. Fields that are not known are refused; fields that are absent have defaults.

pub mod auth;
pub mod certificate;
pub mod platform;
pub mod route;
pub mod security;
pub mod site;
pub mod upstream;

pub use auth::{ApiKeyBody, ApiKeys, ApiKeysBody, AuthBody, AuthMode};
pub use certificate::CertificateBody;
pub use platform::{Defaults, JwkBody, JwtBody, PlatformBody, RevokedBody};
pub use route::{
    CanaryBody, CorsBody, HeaderRules, LimitBody, LimitKey, MaintenanceBody, RedirectBody, RespondBody, RouteBody, ValidateBody,
};
pub use security::{
    AccessAction, AccessBody, BanBody, BansBody, ChallengeBody, DetectionBody, ExclusionBody, HeaderHow, HeaderMatchBody, MatchAction,
    MatchBody, MatchRuleBody, Mode, PolicyBody, QuotaBody, ScopeBody, SiteSecurityBody, WafRulesBody,
};
pub use site::SiteBody;
pub use upstream::{
    BreakerBody, CheckKind, HashKey, HealthBody, OutlierBody, Policy, Protocol, RetryBody, TargetBody, UpstreamBody, UpstreamTls,
};

use serde::Deserialize;
use serde_json::value::RawValue;

/// A whole snapshot; bodies stay raw until their hash says that they are new.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot<'a> {
    /// Version of this shape: 1.
    pub version: u32,
    /// `platform`, `api_keys`, `bans`, one section a site, one an organisation that says something of security, one a certificate.
    #[serde(borrow)]
    pub sections: Vec<Section<'a>>,
}

/// A section with the hash of its content.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section<'a> {
    /// `platform`, `api_keys`, `bans`, `site:<uuid>`, `security:<uuid>` or `certificate:<uuid>`.
    pub id: String,
    /// Any text that changes with the content.
    pub hash: String,
    /// The content.
    #[serde(borrow)]
    pub body: &'a RawValue,
}
