//! The DKIM signatures of outbound mail (guide chapter 6 "DKIM Options").

use filter::auth::signing::SigningKey;
use model::{AccountId, DomainName, Edit};
use parking_lot::Mutex;
use service::{SealedKey, Snapshot};
use std::collections::HashMap;
use std::sync::Arc;
use vault::Vault;

/// Signs with the keys of the snapshot, which the vault opens. Cheap to share.
pub struct Signer {
    vault: Vault,
    /// Opened keys by id, each with the public half that it belongs to; none where it cannot be opened.
    opened: Mutex<HashMap<i64, Opened>>,
}

type Opened = (String, Option<Arc<SigningKey>>);

impl Signer {
    pub fn new(vault: Vault) -> Signer {
        Signer { vault, opened: Mutex::default() }
    }

    /// Puts signatures before a message of this account, by the domain of its From field or the nearest one above it
    /// that is protected, signs, and belongs to the account: nobody signs for another account's domain. A message that
    /// cannot be signed goes without, which is better than not at all.
    pub fn sign(&self, snapshot: &Snapshot, account: AccountId, from: &DomainName, raw: &[u8], edits: &mut Vec<Edit>) {
        let Some((domain, keys)) = signing_domain(snapshot, account, from) else { return };
        let message = delivery::client::as_received(&model::edit::pieces(raw, edits));
        let mut top = String::new();
        for sealed in keys.iter() {
            let Some(key) = self.key(sealed) else { continue };
            match key.sign(&domain, sealed.key.selector.as_str(), &message) {
                Ok(field) => top.push_str(&field),
                Err(error) => tracing::error!(%domain, selector = %sealed.key.selector, %error, "not signed"),
            }
        }
        if top.is_empty() {
            return;
        }
        metrics::counter!("postern_dkim_signed_total").increment(1);
        match edits.first_mut().filter(|e| e.start == e.end && e.start == 0) {
            Some(first) => drop(first.with.splice(0..0, top.into_bytes())),
            None => edits.insert(0, Edit::insert(0, top)),
        }
    }

    fn key(&self, sealed: &SealedKey) -> Option<Arc<SigningKey>> {
        let (id, public) = (sealed.key.id, &sealed.key.public_key);
        if let Some((known, key)) = self.opened.lock().get(&id)
            && known == public
        {
            return key.clone();
        }
        let purpose = service::dkim_purpose(&sealed.key);
        let opened = self.vault.open_secret(&purpose, &sealed.sealed).map_err(|e| e.to_string());
        let opened = opened.and_then(|p| SigningKey::read(sealed.key.algorithm, &p).map_err(|e| e.to_string()));
        let opened = opened.map(Arc::new).map_err(|error| {
            let (domain, selector) = (&sealed.key.domain, &sealed.key.selector);
            tracing::error!(%domain, %selector, error, "a DKIM key is of no use; mail goes without its signature");
        });
        let opened = opened.ok();
        self.opened.lock().insert(id, (public.clone(), opened.clone()));
        opened
    }
}

/// The name in d=, in ASCII, and the keys.
fn signing_domain(snapshot: &Snapshot, account: AccountId, from: &DomainName) -> Option<(String, Arc<[SealedKey]>)> {
    let mut name = from.as_str();
    loop {
        if let Some(domain) = snapshot.domain(name) {
            let signs = domain.account == account && domain.values().dkim.sign && !domain.dkim.is_empty();
            return signs.then(|| Some((ascii(name)?, domain.dkim.clone()))).flatten();
        }
        name = name.split_once('.')?.1;
    }
}

fn ascii(name: &str) -> Option<String> {
    if name.is_ascii() { Some(name.to_owned()) } else { idna::domain_to_ascii(name).ok() }
}
