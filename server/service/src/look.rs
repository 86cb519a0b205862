//! How the pages look to whoever asks, by the host name under which they are reached, and where links in mail lead (guide
//! chapter 2 "Brands", chapter 14). A host counts only where a brand has it; nothing is built from what a request says.

use crate::layers::Base;
use crate::{Error, Service};
use base64::{Engine, engine::general_purpose::STANDARD};
use model::settings::{Level, definition};
use model::view::look::Look;
use model::{AccountId, Actor, Direction, Principal, Settings, Values};
use sha2::{Digest, Sha256};
use store::Connection;
use store::brand::Brand;

/// A picture of a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    AdminLogo,
    PersonalLogo,
    Icon,
}

impl Picture {
    /// Its last part of the path.
    pub fn as_str(self) -> &'static str {
        match self {
            Picture::AdminLogo => "admin-logo",
            Picture::PersonalLogo => "personal-logo",
            Picture::Icon => "icon",
        }
    }

    pub fn of(word: &str) -> Option<Picture> {
        [Picture::AdminLogo, Picture::PersonalLogo, Picture::Icon].into_iter().find(|p| p.as_str() == word)
    }

    fn url(self, values: &Values) -> &str {
        let b = &values.branding;
        match self {
            Picture::AdminLogo => &b.admin_logo,
            Picture::PersonalLogo => &b.personal_logo,
            Picture::Icon => &b.icon,
        }
    }

    /// Below which path it is served; with a mark of what it is, so that another picture has another address.
    fn path(self, values: &Values) -> String {
        match self.url(values) {
            "" => String::new(),
            url => format!("/brand/{}?{}", self.as_str(), hex::encode(&Sha256::digest(url)[..8])),
        }
    }
}

/// The name in a Host header, without its port; none where it is no name.
fn host_name(header: &str) -> Option<String> {
    let name = match header.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => header,
    };
    crate::brands::read_host(name.trim_end_matches('.')).ok().flatten()
}

/// `base`, the configured URL, with another host name.
fn with_host(base: &str, host: &str) -> String {
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    let rest = rest.split('/').next().unwrap_or_default();
    // The colons of an IPv6 address stand in brackets.
    let port = rest.rsplit_once(':').map(|(_, p)| p).filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
}

