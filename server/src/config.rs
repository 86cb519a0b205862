//! The configuration file `postern.toml` and its environment variables.
//!
//! What is set here is what a machine needs to start; everything that an administrator changes at run time lives in
//! the database. `POSTERN_SMTP__INBOUND=127.0.0.1:25` sets `smtp.inbound`: two underscores stand for the dot. An
//! unknown key, or a value of the wrong kind, stops the start with the key, the value and what is expected.

use model::{Cidr, DomainName, EmailAddress};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Name of the configuration file that is read where none is named.
pub const FILE: &str = "postern.toml";

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{origin} is not valid TOML: {message}")]
    Syntax { origin: String, message: String },
    #[error("configuration key `{key}`: {message}")]
    Key { key: String, message: String },
}

/// The whole configuration, checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Directory of the database, spool, held messages, keys.
    pub data: PathBuf,
    /// `sqlite`, or `postgres://user:password@host:port/database`.
    pub database: String,
    pub blobs: String,
    pub counters: String,
    /// The name this server goes by in SMTP and in headers.
    pub hostname: String,
    /// Unique in a cluster.
    pub node: String,
    pub http: Http,
    pub api: Api,
    pub smtp: Smtp,
    pub dns: Dns,
    pub scan: Scan,
    pub spool: Spool,
    pub delivery: Delivery,
    pub admin: Admin,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    pub listen: String,
    /// Links are built from this only, never from what a request claims.
    pub url: String,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Api {
    /// Requests a second that one token may make in the long run; 20 unless set.
    pub rate: Option<u32>,
    /// Requests that it may make at once; 100 unless set.
    pub burst: Option<u32>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Smtp {
    pub inbound: Vec<String>,
    pub outbound: Vec<String>,
    /// Where mail servers fetch their mail (RFC 2645).
    pub odmr: Vec<String>,
    /// Networks of proxies whose connections begin with a PROXY header of version 2.
    pub proxy_protocol: Vec<String>,
    /// Sessions at once; more get 421.
    pub max_sessions: Option<usize>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// Empty: those of the system.
    pub servers: Vec<String>,
    /// Signatures are checked up to the root's key when mail exchangers are asked for, and DANE holds (RFC 7672). The servers
    /// must pass DNSSEC records on.
    pub dnssec: bool,
    /// The DNS of the Internet, for networks with "Use external DNS resolution"; empty: as all others.
    pub external: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scan {
    /// Messages inspected at once; 0: one a core.
    pub threads: usize,
    /// `unix:/run/clamav/clamd.ctl` or `tcp:host:port`; empty: none; absent: the usual socket where it exists.
    pub clamd: Option<String>,
    pub icap: String,
    /// Off: mail passes unfiltered. For measuring the relay alone.
    pub enabled: Option<bool>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Spool {
    /// Free megabytes below which mail is refused with 452; 256 unless set.
    pub min_free_mb: Option<u64>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Delivery {
    /// Seconds between attempts; the last repeats. Empty: 60 120 300 600 1200 1800 3600.
    pub retry: Vec<u64>,
    /// Connections to one destination at once; 20 unless set.
    pub connections: Option<usize>,
    /// Domains that get no notices: `domain`, `domain:MX`, `domain:A`, `domain:AAAA` (guide chapter 2).
    pub bounce_suspension: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Admin {
    /// The first administrator; used only while there is none.
    pub email: String,
    pub password: String,
}

impl Default for Http {
    fn default() -> Self {
        Http { listen: "127.0.0.1:8080".into(), url: String::new() }
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            data: PathBuf::from("data"),
            database: "sqlite".into(),
            blobs: "local".into(),
            counters: "memory".into(),
            hostname: String::new(),
            node: "a".into(),
            http: Http::default(),
            api: Api::default(),
            smtp: Smtp::default(),
            dns: Dns::default(),
            scan: Scan::default(),
            spool: Spool::default(),
            delivery: Delivery::default(),
            admin: Admin::default(),
        }
    }
}

impl Config {
    /// Reads `file` (or, where none is named, `postern.toml` in the current directory if it is there), lays the
    /// environment over it and checks every value.
    pub fn load(file: Option<&Path>, data: Option<&Path>) -> Result<Config, ConfigError> {
        let default = Path::new(FILE);
        let path = file.or_else(|| default.exists().then_some(default));
        let text = match path {
            Some(path) => {
                std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?
            }
            None => String::new(),
        };
        let origin = path.map_or_else(|| "the configuration".to_owned(), |p| p.display().to_string());
        let mut config = Config::parse(&text, &origin, std::env::vars())?;
        if let Some(data) = data {
            config.data = data.to_owned();
        }
        Ok(config)
    }

    /// `vars`: environment variables; those that do not start with `POSTERN_`, or name no key, are passed over.
    pub fn parse(
        text: &str,
        origin: &str,
        vars: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, ConfigError> {
        let mut table: toml::Table = text.parse().map_err(|e: toml::de::Error| ConfigError::Syntax {
            origin: origin.to_owned(),
            message: e.to_string().trim_end().to_owned(),
        })?;
        for (name, value) in vars {
            if let Some(key) = name.strip_prefix("POSTERN_") {
                overlay(&mut table, &key.to_ascii_lowercase().replace("__", "."), &value);
            }
        }
        let mut config: Config = serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|e| {
            ConfigError::Key { key: e.path().to_string(), message: e.inner().to_string().trim().replace('\n', " ") }
        })?;
        config.complete()?;
        Ok(config)
    }

    /// Fills what follows from the rest and refuses what cannot be.
    fn complete(&mut self) -> Result<(), ConfigError> {
        let only = |key: &str, value: &str, expected: &str| {
            if value == expected { Ok(()) } else { Err(wrong(key, value, &format!("\"{expected}\""))) }
        };
        self.target()?;
        only("blobs", &self.blobs, "local")?;
        only("counters", &self.counters, "memory")?;
        if self.hostname.is_empty() {
            self.hostname = std::fs::read_to_string("/proc/sys/kernel/hostname")
                .map(|h| h.trim().to_owned())
                .ok()
                .filter(|h| DomainName::parse(h).is_ok())
                .unwrap_or_else(|| "localhost".into());
        }
        DomainName::parse(&self.hostname)
            .map_err(|_| wrong("hostname", &self.hostname, "a host name such as \"mx.example.net\""))?;
        self.http_listen()?;
        if self.http.url.is_empty() {
            self.http.url = format!("http://{}", self.http.listen);
        }
        self.http.url = self.http.url.trim_end_matches('/').to_owned();
        let host = self.http.url.strip_prefix("https://").or_else(|| self.http.url.strip_prefix("http://"));
        if !host.is_some_and(|h| !h.is_empty() && !h.contains(['/', '?', '#', ' '])) {
            return Err(wrong("http.url", &self.http.url, "http:// or https:// and a host, without a path"));
        }
        addresses("smtp.inbound", &self.smtp.inbound)?;
        addresses("smtp.outbound", &self.smtp.outbound)?;
        addresses("smtp.odmr", &self.smtp.odmr)?;
        addresses("dns.servers", &self.dns.servers)?;
        addresses("dns.external", &self.dns.external)?;
        self.proxies()?;
        if let Some(clamd) = self.scan.clamd.as_deref().filter(|c| !c.is_empty()) {
            let ok = clamd.strip_prefix("unix:").is_some_and(|p| p.starts_with('/'))
                || clamd.strip_prefix("tcp:").is_some_and(|p| p.rsplit_once(':').is_some());
            if !ok {
                return Err(wrong("scan.clamd", clamd, "\"unix:/path\" or \"tcp:host:port\""));
            }
        }
        if !self.admin.email.is_empty() {
            EmailAddress::parse(&self.admin.email)
                .map_err(|e| wrong("admin.email", &self.admin.email, &e.to_string()))?;
        }
        for (key, value) in [("api.rate", self.api.rate), ("api.burst", self.api.burst)] {
            if value == Some(0) {
                return Err(wrong(key, "0", "at least 1"));
            }
        }
        if self.delivery.retry.contains(&0) {
            return Err(wrong("delivery.retry", "0", "seconds, at least 1"));
        }
        Ok(())
    }

    /// The database. An error of it never holds the password.
    pub fn target(&self) -> Result<store::Target, ConfigError> {
        store::Target::parse(&self.database, &self.data).map_err(|e| ConfigError::Key {
            key: "database".to_owned(),
            message: match e {
                store::Error::Server(why) => why,
                other => other.to_string(),
            },
        })
    }

    pub fn http_listen(&self) -> Result<SocketAddr, ConfigError> {
        socket_address("http.listen", &self.http.listen)
    }
    pub fn dns_servers(&self) -> Result<Vec<SocketAddr>, ConfigError> {
        addresses("dns.servers", &self.dns.servers)
    }
    pub fn external_dns_servers(&self) -> Result<Vec<SocketAddr>, ConfigError> {
        addresses("dns.external", &self.dns.external)
    }
    /// Whose word is taken on who the client is.
    pub fn proxies(&self) -> Result<Vec<Cidr>, ConfigError> {
        let network = |(i, text): (usize, &String)| {
            text.parse().map_err(|_| {
                wrong(&format!("smtp.proxy_protocol[{i}]"), text, "an IP or network such as \"10.0.0.0/8\"")
            })
        };
        self.smtp.proxy_protocol.iter().enumerate().map(network).collect()
    }
    /// The Bounce Suspension List.
    pub fn bounce_suspension(&self) -> Result<Vec<delivery::Suspension>, ConfigError> {
        let read = |entry: &String| {
            entry.parse().map_err(|e: String| ConfigError::Key {
                key: "delivery.bounce_suspension".into(),
                message: format!("{entry:?} is no domain with :MX, :A, :AAAA or nothing after it: {e}"),
            })
        };
        self.delivery.bounce_suspension.iter().map(read).collect()
    }
    /// Where clamd is to be found, if anywhere.
    pub fn clamd(&self) -> Option<String> {
        const USUAL: &str = "/run/clamav/clamd.ctl";
        match &self.scan.clamd {
            Some(set) => Some(set.clone()).filter(|s| !s.is_empty()),
            None => Path::new(USUAL).exists().then(|| format!("unix:{USUAL}")),
        }
    }
}

fn wrong(key: &str, value: &str, expected: &str) -> ConfigError {
    ConfigError::Key { key: key.to_owned(), message: format!("{value:?} found, expected {expected}") }
}

pub fn socket_address(key: &str, value: &str) -> Result<SocketAddr, ConfigError> {
    let value = value.trim();
    value
        .parse()
        .or_else(|_| value.parse().map(|ip| SocketAddr::new(ip, default_port(key))))
        .map_err(|_| wrong(key, value, "IP:port such as \"127.0.0.1:8080\""))
}

fn default_port(key: &str) -> u16 {
    match key {
        "dns.servers" | "dns.external" => 53,
        "http.listen" => 8080,
        "smtp.outbound" => 587,
        "smtp.odmr" => 366,
        _ => 25,
    }
}

fn addresses(key: &str, values: &[String]) -> Result<Vec<SocketAddr>, ConfigError> {
    values.iter().enumerate().map(|(i, v)| socket_address(&format!("{key}[{i}]"), v)).collect()
}

/// Keys that the environment may set, with the kind of value each has.
const KEYS: &[(&str, Kind)] = &[
    ("data", Kind::Text),
    ("database", Kind::Text),
    ("blobs", Kind::Text),
    ("counters", Kind::Text),
    ("hostname", Kind::Text),
    ("node", Kind::Text),
    ("http.listen", Kind::Text),
    ("http.url", Kind::Text),
    ("api.rate", Kind::Number),
    ("api.burst", Kind::Number),
    ("smtp.inbound", Kind::List),
    ("smtp.outbound", Kind::List),
    ("smtp.odmr", Kind::List),
    ("smtp.proxy_protocol", Kind::List),
    ("smtp.max_sessions", Kind::Number),
    ("dns.servers", Kind::List),
    ("dns.dnssec", Kind::Number),
    ("dns.external", Kind::List),
    ("scan.threads", Kind::Number),
    ("scan.clamd", Kind::Text),
    ("scan.icap", Kind::Text),
    ("scan.enabled", Kind::Number),
    ("spool.min_free_mb", Kind::Number),
    ("delivery.connections", Kind::Number),
    ("delivery.retry", Kind::List),
    ("admin.email", Kind::Text),
    ("admin.password", Kind::Text),
];

#[derive(Clone, Copy)]
enum Kind {
    Text,
    List,
    /// A number or a truth value.
    Number,
}

fn overlay(table: &mut toml::Table, key: &str, value: &str) {
    let Some((_, kind)) = KEYS.iter().find(|(k, _)| *k == key) else { return };
    let scalar = |text: &str| -> toml::Value {
        text.parse::<i64>()
            .map(toml::Value::Integer)
            .or_else(|_| text.parse::<bool>().map(toml::Value::Boolean))
            .unwrap_or_else(|_| toml::Value::String(text.to_owned()))
    };
    let value = match kind {
        Kind::Text => toml::Value::String(value.to_owned()),
        Kind::Number => scalar(value),
        Kind::List => {
            let numbers = key == "delivery.retry";
            let item = |t: &str| if numbers { scalar(t) } else { toml::Value::String(t.to_owned()) };
            toml::Value::Array(value.split(',').map(str::trim).filter(|t| !t.is_empty()).map(item).collect())
        }
    };
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((section, name)) => {
            let inner = table.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let Some(inner) = inner.as_table_mut() {
                inner.insert(name.to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, vars: &[(&str, &str)]) -> Result<Config, String> {
        let vars = vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::parse(text, "postern.toml", vars).map_err(|e| e.to_string())
    }

    #[test]
    fn the_documented_file_is_read() {
        let config = parse(
            "data = \"/d\"\nhostname = \"mx.example.net\"\n[http]\nlisten = \"127.0.0.1:8080\"\nurl = \"https://mail.example.net/\"\n\
             [smtp]\ninbound = [\"0.0.0.0:25\", \"[::1]:2525\"]\n[dns]\nservers = [\"127.0.0.1:9\"]\n[scan]\nthreads = 0\nclamd = \"unix:/run/c\"",
            &[],
        )
        .unwrap();
        assert_eq!(config.http.url, "https://mail.example.net");
        assert_eq!(config.smtp.inbound.len(), 2);
        assert_eq!(config.clamd().as_deref(), Some("unix:/run/c"));
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = parse(
            "[smtp]\ninbound = [\"0.0.0.0:25\"]",
            &[("POSTERN_SMTP__INBOUND", "127.0.0.1:2525, 127.0.0.1:2526"), ("POSTERN_CACHE", "/x"), ("HOME", "/")],
        )
        .unwrap();
        assert_eq!(config.smtp.inbound, ["127.0.0.1:2525", "127.0.0.1:2526"]);
    }

    #[test]
    fn an_error_names_the_key_the_value_and_what_is_expected() {
        for (text, words) in [
            ("[smtp]\ninbound = [\"nonsense\"]", vec!["smtp.inbound[0]", "nonsense", "IP:port"]),
            ("[smtp]\ninbond = []", vec!["inbond", "expected"]),
            ("hostname = \"a b\"", vec!["hostname", "a b"]),
            ("[http]\nurl = \"ftp://x\"", vec!["http.url", "ftp://x", "https://"]),
            ("[scan]\nthreads = \"many\"", vec!["scan.threads", "many"]),
            ("[scan]\nclamd = \"x\"", vec!["scan.clamd", "unix:/path"]),
            ("database = \"oracle\"", vec!["database", "oracle", "sqlite"]),
            ("database = \"postgres://a:b@h\"", vec!["database", "postgres://a:…@h", "names no database"]),
            ("[admin]\nemail = \"root\"", vec!["admin.email", "root"]),
            ("[smtp]\nproxy_protocol = [\"lb.test\"]", vec!["smtp.proxy_protocol[0]", "lb.test", "network"]),
            ("a = = b", vec!["postern.toml", "TOML"]),
        ] {
            let error = parse(text, &[]).unwrap_err();
            for word in words {
                assert!(error.contains(word), "{error:?} lacks {word:?}");
            }
        }
    }
}
