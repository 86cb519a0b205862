//! Parameters of MAIL and RCPT: SIZE (RFC 1870), BODY (6152), SMTPUTF8 (6531), RET, ENVID, NOTIFY and
//! ORCPT (3461), REQUIRETLS (8689), AUTH (4954).

use crate::Reply;
use model::Notify;

/// Parameters of MAIL FROM.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct MailParams {
    pub size: Option<u64>,
    pub eight_bit: bool,
    pub smtputf8: bool,
    pub headers_only: bool,
    pub envid: Option<String>,
    pub require_tls: bool,
}

/// Which extensions the session offered that have parameters.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Offered {
    pub auth: bool,
    pub require_tls: bool,
}

/// Parameters of RCPT TO.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct RcptParams {
    pub notify: Notify,
    pub orcpt: Option<String>,
}

const UNKNOWN: Reply = Reply::new(555, "5.5.4", "Unknown parameter");

pub(crate) fn mail(text: &str, offered: Offered) -> Result<MailParams, Reply> {
    let mut params = MailParams::default();
    let mut seen = Seen::default();
    for param in each(text) {
        let (key, value) = param?;
        seen.first(&key)?;
        match (key.as_str(), value) {
            ("SIZE", Some(n)) => params.size = Some(number(n).ok_or(Reply::SYNTAX)?),
            ("BODY", Some(v)) if v.eq_ignore_ascii_case("8BITMIME") => params.eight_bit = true,
            ("BODY", Some(v)) if v.eq_ignore_ascii_case("7BIT") => {}
            ("SMTPUTF8", None) => params.smtputf8 = true,
            ("RET", Some(v)) if v.eq_ignore_ascii_case("HDRS") => params.headers_only = true,
            ("RET", Some(v)) if v.eq_ignore_ascii_case("FULL") => {}
            ("ENVID", Some(v)) if v.len() <= 100 && is_xtext(v) => params.envid = Some(v.to_owned()),
            ("REQUIRETLS", None) if offered.require_tls => params.require_tls = true,
            // Who wrote it, by the word of a host that may not be trusted: taken and not used (RFC 4954 §5).
            ("AUTH", Some(v)) if offered.auth && (v == "<>" || is_xtext(v)) => {}
            ("SIZE" | "BODY" | "SMTPUTF8" | "RET" | "ENVID", _) => return Err(Reply::SYNTAX),
            _ => return Err(UNKNOWN),
        }
    }
    Ok(params)
}

pub(crate) fn rcpt(text: &str) -> Result<RcptParams, Reply> {
    let mut params = RcptParams::default();
    let mut seen = Seen::default();
    for param in each(text) {
        let (key, value) = param?;
        seen.first(&key)?;
        match (key.as_str(), value) {
            ("NOTIFY", Some(v)) => params.notify = notify(v).ok_or(Reply::SYNTAX)?,
            ("ORCPT", Some(v)) if v.len() <= 500 && is_orcpt(v) => params.orcpt = Some(v.to_owned()),
            ("NOTIFY" | "ORCPT", _) => return Err(Reply::SYNTAX),
            _ => return Err(UNKNOWN),
        }
    }
    Ok(params)
}

/// Keyword in capitals and value of each parameter.
fn each(text: &str) -> impl Iterator<Item = Result<(String, Option<&str>), Reply>> {
    text.split(' ').filter(|p| !p.is_empty()).map(|param| {
        let (key, value) = param.split_once('=').map_or((param, None), |(k, v)| (k, Some(v)));
        let keyword = !key.starts_with('-') && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let clean = value.is_none_or(|v| !v.is_empty() && !v.chars().any(|c| c.is_control()));
        if key.is_empty() || !keyword || !clean {
            return Err(Reply::SYNTAX);
        }
        Ok((key.to_ascii_uppercase(), value))
    })
}

/// Refuses a parameter that is given twice: which one counts would be anybody's guess.
#[derive(Default)]
struct Seen(Vec<String>);

impl Seen {
    fn first(&mut self, key: &str) -> Result<(), Reply> {
        if self.0.iter().any(|k| k == key) {
            return Err(Reply::SYNTAX);
        }
        self.0.push(key.to_owned());
        Ok(())
    }
}

/// Digits only, at most 20 (RFC 1870 §3).
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// `NEVER`, or some of SUCCESS, FAILURE and DELAY.
fn notify(text: &str) -> Option<Notify> {
    let mut notify = Notify { never: false, success: false, failure: false, delay: false };
    if text.eq_ignore_ascii_case("NEVER") {
        return Some(Notify { never: true, ..notify });
    }
    for word in text.split(',') {
        match word.to_ascii_uppercase().as_str() {
            "SUCCESS" => notify.success = true,
            "FAILURE" => notify.failure = true,
            "DELAY" => notify.delay = true,
            _ => return None,
        }
    }
    Some(notify)
}

