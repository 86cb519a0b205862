//! "Trust this certificate" (guide chapter 7 "Domain-Specific Delivery Exceptions"): the delivery exception of a domain
//! takes exactly the certificate that somebody has looked at, and its encryption becomes Manual.

use crate::layers::Base;
use crate::outbound::outbound_in;
use crate::settings::patched;
use crate::{Error, Service, UseCase};
use model::settings::{DeliveryException, ExceptionEncryption, Level};
use model::{Actor, Direction, DomainName};
use serde_json::Value as Json;
use store::change::Touched;

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
        let scope = self.permit(actor, UseCase::EditOutbound)?;
        let domain = DomainName::parse(domain.trim()).map_err(|e| Error::field("domain", e.to_string()))?;
        let certificate = fingerprint(certificate)
            .ok_or_else(|| Error::field("certificate", "A SHA-256 fingerprint of 64 hexadecimal digits is needed."))?;
        let mut tx = self.inner.store.begin().await?;
        let mut row = outbound_in(&mut tx, scope, network).await?;
        let levels = Base::of(&mut tx, Some(row.account)).await?.outbound(row.account);
        let holds = levels.with(Level::OutboundIp, &row.settings).resolve(Direction::Outbound);
        let before = holds.outbound_routing.delivery_exceptions.get(domain.as_str()).cloned();
        let exception =
            DeliveryException { encryption: ExceptionEncryption::Manual, certificate, ..before.unwrap_or_default() };
        let json = serde_json::to_value(exception).map_err(|e| Error::Internal(e.to_string()))?;
        let mut own = match row.settings.get(EXCEPTIONS) {
            Some(Json::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        own.insert(domain.to_string(), json);
        let changes = [(EXCEPTIONS.to_owned(), Json::Object(own))];
        let account = Some(row.account);
        let changed = patched(&mut tx, Level::OutboundIp, account, &mut row.settings, &changes).await?;
        if changed.is_empty() {
            return Ok(());
        }
        store::outbound::put(&mut tx, &row).await?;
        self.note(&mut tx, actor, "outbound.trust", &row.range.to_string(), &changed.join("; "), account).await?;
        store::change::touch(&mut tx, &[Touched::Outbound]).await?;
        Ok(tx.commit().await?)
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
