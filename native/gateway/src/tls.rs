//! Certificates by server name, swapped without a connection noticing.

use crate::sealed::Keyring;
use crate::snapshot::CertificateBody;
use crate::state::Shared;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// A certificate ready to be served.
#[derive(Debug)]
pub struct Certificate {
    /// Its id.
    pub id: String,
    /// Names it is served for, in lower case.
    pub hosts: Vec<String>,
    key: Arc<CertifiedKey>,
}

impl Certificate {
    /// Reads chain and key, and checks that they belong together.
    pub fn compile(body: CertificateBody, keyring: &Keyring) -> Result<Self, String> {
        let chain =
            CertificateDer::pem_slice_iter(body.chain_pem.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(|_| "chain_pem is no PEM")?;
        if chain.is_empty() {
            return Err("chain_pem holds no certificate".to_owned());
        }
        let pem = match (body.key_pem, body.key_sealed) {
            (Some(pem), None) => pem.into_bytes(),
            (None, Some(sealed)) => keyring.open(&sealed, &format!("gateway_certificates.private_key:{}", body.id))?,
            _ => return Err("either key_pem or key_sealed is needed".to_owned()),
        };
        let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| "the private key is no PEM")?;
        let provider = rustls::crypto::ring::default_provider();
        let key = CertifiedKey::from_der(chain, key, &provider).map_err(|e| format!("certificate and key: {e}"))?;
        let hosts: Vec<String> = body.hosts.iter().map(|h| h.to_ascii_lowercase()).collect();
        if hosts.is_empty() {
            return Err("a certificate needs a host".to_owned());
        }
        Ok(Self { id: body.id, hosts, key: Arc::new(key) })
    }
}

/// Certificates by name.
#[derive(Debug, Default)]
pub struct Certificates {
    exact: HashMap<String, Arc<CertifiedKey>>,
    wildcard: HashMap<String, Arc<CertifiedKey>>,
    any: Option<Arc<CertifiedKey>>,
}

impl Certificates {
    /// Adds one; a name that another has already stays with that one.
    pub fn add(&mut self, certificate: &Certificate) {
        for host in &certificate.hosts {
            let key = || Arc::clone(&certificate.key);
            if host == "*" {
                self.any.get_or_insert_with(key);
            } else if let Some(parent) = host.strip_prefix("*.") {
                self.wildcard.entry(parent.to_owned()).or_insert_with(key);
            } else {
                self.exact.entry(host.clone()).or_insert_with(key);
            }
        }
    }

    /// The certificate of a server name: exact, then a wildcard for its first label (RFC 6125 section 6.4.3), then `*`.
    pub fn find(&self, name: Option<&str>) -> Option<&Arc<CertifiedKey>> {
        let lower = name.map(str::to_ascii_lowercase);
        let named = lower.as_deref().and_then(|name| {
            let parent = name.split_once('.').map(|(_, parent)| parent);
            self.exact.get(name).or_else(|| parent.and_then(|p| self.wildcard.get(p)))
        });
        named.or(self.any.as_ref())
    }
}

/// Finds certificates in whatever configuration is in force when a client says hello.
pub struct Resolver(pub Arc<Shared>);

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.config.load().certificates.find(hello.server_name()).cloned()
    }
}

/// What accepts TLS: 1.2 and 1.3, HTTP/2 and 1.1 by ALPN, tickets that go over no disk.
pub fn acceptor(shared: &Arc<Shared>) -> Result<TlsAcceptor, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Resolver(Arc::clone(shared))));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = rustls::crypto::ring::Ticketer::new().map_err(|e| e.to_string())?;
    config.send_tls13_tickets = 1;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
