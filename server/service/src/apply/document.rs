//! The document of `postern apply` and `postern export`.

use super::{DefinitionDoc, RelayUserDoc};
use crate::aliases::alias_address;
use crate::mailboxes::{address_in, full_name_problem};
use crate::{AccountChange, groups, layers};
use model::definition::{ContentFilter, Notification, Verifier};
use model::settings::Level;
use model::view::{Feature, MailboxAccess, MailboxState, Unrecognized};
use model::{Cidr, DomainName, EmailAddress, HostPort, Role, SenderEntry, Settings};
use serde::{Deserialize, Serialize};

/// The whole configuration, or any part of it: what is not mentioned stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "expected a map of settings, administrators and accounts")]
pub struct Document {
    /// How mail is received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appliance: Option<Settings>,
    /// What holds for every domain that says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// What holds for every domain, outbound IP or sender who logs in, where neither its account nor itself says else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_inbound: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_outbound: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_relay: Option<Settings>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brands: Vec<BrandDoc>,
    /// System administrators.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators: Vec<AdministratorDoc>,
    /// Of the whole system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verifiers: Vec<DefinitionDoc<Verifier>>,
    /// Of the whole system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<DefinitionDoc<Notification>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountDoc>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandDoc {
    pub name: String,
    /// Host name under which its dashboards are reached; empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountDoc {
    pub name: String,
    /// Where notices go; empty: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Name of its brand; empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Vec<Feature>>,
    /// Makes it the default account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_inbound: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_outbound: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_relay: Option<Settings>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrators: Vec<AdministratorDoc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<DomainDoc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbound_ips: Vec<OutboundDoc>,
    /// Users of the Outbound Authenticated Relay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relay_users: Vec<RelayUserDoc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verifiers: Vec<DefinitionDoc<Verifier>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content_filters: Vec<DefinitionDoc<ContentFilter>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<DefinitionDoc<Notification>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorDoc {
    pub email: EmailAddress,
    pub role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// argon2id in PHC form, as export writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainDoc {
    pub name: DomainName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateways: Option<Vec<HostPort>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrecognized: Option<Unrecognized>,
    /// Options that are named are set; the others stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friends: Option<Vec<SenderEntry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enemies: Option<Vec<SenderEntry>>,
    /// Order of the content filters; which are on, and with which action, is in the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_filters: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mailboxes: Vec<MailboxDoc>,
    /// In the order of their priority; groups that are not mentioned come after, in the order they had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupDoc>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupDoc {
    pub name: String,
    /// Group of the domain's directory whose members are members; empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ldap_group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friends: Option<Vec<SenderEntry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enemies: Option<Vec<SenderEntry>>,
    /// All its members: the part before @, or the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailboxDoc {
    /// The part before @, or the address.
    pub name: String,
    /// The part before @, or an address in any domain of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<MailboxState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<MailboxAccess>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_name: Option<String>,
    /// "Do Not Auto-Remove".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friends: Option<Vec<SenderEntry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enemies: Option<Vec<SenderEntry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboundDoc {
    pub range: Cidr,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Settings>,
    /// Domains that may send through it, of the account or external.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_domains: Option<Vec<DomainName>>,
    /// Order of the content filters; which are on, and with which action, is in the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_filters: Option<Vec<String>>,
}

impl Document {
    /// Reads YAML; an error names the path in the document and the line.
    pub fn read(yaml: &str) -> Result<Document, String> {
        if yaml.trim().is_empty() {
            return Ok(Document::default());
        }
        serde_yaml_ng::from_str(yaml).map_err(|e| e.to_string())
    }

    pub fn write(&self) -> Result<String, String> {
        serde_yaml_ng::to_string(self).map_err(|e| e.to_string())
    }

    /// What can be seen to be wrong without the database, as `path: sentence`; before anything is changed.
    pub fn check(&self) -> Result<(), String> {
        check_settings("appliance", Level::Appliance, self.appliance.as_ref())?;
        check_settings("settings", Level::Brand, self.settings.as_ref())?;
        check_defaults("", &self.default_inbound, &self.default_outbound, &self.default_relay)?;
        for (i, brand) in self.brands.iter().enumerate() {
            let at = format!("brands[{i}]");
            if let Some(problem) = crate::brands::name_problem(&brand.name) {
                return Err(format!("{at}.name: {problem}"));
            }
            crate::brands::read_host(brand.host.as_deref().unwrap_or_default())
                .map_err(|e| format!("{at}.host: {e}"))?;
            check_settings(&format!("{at}.settings"), Level::Brand, brand.settings.as_ref())?;
        }
        check_administrators("", &self.administrators, |r| r == Role::System)?;
        for (i, account) in self.accounts.iter().enumerate() {
            let at = format!("accounts[{i}]");
            if let Some(wrong) = account.change().problems().into_iter().next() {
                return Err(format!("{at}.{}: {}", wrong.field, wrong.message));
            }
            check_settings(&format!("{at}.settings"), Level::Account, account.settings.as_ref())?;
            let a = account;
            check_defaults(&format!("{at}."), &a.default_inbound, &a.default_outbound, &a.default_relay)?;
            let of_account = |r| matches!(r, Role::Account | Role::Operator | Role::Dashboard);
            check_administrators(&format!("{at}."), &account.administrators, of_account)?;
            for (j, user) in account.relay_users.iter().enumerate() {
                let at = format!("{at}.relay_users[{j}]");
                if let Some(problem) = crate::relay::name_problem(&user.name) {
                    return Err(format!("{at}.name: {problem}"));
                }
                check_password(&at, user.password.as_deref(), user.password_hash.as_deref())?;
            }
            for (j, o) in account.outbound_ips.iter().enumerate() {
                check_settings(&format!("{at}.outbound_ips[{j}].settings"), Level::OutboundIp, o.settings.as_ref())?;
            }
            for (j, domain) in account.domains.iter().enumerate() {
                domain.check(&format!("{at}.domains[{j}]"))?;
            }
        }
        Ok(())
    }
}

