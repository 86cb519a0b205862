//! The types of verifiers besides LDAP.

use super::check::{Check, connections, refresh, secrets_of, servers, timeout};
use super::server::{Priority, Server};
use crate::definition::Secret;
use crate::definition::check::Problems;
use crate::{EmailAddress, FieldError};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Longest password of a verification server.
const PASSWORD_MAX: usize = 1_000;
/// Users of a static verifier.
const USERS_MAX: usize = 10_000;
/// Characters of the XML of a custom verifier.
const XML_MAX: usize = 100_000;
/// Characters of an SQL query.
const QUERY_MAX: usize = 4_000;

/// SMTP VRFY: 250 says that the mailbox exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = VrfyVerifier))]
#[serde(deny_unknown_fields)]
pub struct Vrfy {
    /// At least one.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 20))]
    pub servers: Vec<Server>,
    /// Multiple Server Priority.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub multiple_server_priority: Priority,
    /// Connections at the same time.
    #[serde(default = "connections")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 100))]
    pub maximum_connections: u32,
    /// Seconds to wait for an answer.
    #[serde(default = "timeout")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 300))]
    pub request_timeout: u32,
    /// Keep hashes of passwords, for when no server answers.
    #[serde(default)]
    pub authentication_caching: bool,
}

impl Check for Vrfy {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        servers(&mut p, &self.servers);
        limits(&mut p, self.maximum_connections, self.request_timeout);
        p.done()
    }
}

/// SMTP RCPT TO: 250 says that the mailbox exists, 550 that it does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = RcptToVerifier))]
#[serde(deny_unknown_fields)]
pub struct RcptTo {
    /// At least one.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 20))]
    pub servers: Vec<Server>,
    /// Multiple Server Priority.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub multiple_server_priority: Priority,
    /// The mail server wants the address between angle brackets.
    #[serde(default = "yes")]
    pub use_brackets: bool,
    /// Connections at the same time.
    #[serde(default = "connections")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 100))]
    pub maximum_connections: u32,
    /// Seconds to wait for an answer.
    #[serde(default = "timeout")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 300))]
    pub request_timeout: u32,
    /// Keep hashes of passwords, for when no server answers.
    #[serde(default)]
    pub authentication_caching: bool,
}

/// RFC 5321 has them; servers that want none are the exception.
fn yes() -> bool {
    true
}

impl Check for RcptTo {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        servers(&mut p, &self.servers);
        limits(&mut p, self.maximum_connections, self.request_timeout);
        p.done()
    }
}

/// CommuniGate's command line interface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CommunigateCliVerifier))]
#[serde(deny_unknown_fields)]
pub struct CommunigateCli {
    /// At least one.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 20))]
    pub servers: Vec<Server>,
    /// Multiple Server Priority.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub multiple_server_priority: Priority,
    /// The account that speaks with the server.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub name: String,
    /// That account's password. Never shown; kept where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, write_only, nullable = false))]
    pub password: Option<Secret>,
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

impl Check for CommunigateCli {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        servers(&mut p, &self.servers);
        p.line("name", &self.name, 200, true);
        p.secret("password", self.password.as_ref(), PASSWORD_MAX);
        limits(&mut p, self.maximum_connections, self.request_timeout);
        p.number("cache_refresh_interval", self.cache_refresh_interval, 5..=10_080, "minutes");
        p.done()
    }
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        secrets_of(at, "password", &mut self.password)
    }
}

/// POP3, for authentication only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PopVerifier))]
#[serde(deny_unknown_fields)]
pub struct Pop {
    /// At least one.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 20))]
    pub servers: Vec<Server>,
    /// Multiple Server Priority.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub multiple_server_priority: Priority,
    /// Connections at the same time.
    #[serde(default = "connections")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 100))]
    pub maximum_connections: u32,
    /// Seconds to wait for an answer.
    #[serde(default = "timeout")]
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 300))]
    pub request_timeout: u32,
    /// Keep hashes of passwords, for when no server answers.
    #[serde(default)]
    pub authentication_caching: bool,
}