/// Printable, and `+` only before two hexadecimal digits in capitals (RFC 3461 §4).
fn is_xtext(text: &str) -> bool {
    let bytes = text.as_bytes();
    let hex = |at: usize| bytes.get(at).is_some_and(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
    bytes.iter().enumerate().all(|(at, b)| match b {
        b'+' => hex(at + 1) && hex(at + 2),
        b'=' => false,
        b'!'..=b'~' => true,
        _ => false,
    })
}

/// Address type, `;`, and an address in xtext, or as RFC 6533 has it for non-ASCII ones.
fn is_orcpt(text: &str) -> bool {
    let Some((kind, address)) = text.split_once(';') else { return false };
    let atom = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let utf8 = kind.eq_ignore_ascii_case("utf-8") && address.chars().all(|c| c > ' ' && !c.is_control());
    atom && !address.is_empty() && (is_xtext(address) || utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mail(text: &str) -> Result<MailParams, Reply> {
        super::mail(text, Offered::default())
    }

    #[test]
    fn the_parameters_of_mail_are_kept_as_given() {
        let p = mail("SIZE=1234 body=8bitmime SMTPUTF8 RET=HDRS ENVID=QQ+2B1").expect("valid");
        assert_eq!((p.size, p.eight_bit, p.smtputf8, p.headers_only), (Some(1234), true, true, true));
        assert_eq!(p.envid.as_deref(), Some("QQ+2B1"));
        assert_eq!(mail("RET=FULL BODY=7BIT"), Ok(MailParams::default()));
    }

    #[test]
    fn the_parameters_of_rcpt_are_kept_as_given() {
        let p = rcpt("NOTIFY=SUCCESS,delay ORCPT=rfc822;Bob+2Bx@acme.test").expect("valid");
        assert_eq!(p.notify, Notify { never: false, success: true, failure: false, delay: true });
        assert_eq!(p.orcpt.as_deref(), Some("rfc822;Bob+2Bx@acme.test"));
        assert!(rcpt("NOTIFY=NEVER").is_ok_and(|p| p.notify.never));
        assert_eq!(rcpt("").map(|p| p.notify), Ok(Notify::default()));
    }

    #[test]
    fn wrong_values_and_doubled_parameters_are_syntax_errors() {
        for bad in [
            "SIZE=",
            "SIZE=-1",
            "SIZE=1x",
            "SIZE",
            "SIZE=99999999999999999999999",
            "BODY=BINARYMIME",
            "SMTPUTF8=1",
            "RET=SOME",
            "ENVID=a+2",
            "SIZE=1 SIZE=2",
            "=1",
        ] {
            assert_eq!(mail(bad), Err(Reply::SYNTAX), "{bad}");
        }
        for bad in ["NOTIFY=NEVER,SUCCESS", "NOTIFY=", "NOTIFY", "ORCPT=bob", "ORCPT=;bob", "ORCPT=rfc822;a+zz"] {
            assert_eq!(rcpt(bad), Err(Reply::SYNTAX), "{bad}");
        }
    }

    #[test]
    fn parameters_that_were_not_offered_are_refused() {
        assert_eq!(mail("AUTH=<>"), Err(UNKNOWN));
        assert_eq!(mail("REQUIRETLS"), Err(UNKNOWN));
        let all = Offered { auth: true, require_tls: true };
        assert!(super::mail("REQUIRETLS AUTH=<>", all).is_ok_and(|p| p.require_tls));
        assert_eq!(super::mail("REQUIRETLS=1", all), Err(UNKNOWN));
        assert_eq!(super::mail("AUTH=a+1", all), Err(UNKNOWN));
        assert_eq!(rcpt("RRVS=2014-04-03T23:01:00Z"), Err(UNKNOWN));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(s in ".{0,100}") { let _ = (mail(&s), rcpt(&s)); }

        /// An independent parser reads the same from what we accept.
        #[test]
        fn another_parser_agrees_on_what_is_accepted(size in 1_u32.., eight: bool, utf8: bool, hdrs: bool) {
            let mut text = format!("SIZE={size}");
            if eight { text.push_str(" BODY=8BITMIME"); }
            if utf8 { text.push_str(" SMTPUTF8"); }
            if hdrs { text.push_str(" RET=HDRS"); }
            let ours = mail(&text).expect("valid");
            let line = format!("MAIL FROM:<a@b.test> {text}\r\n");
            let theirs = match smtp_proto::Request::parse(&mut line.as_bytes().iter()) {
                Ok(smtp_proto::Request::Mail { from }) => from,
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            };
            prop_assert_eq!(ours.size, Some(theirs.size as u64));
            prop_assert_eq!(ours.eight_bit, theirs.flags & smtp_proto::MAIL_BODY_8BITMIME != 0);
            prop_assert_eq!(ours.smtputf8, theirs.flags & smtp_proto::MAIL_SMTPUTF8 != 0);
            prop_assert_eq!(ours.headers_only, theirs.flags & smtp_proto::MAIL_RET_HDRS != 0);
        }
    }
}