impl AccountDoc {
    /// What it says of the account itself; the brand is the writer's to look up.
    pub(super) fn change(&self) -> AccountChange {
        AccountChange {
            name: Some(self.name.trim().to_owned()),
            email: self.email.clone(),
            time_zone: self.time_zone.clone(),
            features: self.features.clone(),
            brand: None,
            make_default: self.default == Some(true),
        }
    }
}

impl GroupDoc {
    fn check(&self, at: &str, domain: &DomainName) -> Result<(), String> {
        if let Some(problem) = groups::name_problem(self.name.trim(), groups::NAME_MAX) {
            return Err(format!("{at}.name: {problem}"));
        }
        let ldap = self.ldap_group.as_deref().map(str::trim).filter(|g| !g.is_empty());
        if let Some(problem) = ldap.and_then(|g| groups::name_problem(g, groups::LDAP_MAX)) {
            return Err(format!("{at}.ldap_group: {problem}"));
        }
        check_settings(&format!("{at}.settings"), Level::Group, self.settings.as_ref())?;
        for (n, member) in self.members.iter().flatten().enumerate() {
            address_in(domain, member).map_err(|e| format!("{at}.members[{n}]: {e}"))?;
        }
        Ok(())
    }
}

impl DomainDoc {
    /// Says nothing of the domain but that it is there.
    pub(crate) fn named(name: DomainName) -> DomainDoc {
        DomainDoc {
            name,
            gateways: None,
            unrecognized: None,
            settings: None,
            friends: None,
            enemies: None,
            content_filters: None,
            mailboxes: Vec::new(),
            groups: Vec::new(),
        }
    }

    fn check(&self, at: &str) -> Result<(), String> {
        if self.gateways.as_ref().is_some_and(Vec::is_empty) {
            return Err(format!("{at}.gateways: a domain needs at least one gateway"));
        }
        check_settings(&format!("{at}.settings"), Level::Domain, self.settings.as_ref())?;
        for (k, mailbox) in self.mailboxes.iter().enumerate() {
            let at = format!("{at}.mailboxes[{k}]");
            address_in(&self.name, &mailbox.name).map_err(|e| format!("{at}.name: {e}"))?;
            for (n, alias) in mailbox.aliases.iter().flatten().enumerate() {
                alias_address(&self.name, alias).map_err(|e| format!("{at}.aliases[{n}]: {e}"))?;
            }
            if let Some(problem) = mailbox.full_name.as_deref().and_then(full_name_problem) {
                return Err(format!("{at}.full_name: {problem}"));
            }
            check_settings(&format!("{at}.settings"), Level::Mailbox, mailbox.settings.as_ref())?;
            check_password(&at, mailbox.password.as_deref(), mailbox.password_hash.as_deref())?;
        }
        for (k, group) in self.groups.iter().enumerate() {
            let at = format!("{at}.groups[{k}]");
            if self.groups[..k].iter().any(|g| g.name.trim().to_lowercase() == group.name.trim().to_lowercase()) {
                return Err(format!("{at}.name: {} stands here twice", group.name));
            }
            group.check(&at, &self.name)?;
        }
        Ok(())
    }
}

fn check_defaults(
    prefix: &str,
    inbound: &Option<Settings>,
    outbound: &Option<Settings>,
    relay: &Option<Settings>,
) -> Result<(), String> {
    check_settings(&format!("{prefix}default_inbound"), Level::DefaultInbound, inbound.as_ref())?;
    check_settings(&format!("{prefix}default_outbound"), Level::DefaultOutbound, outbound.as_ref())?;
    check_settings(&format!("{prefix}default_relay"), Level::OutboundRelay, relay.as_ref())
}

fn check_administrators(prefix: &str, list: &[AdministratorDoc], fits: impl Fn(Role) -> bool) -> Result<(), String> {
    for (i, a) in list.iter().enumerate() {
        let at = format!("{prefix}administrators[{i}]");
        if !fits(a.role) {
            return Err(format!("{at}.role: {} does not belong here", a.role.label()));
        }
        check_password(&at, a.password.as_deref(), a.password_hash.as_deref())?;
    }
    Ok(())
}

fn check_password(at: &str, password: Option<&str>, hash: Option<&str>) -> Result<(), String> {
    match (password, hash) {
        (Some(_), Some(_)) => Err(format!("{at}: password and password_hash exclude each other")),
        (Some(p), None) => crate::password::never_right(p).map_or(Ok(()), |e| Err(format!("{at}.password: {e}"))),
        (None, Some(h)) if !crate::password::is_hash(h) => {
            Err(format!("{at}.password_hash: expected argon2id in PHC form"))
        }
        _ => Ok(()),
    }
}

fn check_settings(at: &str, level: Level, settings: Option<&Settings>) -> Result<(), String> {
    match settings.map(|s| layers::problems(level, s)).unwrap_or_default().into_iter().next() {
        Some(wrong) => Err(format!("{at}.{}: {}", wrong.field, wrong.message)),
        None => Ok(()),
    }
}
