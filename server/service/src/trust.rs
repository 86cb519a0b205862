//! "Trust this certificate" (guide chapter 7 "Domain-Specific Delivery Exceptions"): the delivery exception of a domain
//! takes exactly the certificate that somebody has looked at, and its encryption becomes Manual.

use crate::{Error, Service, SettingsOf, UseCase};
use model::settings::{DeliveryException, ExceptionEncryption};
use model::{Actor, DomainName};
use serde_json::Value as Json;

const EXCEPTIONS: &str = "outbound_routing.delivery_exceptions";

/// 64 hexadecimal digits, with colons or without, as they are kept.
fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
    (digits.len() == 64 && digits.chars().all(|c| c.is_ascii_hexdigit())).then(|| digits.to_ascii_uppercase())
}

impl Service {
    /// The domain of the network's mail is from now on reached only where the host shows this certificate. Route and
    /// routing of an exception that is there stay as they are.
    pub async fn trust_certificate(
        &self,
        actor: &Actor,
        network: i64,
        domain: &str,
        certificate: &str,
    ) -> Result<(), Error> {
        self.permit(actor, UseCase::EditOutbound)?;
        let domain = DomainName::parse(domain.trim()).map_err(|e| Error::field("domain", e.to_string()))?;
        let certificate = fingerprint(certificate)
            .ok_or_else(|| Error::field("certificate", "A SHA-256 fingerprint of 64 hexadecimal digits is needed."))?;
        let of = SettingsOf::OutboundIp(network);
        let view = self.settings(actor, of).await?;
        let holds = view.effective.iter().find(|(path, _)| path == EXCEPTIONS);
        let before = holds.and_then(|(_, source)| source.value.get(domain.as_str()).cloned());
        let before: Option<DeliveryException> = before.and_then(|v| serde_json::from_value(v).ok());
        let exception =
            DeliveryException { encryption: ExceptionEncryption::Manual, certificate, ..before.unwrap_or_default() };
        let json = serde_json::to_value(exception).map_err(|e| Error::Internal(e.to_string()))?;
        let mut own = match view.set.get(EXCEPTIONS) {
            Some(Json::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        own.insert(domain.to_string(), json);
        self.change_settings(actor, of, &[(EXCEPTIONS.to_owned(), Json::Object(own))]).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_is_kept_in_one_spelling() {
        let colons = vec!["ab"; 32].join(":");
        assert_eq!(fingerprint(&colons), Some("AB".repeat(32)));
        assert!(fingerprint("ab").is_none() && fingerprint(&"zz".repeat(32)).is_none());
    }
}