/// Relative luminance of `#rrggbb` (WCAG 2.2 "relative luminance").
fn luminance(color: &str) -> f64 {
    let part = |at: usize| {
        let value = color.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).unwrap_or(0);
        let c = f64::from(value) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// What a text on `behind` is written with: as wanted where that can be read (4.5 to 1), else black or white.
fn readable(behind: &str, wanted: &str) -> String {
    let best = if contrast(behind, "#ffffff") >= contrast(behind, "#000000") { "#ffffff" } else { "#000000" };
    if contrast(behind, wanted) >= 4.5 { wanted } else { best }.to_owned()
}

/// The text in English; what else there is where there is none.
fn english(texts: &std::collections::BTreeMap<String, String>) -> String {
    texts.get("en").or_else(|| texts.values().next()).cloned().unwrap_or_default()
}

fn look(name: Option<&str>, values: &Values) -> Look {
    let (b, p) = (&values.branding, &values.personal_pages);
    let own = definition("branding.admin_logo_color").map(|d| d.default());
    let is_own = own.as_ref().and_then(serde_json::Value::as_str) == Some(b.admin_logo_color.as_str());
    let behind = b.admin_logo_color.clone();
    let colors = (!is_own).then(|| (behind.clone(), readable(&behind, &b.personal_menu_color)));
    Look {
        name: name.map_or_else(|| Look::default().name, str::to_owned),
        admin_logo: Picture::AdminLogo.path(values),
        personal_logo: Picture::PersonalLogo.path(values),
        icon: Picture::Icon.path(values),
        logo_right: b.personal_logo_right,
        banner_link: b.banner_link.clone(),
        colors,
        login_label: english(&p.login_label),
        forgot: p.show_forgot_password,
        light: p.show_light.then(|| english(&p.light_label)),
    }
}

/// Type and bytes of a picture that is stored as `data:image/…;base64,…`.
fn read(url: &str) -> Option<(&'static str, Vec<u8>)> {
    let (kind, data) = url.strip_prefix("data:image/")?.split_once(";base64,")?;
    let kind = ["png", "gif", "x-icon", "vnd.microsoft.icon"].into_iter().find(|k| *k == kind)?;
    let full = match kind {
        "png" => "image/png",
        "gif" => "image/gif",
        _ => "image/x-icon",
    };
    Some((full, STANDARD.decode(data).ok()?))
}

impl Service {
    /// How pages look under this host (a request's Host header) to whoever is logged in. Where no brand has the host,
    /// the brand of the account holds, else the system's settings.
    pub async fn look(&self, host: &str, actor: Option<&Actor>) -> Result<Look, Error> {
        let mut c = self.inner.store.read().await?;
        let (name, values) = self.appearance(&mut c, host, actor).await?;
        Ok(look(name.as_deref(), &values))
    }

    /// A picture of that look: its type and bytes; none where it has none.
    pub async fn picture(
        &self,
        host: &str,
        actor: Option<&Actor>,
        which: Picture,
    ) -> Result<Option<(&'static str, Vec<u8>)>, Error> {
        let mut c = self.inner.store.read().await?;
        let (_, values) = self.appearance(&mut c, host, actor).await?;
        Ok(read(which.url(&values)))
    }

    /// Name of the brand, and the settings of brand and account.
    async fn appearance(
        &self,
        c: &mut Connection,
        host: &str,
        actor: Option<&Actor>,
    ) -> Result<(Option<String>, Values), Error> {
        let account = match actor.map(|a| &a.principal) {
            Some(Principal::Administrator { account, .. }) => *account,
            Some(Principal::Owner { mailbox }) => store::mailbox::get(c, *mailbox).await?.map(|m| m.account),
            _ => None,
        };
        let mut brand: Option<Brand<Settings>> = None;
        if let Some(host) = host_name(host) {
            brand = store::brand::by_host(c, &host).await?;
        }
        let base = Base::of(c, account).await?;
        if brand.is_none()
            && let Some(id) = base.brand_of(account)
        {
            brand = store::brand::get(c, id).await?;
        }
        let mut stack = base.brand(None);
        if let Some(brand) = &brand {
            stack = stack.with(Level::Brand, &brand.settings);
        }
        let values = base.own(stack, account).resolve(Direction::Inbound);
        Ok((brand.map(|b| b.name), values))
    }

    /// Where people of this account reach their dashboards, without a slash at the end: for links in mail. What the
    /// account or its brand says, else the brand's host, else the configuration's URL.
    pub(crate) async fn dashboard_url(&self, c: &mut Connection, account: Option<AccountId>) -> Result<String, Error> {
        let base = Base::of(c, account).await?;
        let said = base.account(account).resolve(Direction::Inbound).branding.dashboard_url.clone();
        if !said.is_empty() {
            return Ok(said.trim_end_matches('/').to_owned());
        }
        let configured = &self.inner.config.url;
        let Some(id) = base.brand_of(account) else { return Ok(configured.clone()) };
        let brand: Option<Brand<Settings>> = store::brand::get(c, id).await?;
        let host = brand.and_then(|b| b.host);
        Ok(host.map_or_else(|| configured.clone(), |host| with_host(configured, &host)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_of_a_host_is_looked_for() {
        assert_eq!(host_name("Mail.House.Test:8443").as_deref(), Some("mail.house.test"));
        assert_eq!(host_name("mail.house.test.").as_deref(), Some("mail.house.test"));
        for odd in ["", "a b", "../x", "mail.house.test/evil", "a:b:c"] {
            assert_eq!(host_name(odd), None, "{odd}");
        }
    }

    #[test]
    fn links_keep_scheme_and_port_of_the_configuration() {
        assert_eq!(with_host("https://filter.test", "mail.house.test"), "https://mail.house.test");
        assert_eq!(with_host("http://127.0.0.1:8080/x", "mail.house.test"), "http://mail.house.test:8080");
        assert_eq!(with_host("https://[::1]", "mail.house.test"), "https://mail.house.test");
    }

    #[test]
    fn writing_can_be_read_on_what_is_behind_it() {
        assert_eq!(readable("#1f3a5f", "#ffffff"), "#ffffff");
        assert_eq!(readable("#ffee00", "#ffffff"), "#000000");
        assert_eq!(readable("#ffffff", "#003366"), "#003366");
        assert!(contrast("#000000", "#ffffff") > 20.9);
    }
}
