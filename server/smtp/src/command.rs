//! Command lines taken apart: the verb, and what follows it.

/// The verbs that have an answer of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Ehlo,
    Helo,
    Mail,
    Rcpt,
    Data,
    Bdat,
    Rset,
    Noop,
    Quit,
    Vrfy,
    Expn,
    Help,
    StartTls,
    Auth,
    Xclient,
    Atrn,
    Unknown,
}

/// Names of the verbs that HELP shows.
pub(crate) const VERBS: &[(&str, Verb)] = &[
    ("EHLO", Verb::Ehlo),
    ("HELO", Verb::Helo),
    ("MAIL", Verb::Mail),
    ("RCPT", Verb::Rcpt),
    ("DATA", Verb::Data),
    ("BDAT", Verb::Bdat),
    ("RSET", Verb::Rset),
    ("NOOP", Verb::Noop),
    ("QUIT", Verb::Quit),
    ("VRFY", Verb::Vrfy),
    ("HELP", Verb::Help),
    ("STARTTLS", Verb::StartTls),
];

/// The verb of a line and its argument, spaces around it removed (RFC 5321 §4.1.1 tolerates them).
pub(crate) fn split(line: &str) -> (Verb, &str) {
    let line = line.trim_end_matches([' ', '\t']);
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let verb = VERBS
        .iter()
        .chain(&[("EXPN", Verb::Expn), ("AUTH", Verb::Auth), ("XCLIENT", Verb::Xclient), ("ATRN", Verb::Atrn)])
        .find(|(name, _)| name.eq_ignore_ascii_case(word));
    (verb.map_or(Verb::Unknown, |(_, verb)| *verb), rest.trim_start_matches(' '))
}

/// What follows `FROM:` or `TO:` in an argument. A space after the colon is no syntax but common.
pub(crate) fn after_keyword<'a>(argument: &'a str, keyword: &str) -> Option<&'a str> {
    let start = argument.get(..keyword.len())?;
    start.eq_ignore_ascii_case(keyword).then(|| argument[keyword.len()..].trim_start_matches(' '))
}

/// Whether the argument of EHLO or HELO names a host: a domain or an address literal (RFC 5321 §4.1.1.1).
/// Underscores and names without a dot pass: too many real clients have them.
pub(crate) fn is_host(text: &str) -> bool {
    if text.is_empty() || text.len() > 255 {
        return false;
    }
    if let Some(inside) = text.strip_prefix('[') {
        let Some(literal) = inside.strip_suffix(']') else { return false };
        let tagged = literal.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("IPv6:"));
        let ip = if tagged { &literal[5..] } else { literal };
        return ip.parse::<std::net::IpAddr>().is_ok();
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    text.split('.').all(|label| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    }) || text.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn verbs_are_found_in_any_case() {
        assert_eq!(split("mAiL  FROM:<>  "), (Verb::Mail, "FROM:<>"));
        assert_eq!(split("QUIT"), (Verb::Quit, ""));
        assert_eq!(split("DATAX"), (Verb::Unknown, ""));
        assert_eq!(split(""), (Verb::Unknown, ""));
        assert_eq!(split(" MAIL FROM:<>"), (Verb::Unknown, "MAIL FROM:<>"));
    }

    #[test]
    fn hosts_are_domains_literals_and_what_real_clients_say() {
        for good in [
            "mx.acme.test",
            "localhost",
            "WIN_PC01",
            "acme.test.",
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "192.0.2.1",
            "xn--mller-kva.test",
        ] {
            assert!(is_host(good), "{good}");
        }
        for bad in ["", "a b", "a..b", "[300.1.1.1]", "[192.0.2.1", "<a>", "a@b", "müller.test", "(x)", "-\u{0}"] {
            assert!(!is_host(bad), "{bad}");
        }
    }

    #[test]
    fn the_keyword_is_taken_off_in_any_case() {
        assert_eq!(after_keyword("from: <a@b.test>", "FROM:"), Some("<a@b.test>"));
        assert_eq!(after_keyword("<a@b.test>", "FROM:"), None);
        assert_eq!(after_keyword("é", "TO:"), None);
    }

    proptest! {
        #[test]
        fn any_line_is_answered(s in ".{0,100}") {
            let (_, argument) = split(&s);
            let _ = (after_keyword(argument, "FROM:"), is_host(argument));
        }
    }
}