impl Check for Pop {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        servers(&mut p, &self.servers);
        limits(&mut p, self.maximum_connections, self.request_timeout);
        p.done()
    }
}

/// A MySQL database of addresses and, optionally, passwords. Queries know `%d` (domain) and `%u` (user).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = DatabaseVerifier))]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// At least one.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 20))]
    pub servers: Vec<Server>,
    /// Multiple Server Priority.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(inline))]
    pub multiple_server_priority: Priority,
    /// Log in without a name.
    #[serde(default)]
    pub allow_anonymous_users: bool,
    /// The account that speaks with the server.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 200))]
    pub name: String,
    /// That account's password. Never shown; kept where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, write_only, nullable = false))]
    pub password: Option<Secret>,
    /// The database on the server.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 64))]
    pub database_name: String,
    /// Gives a user's password.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 4000))]
    pub authentication_query: String,
    /// Gives the domains there are.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 4000))]
    pub domain_query: String,
    /// Gives the recipients of a domain.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_length = 4000))]
    pub enum_query: String,
    /// Gives the mailbox of an address.
    #[serde(default)]
    #[cfg_attr(
        feature = "schema",
        schema(max_length = 4000, example = "SELECT address FROM mailbox WHERE address = '%u@%d'")
    )]
    pub vrfy_query: String,
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

impl Check for Database {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        servers(&mut p, &self.servers);
        if !self.allow_anonymous_users {
            p.line("name", &self.name, 200, true);
            p.secret("password", self.password.as_ref(), PASSWORD_MAX);
        }
        p.line("database_name", &self.database_name, 64, true);
        let queries = [
            ("authentication_query", &self.authentication_query),
            ("domain_query", &self.domain_query),
            ("enum_query", &self.enum_query),
            ("vrfy_query", &self.vrfy_query),
        ];
        for (field, text) in queries {
            p.text(field, text, QUERY_MAX);
            tokens(&mut p, field, text);
        }
        if self.authentication_query.trim().is_empty() && self.vrfy_query.trim().is_empty() {
            p.add(
                "vrfy_query",
                "a database needs a query for mailboxes (vrfy_query) or for passwords (authentication_query)",
            );
        }
        limits(&mut p, self.maximum_connections, self.request_timeout);
        p.number("cache_refresh_interval", self.cache_refresh_interval, 5..=10_080, "minutes");
        p.done()
    }
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        secrets_of(at, "password", &mut self.password)
    }
}

/// SQL's own `%` is written `%%`.
fn tokens(p: &mut Problems, field: &str, text: &str) {
    let mut characters = text.chars().enumerate();
    while let Some((at, c)) = characters.next() {
        if c == '%' && !matches!(characters.next(), Some((_, 'd' | 'u' | '%'))) {
            return p.add(field, format!("at character {}: after % comes d (domain), u (user) or %", at + 1));
        }
    }
}

/// A list of users and passwords that is kept here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = StaticVerifier))]
#[serde(deny_unknown_fields)]
pub struct Static {
    /// All of them from now on.
    #[cfg_attr(feature = "schema", schema(min_items = 1, max_items = 10000))]
    pub users: Vec<StaticUser>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StaticUser {
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "name@example.com"))]
    pub address: EmailAddress,
    /// Stored as an argon2id hash; such a hash is also accepted. Never shown; kept where it is not named. A user
    /// without one exists, but cannot log in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, write_only, nullable = false, max_length = 200))]
    pub password: Option<Secret>,
}

impl Check for Static {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        p.count("users", self.users.len(), 1..=USERS_MAX, "users");
        let mut seen = HashSet::new();
        for (i, user) in self.users.iter().enumerate() {
            if !seen.insert(user.address.key()) {
                p.add(format!("users[{i}].address"), format!("{} is there twice", user.address));
            }
        }
        p.done()
    }
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        self.users.iter_mut().map(|u| (format!("{at}.users[{}].password", u.address.key()), &mut u.password)).collect()
    }
}

