//! TLS towards other hosts: who is trusted, and what a host's certificate must prove at each level.

use super::certificate::{CertificateProblem, satisfies};
use crate::Encryption;
use crate::security::Demand;
use parking_lot::RwLock;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::path::Path;
use std::sync::Arc;

/// The authorities that are trusted. Cheap to clone; a copy sees what another reads anew.
#[derive(Debug, Clone)]
pub struct Authorities(Arc<RwLock<Arc<RootCertStore>>>);

impl Default for Authorities {
    /// Nobody is trusted.
    fn default() -> Self {
        Authorities(Arc::new(RwLock::new(Arc::new(RootCertStore::empty()))))
    }
}

impl Authorities {
    /// Trusts these certificates of authorities; what cannot be one is an error.
    pub fn of(certificates: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<Authorities, Error> {
        let mut store = RootCertStore::empty();
        for certificate in certificates {
            store.add(certificate)?;
        }
        Ok(Authorities(Arc::new(RwLock::new(Arc::new(store)))))
    }

    /// Those of the system, and those in the files `*.pem` and `*.crt` of a directory, which need not be there (guide
    /// chapter 2 "Trusted Certificates"). What cannot be read is left out and named in the log.
    pub fn read(&self, directory: &Path) {
        let mut store = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        for error in system.errors {
            tracing::warn!(%error, "certificates of the system's authorities cannot be read");
        }
        store.add_parsable_certificates(system.certs);
        let files = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|f| f.path());
        for file in files.filter(|f| f.extension().is_some_and(|e| e == "pem" || e == "crt")) {
            let found = CertificateDer::pem_file_iter(&file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let added = found.map_err(|e| e.to_string()).and_then(|all| {
                all.into_iter().try_for_each(|certificate| store.add(certificate)).map_err(|e| e.to_string())
            });
            if let Err(error) = added {
                tracing::error!(file = %file.display(), error, "a trusted certificate is of no use");
            }
        }
        *self.0.write() = Arc::new(store);
    }

    pub fn current(&self) -> Arc<RootCertStore> {
        self.0.read().clone()
    }
}

/// Makes configurations of TLS for the levels.
#[derive(Clone)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
    authorities: Authorities,
    /// For levels that take any certificate; sessions are resumed among the connections that share it.
    any: Arc<ClientConfig>,
}

impl Tls {
    pub fn new(authorities: Authorities) -> Result<Tls, Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let any = config(&provider, Encryption::Any.into(), Arc::new(RootCertStore::empty()))?;
        Ok(Tls { provider, authorities, any: Arc::new(any) })
    }

    /// The configuration for what a host must prove. Where the certificate counts no session is resumed: a resumed one shows
    /// none.
    pub fn config(&self, demand: &Demand) -> Result<Arc<ClientConfig>, Error> {
        if demand.takes_any() {
            return Ok(self.any.clone());
        }
        let mut config = config(&self.provider, demand.clone(), self.authorities.current())?;
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }

    /// What is wrong with a chain, the host's own certificate first.
    pub fn judge(&self, demand: &Demand, host: &str, chain: &[CertificateDer<'_>]) -> Result<(), CertificateProblem> {
        let (leaf, rest) = chain.split_first().ok_or_else(|| CertificateProblem::Unreadable("there is none".into()))?;
        let name = server_name(host).map_err(CertificateProblem::Unreadable)?;
        satisfies(demand, leaf, rest, &name, &self.authorities.current(), UnixTime::now(), &self.provider)
    }
}

/// The name that a host is dialled by.
pub(crate) fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    match host.parse::<std::net::IpAddr>() {
        Ok(ip) => Ok(ServerName::IpAddress(ip.into())),
        Err(_) => ServerName::try_from(host.to_owned()).map_err(|e| e.to_string()),
    }
}

fn config(provider: &Arc<CryptoProvider>, demand: Demand, roots: Arc<RootCertStore>) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    let verifier = Arc::new(Verifier { provider: provider.clone(), demand, roots });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Takes what is asked for; whatever that is the host must hold its certificate's key (opportunistic TLS, RFC 7435).
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    demand: Demand,
    roots: Arc<RootCertStore>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        satisfies(&self.demand, end_entity, intermediates, server_name, &self.roots, now, &self.provider)
            .map(|()| ServerCertVerified::assertion())
            .map_err(|problem| Error::Other(OtherError(Arc::new(problem))))
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
