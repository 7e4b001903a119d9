//! One site.

use super::{MaintenanceBody, RouteBody, SiteSecurityBody, UpstreamBody};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One site.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteBody {
    /// Id of the site.
    pub site_id: String,
    /// Whose site it is.
    pub organization_id: String,
    /// Its name, for people.
    pub name: String,
    /// `shop.example`, `*.example` or `*`.
    pub hosts: Vec<String>,
    /// Upstreams by name.
    pub upstreams: BTreeMap<String, UpstreamBody>,
    /// Routes.
    pub routes: Vec<RouteBody>,
    /// Whether plain http is redirected to https (308), except `/.well-known/acme-challenge/`.
    #[serde(default)]
    pub https_redirect: bool,
    /// Seconds of `Strict-Transport-Security` on answers over TLS; 0 is none.
    #[serde(default)]
    pub hsts_s: u64,
    /// The whole site in maintenance.
    #[serde(default)]
    pub maintenance: Option<MaintenanceBody>,
    /// HTML pages by status (`"502"`, or `"5xx"`, `"4xx"`) for answers of the gateway itself to browsers.
    #[serde(default)]
    pub error_pages: BTreeMap<String, String>,
    /// What protects it.
    #[serde(default)]
    pub security: SiteSecurityBody,
}