/// Two or more verifiers that are asked in turn, until one knows the recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CompositeVerifier))]
#[serde(deny_unknown_fields)]
pub struct Composite {
    /// In the order in which they are asked.
    #[cfg_attr(feature = "schema", schema(min_items = 2, max_items = 20))]
    pub verifiers: Vec<CompositeMember>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeMember {
    /// Name of a verifier of the account or of the whole system, which is no composite itself.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 100))]
    pub verifier: String,
    /// Ask its servers again until one answers, instead of going on with the next verifier.
    #[serde(default)]
    pub retry_on_error: bool,
}

impl Check for Composite {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        p.count("verifiers", self.verifiers.len(), 2..=20, "verifiers");
        for (i, member) in self.verifiers.iter().enumerate() {
            let field = format!("verifiers[{i}].verifier");
            p.line(&field, &member.verifier, 100, true);
            let key = member.verifier.to_lowercase();
            if self.verifiers[..i].iter().any(|m| m.verifier.to_lowercase() == key) {
                p.add(field, format!("{} is there twice", member.verifier));
            }
        }
        p.done()
    }
}

/// XML that defines the verifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = CustomVerifier))]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// May hold passwords, and so is never shown; kept where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, write_only, nullable = false))]
    pub xml: Option<Secret>,
}

impl Check for Custom {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        p.secret("xml", self.xml.as_ref(), XML_MAX);
        let text = self.xml.as_ref().map(Secret::reveal).unwrap_or_default().trim_start();
        if !text.is_empty() && !text.starts_with('<') {
            p.add("xml", "this is no XML: it begins with < and the name of an element");
        }
        if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
            p.add("xml", "a document type is not accepted");
        }
        p.done()
    }
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        secrets_of(at, "xml", &mut self.xml)
    }
}

/// Microsoft 365, by an application that its administrator has registered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = Office365Verifier))]
#[serde(deny_unknown_fields)]
pub struct Office365 {
    /// The organisation's tenant: its ID or one of its domains.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub tenant: String,
    /// ID of the registered application.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub client_id: String,
    /// The application's secret. Never shown; kept where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, write_only, nullable = false))]
    pub client_secret: Option<Secret>,
}

impl Check for Office365 {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        p.line("tenant", &self.tenant, 200, true);
        p.line("client_id", &self.client_id, 200, true);
        p.secret("client_secret", self.client_secret.as_ref(), PASSWORD_MAX);
        p.done()
    }
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        secrets_of(at, "client_secret", &mut self.client_secret)
    }
}

/// Google's directory, by a service account with delegation for the whole domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = GSuiteVerifier))]
#[serde(deny_unknown_fields)]
pub struct GSuite {
    /// An administrator of the directory, in whose name it is read.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "admin@example.com"))]
    pub administrator: EmailAddress,
    /// The service account's key, as JSON. Never shown; kept where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, write_only, nullable = false))]
    pub service_account_key: Option<Secret>,
}

impl Check for GSuite {
    fn check(&self, at: &str) -> Vec<FieldError> {
        let mut p = Problems::within(at);
        p.secret("service_account_key", self.service_account_key.as_ref(), 10_000);
        if let Some(key) = &self.service_account_key
            && !serde_json::from_str::<serde_json::Value>(key.reveal()).is_ok_and(|v| v.is_object())
        {
            p.add("service_account_key", "this is not the JSON of a service account's key");
        }
        p.done()
    }
    fn secrets(&mut self, at: &str) -> Vec<(String, &mut Option<Secret>)> {
        secrets_of(at, "service_account_key", &mut self.service_account_key)
    }
}

fn limits(p: &mut Problems, connections: u32, timeout: u32) {
    p.number("maximum_connections", connections, 1..=100, "connections");
    p.number("request_timeout", timeout, 1..=300, "seconds");
}
