//! Certificates of the TLS listeners.

use serde::Deserialize;

/// A certificate chain with its private key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateBody {
    /// Id of the certificate.
    pub id: String,
    /// Names it is served for: `shop.example`, `*.example`, or `*` for connections without or with an unknown name.
    pub hosts: Vec<String>,
    /// Leaf first, PEM.
    pub chain_pem: String,
    /// The private key in the clear, PEM; for trials, control always seals.
    #[serde(default)]
    pub key_pem: Option<String>,
    /// The private key sealed as control/core/crypto.py does, base64. Its place is `gateway_certificates.private_key:<id>`.
    #[serde(default)]
    pub key_sealed: Option<String>,
}
