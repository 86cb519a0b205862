//! The path of MAIL FROM and RCPT TO (RFC 5321 §4.1.1.2, §4.1.1.3).

/// The address between the angle brackets, without a source route (which §4.1.1.3 says to ignore), and
/// what follows the closing bracket: nothing, or a space and parameters. `<>` gives an empty address.
pub(crate) fn parse(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?;
    let close = closing(inner)?;
    let (path, rest) = (inner.get(..close)?, inner.get(close + 1..)?);
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    Some((without_route(path)?, rest.trim_matches(' ')))
}

/// Where the first `>` outside quotes is.
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '>' if !quoted => return Some(at),
            '<' if !quoted => return None,
            _ => {}
        }
    }
    None
}

/// Takes `@a,@b:` off the front. The hosts are checked as little as they are used.
fn without_route(path: &str) -> Option<&str> {
    if !path.starts_with('@') {
        return Some(path);
    }
    let (route, rest) = path.split_once(':')?;
    let hosts = route
        .split(',')
        .all(|host| host.strip_prefix('@').is_some_and(|h| !h.is_empty() && !h.contains(['"', '@', ' '])));
    (hosts && !rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_path_is_its_address_and_the_rest_its_parameters() {
        assert_eq!(parse("<a@b.test> SIZE=1 BODY=7BIT"), Some(("a@b.test", "SIZE=1 BODY=7BIT")));
        assert_eq!(parse("<>"), Some(("", "")));
        assert_eq!(parse("<\"a>b \\\" c\"@d.test>"), Some(("\"a>b \\\" c\"@d.test", "")));
    }

    #[test]
    fn source_routes_are_ignored() {
        assert_eq!(parse("<@x.test,@y.test:a@b.test>"), Some(("a@b.test", "")));
        assert_eq!(parse("<@x.test,y.test:a@b.test>"), None);
        assert_eq!(parse("<@x.test:>"), None);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for bad in
            ["", "a@b.test", "<a@b.test", "a@b.test>", "<a@b.test>x", "<<a@b.test>>", "<\"a@b.test>", "not an address"]
        {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(s in ".{0,100}") { let _ = parse(&s); }
    }
}
