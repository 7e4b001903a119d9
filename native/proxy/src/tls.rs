//! TLS to the endpoints of an upstream.

use crate::settings::Protocol;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::sync::{Arc, OnceLock};

/// TLS to the endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Whether the certificate is verified.
    pub verify: bool,
    /// Name wanted in the certificate and sent as SNI; the target's host unless given.
    pub server_name: Option<String>,
    /// Certificates of own authorities, PEM; the system's unless given.
    pub ca_pem: Option<String>,
}

impl Default for Tls {
    fn default() -> Self {
        Self { verify: true, server_name: None, ca_pem: None }
    }
}

/// What is spoken on a connection; an error names the field.
pub(crate) fn client(tls: &Tls, protocol: Protocol) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| format!("tls: {e}"))?;
    let mut config = if tls.verify {
        let roots = match &tls.ca_pem {
            Some(pem) => Arc::new(own_roots(pem)?),
            None => system_roots()?,
        };
        builder.with_root_certificates(roots).with_no_client_auth()
    } else {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(Unverified(provider))).with_no_client_auth()
    };
    config.alpn_protocols = vec![
        match protocol {
            Protocol::H1 => &b"http/1.1"[..],
            Protocol::H2 => b"h2",
        }
        .to_vec(),
    ];
    Ok(config)
}

fn own_roots(pem: &str) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for (i, certificate) in CertificateDer::pem_slice_iter(pem.as_bytes()).enumerate() {
        let certificate = certificate.map_err(|e| format!("tls.ca_pem: certificate {}: {e}", i + 1))?;
        roots.add(certificate).map_err(|e| format!("tls.ca_pem: certificate {}: {e}", i + 1))?;
    }
    if roots.is_empty() { Err("tls.ca_pem: no certificate in it".to_owned()) } else { Ok(roots) }
}

/// The system's authorities, read once; a new authority is known after a restart.
fn system_roots() -> Result<Arc<RootCertStore>, String> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    let roots = ROOTS.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(roots)
    });
    if roots.is_empty() {
        return Err("tls.ca_pem: none given, and the system has no authorities".to_owned());
    }
    Ok(Arc::clone(roots))
}

/// Takes any certificate, but checks that the other end holds its key.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_field() {
        for pem in ["", "nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            let tls = Tls { ca_pem: Some(pem.to_owned()), ..Tls::default() };
            assert!(client(&tls, Protocol::H1).is_err_and(|e| e.starts_with("tls.ca_pem: ")), "{pem:?}");
        }
    }
}
