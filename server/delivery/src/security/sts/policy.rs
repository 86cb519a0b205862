//! Reading `_mta-sts` records and policies (RFC 8461 §3.1, §3.2).

use serde::{Deserialize, Serialize};

/// A policy in octets, at most (RFC 8461 §3.3 advises 64 kilobytes).
pub const POLICY_MAX: usize = 64 << 10;
/// The longest time that a policy may ask for, in seconds (RFC 8461 §3.2).
const AGE_MAX: u64 = 31_557_600;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    Enforce,
    /// Failures are reported and nothing else.
    Testing,
    None,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub mode: Mode,
    /// Seconds from when it was fetched.
    pub max_age: u64,
    /// Lower case; `*.` stands for exactly one label.
    pub mx: Vec<String>,
}

/// The id in the TXT records of `_mta-sts.<domain>`. None: there is no policy. More than one record is as none.
pub fn id<'a>(records: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut ours = records.filter(|r| r.split(';').next().is_some_and(|first| first.trim() == "v=STSv1"));
    let record = ours.next().filter(|_| ours.next().is_none())?;
    let id = record.split(';').skip(1).find_map(|field| field.trim().strip_prefix("id="))?.trim();
    let valid = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
    valid.then(|| id.to_owned())
}

impl Policy {
    /// From the text of `mta-sts.txt`, or what is wrong with it. Fields that are not known are passed over, and of one that
    /// comes twice the first counts.
    pub fn parse(text: &[u8]) -> Result<Policy, &'static str> {
        if text.len() > POLICY_MAX {
            return Err("it is too long");
        }
        let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8")?;
        let (mut version, mut mode, mut max_age, mut mx) = (None, None, None, Vec::new());
        for line in text.split('\n') {
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match name.trim() {
                "version" => drop(version.get_or_insert(value)),
                "mode" => drop(mode.get_or_insert(value)),
                "max_age" => drop(max_age.get_or_insert(value)),
                "mx" => mx.push(value.trim_end_matches('.').to_ascii_lowercase()),
                _ => {}
            }
        }
        if version != Some("STSv1") {
            return Err("its version is not STSv1");
        }
        let mode = match mode {
            Some("enforce") => Mode::Enforce,
            Some("testing") => Mode::Testing,
            Some("none") => Mode::None,
            _ => return Err("its mode is none of enforce, testing and none"),
        };
        let digits = max_age.filter(|a| (1..=10).contains(&a.len()) && a.bytes().all(|b| b.is_ascii_digit()));
        let max_age = digits.and_then(|a| a.parse().ok()).filter(|a| *a <= AGE_MAX).ok_or("its max_age is wrong")?;
        if !mx.iter().all(|m| is_pattern(m)) {
            return Err("a mail exchanger in it is no host name");
        }
        if mode != Mode::None && mx.is_empty() {
            return Err("it names no mail exchanger");
        }
        Ok(Policy { mode, max_age, mx })
    }

    /// Whether this host is one that the policy names (RFC 8461 §4.1).
    pub fn names(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.mx.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(above) => host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == above),
            None => *pattern == host,
        })
    }

    /// The fields as a report quotes them (RFC 8460 §4.4).
    pub fn lines(&self) -> Vec<String> {
        let mode = match self.mode {
            Mode::Enforce => "enforce",
            Mode::Testing => "testing",
            Mode::None => "none",
        };
        let mut out = vec!["version: STSv1".to_owned(), format!("mode: {mode}")];
        out.extend(self.mx.iter().map(|mx| format!("mx: {mx}")));
        out.push(format!("max_age: {}", self.max_age));
        out
    }
}

fn is_pattern(text: &str) -> bool {
    let host = text.strip_prefix("*.").unwrap_or(text);
    let label =
        |l: &str| !l.is_empty() && l.len() <= 63 && l.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    host.len() <= 253 && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = "version: STSv1\r\nmode: enforce\r\nmx: MAIL.acme.test\r\nmx: *.mx.test\r\nmax_age: 86400\r\n";

    #[test]
    fn a_policy_is_read_with_either_line_end_and_unknown_fields() {
        let policy = Policy::parse(GOOD.as_bytes()).unwrap();
        assert_eq!((policy.mode, policy.max_age), (Mode::Enforce, 86_400));
        let other = format!("{}mode: none\nx-new: y\nmax_age: 1", GOOD.replace("\r\n", "\n"));
        assert_eq!(Policy::parse(other.as_bytes()).unwrap(), policy);
        assert_eq!(Policy::parse(policy.lines().join("\n").as_bytes()).unwrap(), policy);
    }
    #[test]
    fn what_is_no_policy_is_refused() {
        for (from, to) in [
            ("STSv1", "STSv2"),
            ("enforce", "on"),
            ("86400", "31557601"),
            ("86400", "-1"),
            ("mx: MAIL.acme.test\r\nmx: *.mx.test\r\n", ""),
            ("*.mx.test", "*.*.test"),
            ("*.mx.test", "a b"),
            ("max_age", "max-age"),
        ] {
            assert!(Policy::parse(GOOD.replace(from, to).as_bytes()).is_err(), "{to:?}");
        }
        assert!(Policy::parse(b"version: STSv1\nmode: none\nmax_age: 60\n").is_ok());
        assert!(Policy::parse(&[GOOD.as_bytes(), &vec![b'\n'; POLICY_MAX]].concat()).is_err());
    }
    #[test]
    fn a_star_stands_for_one_label() {
        let policy = Policy::parse(GOOD.as_bytes()).unwrap();
        for (host, named) in [
            ("mail.acme.test", true),
            ("Mail.Acme.Test.", true),
            ("a.mx.test", true),
            ("a.b.mx.test", false),
            ("mx.test", false),
            (".mx.test", false),
            ("xmail.acme.test", false),
        ] {
            assert_eq!(policy.names(host), named, "{host}");
        }
    }
    #[test]
    fn an_id_is_of_the_one_record() {
        let of = |records: &[&str]| id(records.iter().copied());
        assert_eq!(of(&["x", "v=STSv1; id=20260101T1;"]).as_deref(), Some("20260101T1"));
        assert_eq!(of(&["v=STSv1; id=1", "v=STSv1; id=2"]), None);
        for wrong in ["v=STSv1;", "v=STSv1; id=;", "v=STSv1; id=a-b", "v=STSv10; id=1", "id=1; v=STSv1"] {
            assert_eq!(of(&[wrong]), None, "{wrong}");
        }
    }
    proptest! {
        #[test]
        fn any_text_is_answered(text in proptest::collection::vec(any::<u8>(), 0..300), host in ".{0,40}") {
            if let Ok(policy) = Policy::parse(&text) {
                policy.names(&host);
            }
        }
    }
}
