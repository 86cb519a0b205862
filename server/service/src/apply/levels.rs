//! Applying what lies below domains: brands, accounts themselves, and defaults.

use super::write::Writer;
use super::{AccountDoc, BrandDoc, invalid};
use crate::{AccountChange, Error, brands};
use model::settings::Off;
use model::{AccountId, Settings};
use store::account::Account;
use store::brand::Brand;
use store::defaults::Level as Defaults;

impl Writer<'_> {
    pub(super) async fn defaults<'d>(
        &mut self,
        whose: &str,
        account: Option<AccountId>,
        wanted: impl IntoIterator<Item = (Defaults, &'d Option<Settings>)>,
    ) -> Result<(), Error> {
        for (of, wanted) in wanted {
            let Some(wanted) = wanted else { continue };
            let before = store::defaults::get(&mut self.tx, of, account).await?.unwrap_or_default();
            let level = crate::layers::default_level(of).label().to_lowercase();
            self.named(&format!("{whose}: {level}"), account, Some(wanted)).await?;
            let after = self.settings(&format!("{whose}: {level}"), &before, Some(wanted))?;
            if after != before {
                store::defaults::set(&mut self.tx, of, account, &after).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn brand(&mut self, doc: &BrandDoc) -> Result<(), Error> {
        let what = format!("brand {}", doc.name);
        let host = doc.host.as_deref().map(brands::read_host).transpose().map_err(invalid)?;
        if let Some(Some(host)) = &host
            && let Some(other) = store::brand::by_host::<Settings>(&mut self.tx, host).await?
            && other.name.to_lowercase() != doc.name.to_lowercase()
        {
            return Err(invalid(format!("{what}: the host {host} is that of brand {}", other.name)));
        }
        self.named(&what, None, doc.settings.as_ref()).await?;
        match store::brand::by_name::<Settings>(&mut self.tx, &doc.name).await? {
            Some(before) => {
                let mut after = before.clone();
                after.host = host.unwrap_or_else(|| before.host.clone());
                if after.host != before.host {
                    let word = |h: &Option<String>| h.clone().unwrap_or_else(|| "none".into());
                    self.change(format!("{what}: host {} → {}", word(&before.host), word(&after.host)));
                }
                after.settings = self.settings(&what, &before.settings, doc.settings.as_ref())?;
                if after != before {
                    store::brand::update(&mut self.tx, &after).await?;
                }
            }
            None => {
                self.add(what.clone());
                let settings = self.settings(&what, &Settings::default(), doc.settings.as_ref())?;
                let created = self.service.now();
                let new = Brand { id: 0, name: doc.name.clone(), host: host.flatten(), settings, created };
                store::brand::insert(&mut self.tx, &new).await?;
            }
        }
        Ok(())
    }

    /// What the account itself has: e-mail, time zone, features, brand, settings, and whether it is the default one.
    pub(super) async fn account_itself(
        &mut self,
        id: AccountId,
        doc: &AccountDoc,
        made: &[BrandDoc],
    ) -> Result<(), Error> {
        let found: Option<Account<Settings>> = store::account::get(&mut self.tx, id).await?;
        let before = found.ok_or_else(|| Error::not_found("account"))?;
        let what = format!("account {}", before.name);
        let brands: Vec<Brand<Settings>> = store::brand::all(&mut self.tx).await?;
        let mut change = AccountChange { name: None, ..doc.change() };
        match doc.brand.as_deref() {
            None => {}
            Some("") => change.brand = Some(None),
            Some(name) => match brands.iter().find(|b| b.name.to_lowercase() == name.to_lowercase()) {
                Some(brand) => change.brand = Some(Some(brand.id)),
                // A dry run takes back what it has made before it comes to the accounts.
                None if made.iter().any(|b| b.name.to_lowercase() == name.to_lowercase()) => {
                    self.change(format!("{what}: brand {name}"));
                }
                None => return Err(invalid(format!("{what}: there is no brand {name}"))),
            },
        }
        let mut after = before.clone();
        let name = |id: Option<i64>| brands.iter().find(|b| Some(b.id) == id).map_or("none".into(), |b| b.name.clone());
        for line in change.apply(&mut after, name) {
            self.change(format!("{what}: {line}"));
        }
        // A document that says which features there are says all of the account, with what sleeps for want of one: what
        // was exported is taken by an empty system too. Another cannot begin to set what does not count.
        self.off = if doc.features.is_some() { Off::default() } else { Off::all_but(&after.features) };
        self.named(&what, Some(id), doc.settings.as_ref()).await?;
        after.settings = self.settings(&what, &before.settings, doc.settings.as_ref())?;
        if after != before {
            store::account::update(&mut self.tx, &after).await?;
        }
        if change.make_default && !before.is_default {
            self.change(format!("{what}: the default account"));
            store::account::set_default(&mut self.tx, id).await?;
        }
        Ok(())
    }
}
