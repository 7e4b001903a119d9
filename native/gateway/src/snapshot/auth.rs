//! Who may come in.

use serde::Deserialize;

/// Who may come in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuthBody {
    /// Whether a token is needed.
    pub mode: AuthMode,
    /// What becomes of API keys.
    pub api_keys: ApiKeys,
    /// Scopes that a verified API key must all hold; `area:*` and `*` cover what is below them.
    pub scopes: Vec<String>,
    /// Roles of which the bearer must hold one; empty is any.
    pub roles: Vec<String>,
    /// User types of which the bearer must be one; empty is any.
    pub user_types: Vec<String>,
}

/// Whether a token is needed.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AuthMode {
    /// Tokens are not looked at.
    #[default]
    None,
    /// A valid token.
    Jwt,
    /// None, or a valid token.
    Optional,
}

/// What becomes of API keys.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeys {
    /// They are no authentication.
    #[default]
    Refuse,
    /// The upstream verifies them.
    Pass,
    /// The gateway verifies them against the section `api_keys`. A key must be of the site's own organisation, or of the platform's
    /// (its user is of type `admin`).
    Verify,
}

/// API keys that gateways verify.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeysBody {
    /// The keys.
    pub keys: Vec<ApiKeyBody>,
}

/// One API key; the key itself is not known here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyBody {
    /// Id of the key.
    pub id: String,
    /// What stands between `hcc_` and the second underscore.
    pub prefix: String,
    /// SHA-256 of the whole key, hexadecimal.
    pub hash: String,
    /// The organisation it works for.
    pub organization_id: String,
    /// Its owner.
    pub user_id: String,
    /// `admin`, `reseller` or `customer`.
    pub user_type: String,
    /// What it opens.
    pub scopes: Vec<String>,
    /// Roles of its owner there.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Unix seconds after which it is void.
    #[serde(default)]
    pub expires: Option<u64>,
}
