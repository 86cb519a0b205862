//! The certificate for STARTTLS: usable, ours, and not about to expire.

use super::finding::Finding;
use crate::config::Config;
use x509_parser::prelude::*;

const NAME: &str = "certificate";
/// Days before its end from which it is named.
const SOON: i64 = 30;

pub fn check(config: &Config) -> Finding {
    let directory = config.data.join("tls");
    let (certificate, key) = smtp::certificate_files(&directory);
    if !certificate.exists() {
        return Finding::warn(
            NAME,
            "there is none yet",
            "one that nobody has signed is made when the server first starts",
        );
    }
    let replace = format!("put a certificate and its key at {} and {}", certificate.display(), key.display());
    if let Err(error) = smtp::server_config(&certificate, &key, &smtp::TlsChoice::default()) {
        return Finding::fail(NAME, error, replace);
    }
    let pem = match std::fs::read(&certificate) {
        Ok(pem) => pem,
        Err(error) => return Finding::fail(NAME, format!("{}: {error}", certificate.display()), replace),
    };
    let parsed = parse_x509_pem(&pem).map_err(|e| e.to_string());
    match parsed.as_ref().map_err(Clone::clone).and_then(|(_, pem)| pem.parse_x509().map_err(|e| e.to_string())) {
        Ok(parsed) => judge(&parsed, &config.hostname, model::Timestamp::now().0 / 1_000, &replace),
        Err(error) => Finding::fail(NAME, format!("{}: {error}", certificate.display()), replace),
    }
}

fn judge(certificate: &X509Certificate<'_>, hostname: &str, now: i64, replace: &str) -> Finding {
    let days = (certificate.validity().not_after.timestamp() - now).div_euclid(86_400);
    if days < 0 {
        return Finding::fail(NAME, format!("it expired {} days ago", -days), replace);
    }
    if certificate.validity().not_before.timestamp() > now {
        return Finding::fail(NAME, "it is not valid yet", "check this machine's clock");
    }
    if days < SOON {
        return Finding::warn(NAME, format!("it expires in {days} days"), replace);
    }
    if !names(certificate).iter().any(|name| covers(name, hostname)) {
        return Finding::warn(NAME, format!("it is not for {hostname}"), replace);
    }
    Finding::ok(NAME, format!("for {hostname}, {days} days left"))
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let of = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    };
    alternative.map(|a| a.value.general_names.iter().filter_map(of).collect()).unwrap_or_default()
}

/// RFC 6125 §6.4.3: a star stands for the first label.
fn covers(name: &str, hostname: &str) -> bool {
    let (name, hostname) = (name.to_ascii_lowercase(), hostname.to_ascii_lowercase());
    name == hostname
        || name.strip_prefix("*.").is_some_and(|rest| hostname.split_once('.').is_some_and(|(_, own)| own == rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::check::finding::Level;

    #[test]
    fn a_star_stands_for_one_label() {
        assert!(covers("mx.acme.test", "MX.acme.test") && covers("*.acme.test", "mx.acme.test"));
        assert!(
            !covers("*.acme.test", "a.mx.acme.test")
                && !covers("*.test", "test")
                && !covers("acme.test", "mx.acme.test")
        );
    }

    #[test]
    fn a_certificate_is_named_before_it_expires_and_where_it_is_of_another_host() {
        let dir = tempfile::tempdir().unwrap();
        smtp::self_signed(dir.path(), "mx.acme.test", &smtp::TlsChoice::default()).unwrap();
        let pem = std::fs::read(smtp::certificate_files(dir.path()).0).unwrap();
        let (_, pem) = parse_x509_pem(&pem).unwrap();
        let parsed = pem.parse_x509().unwrap();
        let (from, to) = (parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp());
        let level = |host, now| judge(&parsed, host, now, "").level;
        assert_eq!(level("mx.acme.test", from + 1), Level::Ok);
        assert_eq!(level("mx.other.test", from + 1), Level::Warn);
        assert_eq!(level("mx.acme.test", from - 1), Level::Fail);
        assert_eq!(level("mx.acme.test", to - 29 * 86_400), Level::Warn);
        assert_eq!(level("mx.acme.test", to + 1), Level::Fail);
    }
}
