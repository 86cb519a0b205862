//! The LDAP verifier.

use super::check::{Check, connections, refresh, secrets_of, servers, timeout};
use super::server::{Priority, Server};
use crate::FieldError;
use crate::definition::Secret;
use crate::definition::check::Problems;
use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// What the directory is; the settings that are not named follow from it.
    DirectoryType {
        ActiveDirectory = "active_directory", "Active Directory";
        Generic = "generic", "Generic";
        Zimbra = "zimbra", "Zimbra";
        Domino = "domino", "Domino";
    }
}
words! {
    /// Where the directory says who is in a group.
    GroupType {
        /// Each group's record lists its members, mostly by DN.
        Static = "static", "Static";
        /// Each user's record lists the groups, by DN.
        Dynamic = "dynamic", "Dynamic";
        /// A user's DN lists the groups, usually as OU.
        Hierarchical = "hierarchical", "Hierarchical";
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = LdapVerifier))]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// At least one.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 20))]
    pub servers: Vec<Server>,
    /// Multiple Server Priority.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub multiple_server_priority: Priority,
    /// Bind without a name.
    #[serde(default)]
    pub allow_anonymous_users: bool,
    /// The ID of the user who may search the directory.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 1000))]
    pub bind_name: String,
    /// That user's password. Never shown; kept where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, write_only, nullable = false))]
    pub bind_password: Option<Secret>,
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub directory_type: DirectoryType,
    /// Where in the directory the search begins; none: the directory's own naming contexts.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_items = 100))]
    pub search_bases: Vec<String>,
    /// Attributes that contain a user's addresses; none: those of the directory type.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_items = 100, example = json!(["mail", "proxyAddresses"])))]
    pub mail_attribute_names: Vec<String>,
    /// Finds a user by address, `%d` the domain and `%u` the user; empty: by the mail attributes.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 4000, example = "(mail=%u@%d)"))]
    pub filter_query: String,
    /// Enable Group Support; none: groups of the directory are not used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(nullable = false))]
    pub groups: Option<LdapGroups>,
    /// Connections at the same time.
    #[serde(default = "connections")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 100))]
    pub maximum_connections: u32,
    /// Least minutes between two readings of the list of users; the actual time is 0.5 to 1.5 times that.
    #[serde(default = "refresh")]
    #[cfg_attr(feature = "schema", schema(minimum = 5, maximum = 10080))]
    pub cache_refresh_interval: u32,
    /// Seconds to wait for an answer.
    #[serde(default = "timeout")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 300))]
    pub request_timeout: u32,
    /// Keep hashes of passwords, for when no server answers.
    #[serde(default)]
    pub authentication_caching: bool,
}

/// How groups are read from the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LdapGroups {
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub group_type: GroupType,
    /// The attribute that names the members or the groups.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 200, example = "memberOf"))]
    pub group_member_attribute: String,
    /// The attribute with the group's friendly name.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 200, example = "cn"))]
    pub group_name_attribute: String,
    /// Finds the groups that can be chosen.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 4000, example = "(objectClass=group)"))]
    pub group_filter_query: String,
}

impl Ldap {
    /// The attributes to look into: those that are named, or the directory type's.
    pub fn mail_attributes(&self) -> Vec<&str> {
        if !self.mail_attribute_names.is_empty() {
            return self.mail_attribute_names.iter().map(String::as_str).collect();
        }
        match self.directory_type {
            DirectoryType::ActiveDirectory => vec!["mail", "proxyAddresses"],
            DirectoryType::Zimbra => vec!["mail", "zimbraMailAlias"],
            DirectoryType::Generic | DirectoryType::Domino => vec!["mail"],
        }
    }
}

impl Check for Ldap {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        servers(&mut p, &self.servers);
        if !self.allow_anonymous_users {
            p.line("bind_name", &self.bind_name, 1_000, true);
            p.secret("bind_password", self.bind_password.as_ref(), 1_000);
        }
        p.count("search_bases", self.search_bases.len(), 0..=100, "search bases");
        for (i, base) in self.search_bases.iter().enumerate() {
            p.line(format!("search_bases[{i}]"), base, 1_000, true);
        }
        p.count("mail_attribute_names", self.mail_attribute_names.len(), 0..=100, "attributes");
        for (i, name) in self.mail_attribute_names.iter().enumerate() {
            attribute(&mut p, &format!("mail_attribute_names[{i}]"), name);
        }
        query(&mut p, "filter_query", &self.filter_query, true);
        if let Some(groups) = &self.groups {
            for (field, name) in [
                ("groups.group_member_attribute", &groups.group_member_attribute),
                ("groups.group_name_attribute", &groups.group_name_attribute),
            ] {
                attribute(&mut p, field, name);
            }
            query(&mut p, "groups.group_filter_query", &groups.group_filter_query, false);
        }
        p.number("maximum_connections", self.maximum_connections, 1..=100, "connections");
        p.number("cache_refresh_interval", self.cache_refresh_interval, 5..=10_080, "minutes");
        p.number("request_timeout", self.request_timeout, 1..=300, "seconds");
        p.done()
    }
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        secrets_of(at, "bind_password", &mut self.bind_password)
    }
}

/// An attribute description of RFC 4512: letters, digits and hyphens, or an OID, with options.
fn attribute(p: &mut Problems, field: &str, name: &str) {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b';' | b'_');
    if name.is_empty() || name.len() > 200 || !name.bytes().all(fits) {
        p.add(
            field,
            format!("{:?} is not the name of an attribute such as mail", name.chars().take(60).collect::<String>()),
        );
    }
}

/// A search filter of RFC 4515 as far as its parentheses go, with `%d` and `%u`, or without.
fn query(p: &mut Problems, field: &str, text: &str, tokens: bool) {
    p.line(field, text, 4_000, false);
    let wrong = |p: &mut Problems, at: usize, what: &str| {
        p.add(field, format!("at character {}: {what}; a filter such as (mail=%u@%d) is accepted", at + 1));
    };
    let (mut depth, mut closed) = (0u32, false);
    let mut characters = text.chars().enumerate().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '(' if depth == 0 && closed => return wrong(p, at, "a second filter; join them with (&…) or (|…)"),
            '(' => depth += 1,
            ')' if depth == 0 => return wrong(p, at, "a parenthesis that was not opened"),
            ')' => {
                depth -= 1;
                closed = depth == 0;
            }
            _ if depth == 0 => return wrong(p, at, "a filter begins with ( and ends with )"),
            '%' if tokens => match characters.next() {
                Some((_, 'd' | 'u' | '%')) => {}
                _ => return wrong(p, at, "after % comes d (domain), u (user) or %"),
            },
            _ => {}
        }
    }
    if depth > 0 {
        wrong(p, text.chars().count(), "a parenthesis is not closed");
    }
}
