//! The certificate for STARTTLS. At first start one is made that nobody signed but itself: senders that take
//! what they get are encrypted at once, and a better one can be put in its place.

use crate::Error;
use model::Timestamp;
use model::settings::{TlsCipher, TlsVersion};
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ServerConfig, SupportedCipherSuite, SupportedProtocolVersion};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

const CERTIFICATE: &str = "smtp-cert.pem";
const KEY: &str = "smtp-key.pem";
const YEARS: i32 = 10;

/// What of TLS is used; empty: all that there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsChoice {
    pub versions: Vec<TlsVersion>,
    pub ciphers: Vec<TlsCipher>,
}

impl TlsChoice {
    fn provider(&self) -> CryptoProvider {
        let mut provider = ring::default_provider();
        if !self.ciphers.is_empty() {
            let named = |s: &SupportedCipherSuite| {
                s.suite().as_str().is_some_and(|n| self.ciphers.iter().any(|c| c.as_str() == n))
            };
            provider.cipher_suites.retain(named);
        }
        provider
    }

    fn versions(&self) -> Vec<&'static SupportedProtocolVersion> {
        let versions = if self.versions.is_empty() { TlsVersion::ALL } else { &self.versions };
        let version = |v: &TlsVersion| match v {
            TlsVersion::V13 => &rustls::version::TLS13,
            TlsVersion::V12 => &rustls::version::TLS12,
        };
        versions.iter().map(version).collect()
    }
}

/// Where the certificate and its key are in `dir`.
pub fn certificate_files(dir: &Path) -> (PathBuf, PathBuf) {
    (dir.join(CERTIFICATE), dir.join(KEY))
}

/// The certificate `smtp-cert.pem` and key `smtp-key.pem` (mode 0600) in `dir`, made for `hostname` where they
/// are not there yet (the directory too), and used as they are ever after.
///
/// # Errors
/// Files that cannot be read, written or used, with their path.
pub fn self_signed(dir: &Path, hostname: &str, choice: &TlsChoice) -> Result<Arc<ServerConfig>, Error> {
    let (certificate, key) = certificate_files(dir);
    if !certificate.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|source| Error::File {
            action: "create",
            path: dir.to_owned(),
            source,
        })?;
        make(&certificate, &key, hostname)?;
    }
    server_config(&certificate, &key, choice)
}

/// A configuration of what `choice` leaves of TLS from PEM files: the certificate with those that lead to its root, and
/// its key.
///
/// # Errors
/// Files that cannot be read or used, with their path.
pub fn server_config(certificate: &Path, key: &Path, choice: &TlsChoice) -> Result<Arc<ServerConfig>, Error> {
    let pem = |what, path: &Path, error: rustls_pki_types::pem::Error| Error::Pem {
        what,
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| pem("certificate", certificate, e))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|e| pem("private key", key, e))?;
    let config = ServerConfig::builder_with_provider(Arc::new(choice.provider()))
        .with_protocol_versions(&choice.versions())?
        .with_no_client_auth()
        .with_single_cert(chain, secret)?;
    Ok(Arc::new(config))
}

/// The certificate is written last: where it exists, the key does.
fn make(certificate: &Path, key: &Path, hostname: &str) -> Result<(), Error> {
    let failed = |source| Error::Certificate { hostname: hostname.to_owned(), source };
    let mut params = CertificateParams::new(vec![hostname.to_owned()]).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, hostname);
    let (year, month, ..) = Timestamp::now().civil();
    let year = i32::try_from(year).unwrap_or(2000);
    params.not_before = date_time_ymd(year, month, 1);
    params.not_after = date_time_ymd(year + YEARS, month, 1);
    let pair = KeyPair::generate().map_err(failed)?;
    let signed = params.self_signed(&pair).map_err(failed)?;
    write(key, pair.serialize_pem().as_bytes(), 0o600)?;
    write(certificate, signed.pem().as_bytes(), 0o644)
}

/// Writes a file so that after a crash it is there whole or not at all.
fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let partial = path.with_extension("partial");
    let done = (|| {
        match fs::remove_file(&partial) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
    })();
    done.map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_certificate_is_made_once_for_ten_years_and_its_key_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("tls");
        self_signed(&dir, "mx.bar.test", &TlsChoice::default()).unwrap();
        let pem = fs::read(dir.join(CERTIFICATE)).unwrap();
        assert_eq!(fs::metadata(dir.join(KEY)).unwrap().permissions().mode() & 0o777, 0o600);
        self_signed(&dir, "other.test", &TlsChoice::default()).unwrap();
        assert_eq!(fs::read(dir.join(CERTIFICATE)).unwrap(), pem);

        let (_, der) = x509_parser::pem::parse_x509_pem(&pem).unwrap();
        let certificate = der.parse_x509().unwrap();
        let validity = certificate.validity();
        let days = (validity.not_after.timestamp() - validity.not_before.timestamp()) / 86_400;
        assert!((3_652..=3_653).contains(&days), "{days}");
        let names = certificate.subject_alternative_name().unwrap().unwrap();
        assert!(format!("{:?}", names.value.general_names).contains("mx.bar.test"));
    }

    #[test]
    fn the_names_of_ciphers_are_those_that_there_are() {
        let all = ring::default_provider().cipher_suites;
        let names: Vec<_> = all.iter().filter_map(|s| s.suite().as_str()).collect();
        let known: Vec<_> = TlsCipher::ALL.iter().map(|c| c.as_str()).collect();
        assert_eq!(names, known);
        let none = TlsChoice { versions: vec![TlsVersion::V12], ciphers: vec![TlsCipher::Tls13Aes256] };
        let dir = tempfile::tempdir().unwrap();
        self_signed(dir.path(), "mx.bar.test", &none).unwrap_err();
    }

    #[test]
    fn a_lost_key_and_a_broken_file_are_named() {
        let dir = tempfile::tempdir().unwrap();
        self_signed(dir.path(), "mx.bar.test", &TlsChoice::default()).unwrap();
        fs::write(dir.path().join(KEY), "nonsense").unwrap();
        let error = self_signed(dir.path(), "mx.bar.test", &TlsChoice::default()).unwrap_err().to_string();
        assert!(error.contains(KEY) && error.contains("private key"), "{error}");
        let blocked = self_signed(&dir.path().join(CERTIFICATE).join("x"), "mx.bar.test", &TlsChoice::default())
            .unwrap_err()
            .to_string();
        assert!(blocked.contains("cannot create") && blocked.contains("smtp-cert.pem/x"), "{blocked}");
    }
}
