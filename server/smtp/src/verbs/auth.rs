//! AUTH PLAIN and LOGIN (RFC 4954, RFC 4616), within TLS only.

use crate::{
    Reply, metric,
    session::Session,
    stream::Io,
    wire::{End, Wire},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::time::Instant;

/// Longest line of an exchange; name and password have far less.
const LINE: usize = 2_048;
/// Longest name, and password, in octets.
const LONGEST: usize = 512;

const UNREADABLE: Reply = Reply::new(501, "5.5.2", "Cannot decode");
const NOT_ENCRYPTED: Reply = Reply::new(538, "5.7.11", "Encryption required for requested authentication mechanism");
const UNKNOWN: Reply = Reply::new(504, "5.5.4", "Unrecognized authentication type");

pub async fn run<T: Io>(session: &mut Session, wire: &mut Wire<T>, argument: &str) -> Result<Reply, End> {
    if !session.terms.auth {
        return Ok(Reply::new(502, "5.5.1", "AUTH is not offered"));
    }
    if session.info.tls.is_none() {
        return Ok(NOT_ENCRYPTED);
    }
    if !session.greeted || session.login.is_some() || session.transaction.is_some() {
        return Ok(Reply::SEQUENCE);
    }
    let (mechanism, initial) = argument.split_once(' ').map_or((argument, None), |(m, i)| (m, Some(i.trim())));
    let said = match mechanism.to_ascii_uppercase().as_str() {
        "PLAIN" => plain(session, wire, initial).await?,
        "LOGIN" => login(session, wire, initial).await?,
        "" => return Ok(Reply::SYNTAX),
        _ => return Ok(UNKNOWN),
    };
    let (name, password) = match said {
        Ok(said) => said,
        Err(reply) => return Ok(reply),
    };
    let shared = session.shared.clone();
    match shared.reception.authenticate(&session.info, shared.kind, name, password).await {
        Ok(login) => {
            metric::login(true);
            tracing::info!(name = login.name, "logged in");
            session.info.authenticated = Some(login.name.clone());
            session.login = Some(login);
            Ok(Reply::new(235, "2.7.0", "Authentication succeeded"))
        }
        Err(reply) => {
            metric::login(false);
            tracing::info!(%reply, "login failed");
            session.failed_logins += 1;
            if reply.code >= 500 && session.failed_logins >= shared.options.limits.logins {
                wire.say(&reply);
                wire.say(&Reply::new(421, "4.7.0", "Too many failed logins"));
                return Err(End::Refused);
            }
            Ok(reply)
        }
    }
}

type Said = Result<(String, String), Reply>;

/// `authorization NUL name NUL password`; to act for somebody else is nobody's right.
async fn plain<T: Io>(session: &Session, wire: &mut Wire<T>, initial: Option<&str>) -> Result<Said, End> {
    let text = match initial {
        Some(text) => Ok(text.to_owned()),
        None => ask(session, wire, "").await?,
    };
    Ok(text.and_then(|text| plain_parts(&text)))
}

fn plain_parts(text: &str) -> Said {
    let text = decoded(text)?;
    let mut parts = text.split('\0');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(other), Some(name), Some(password), None) if other.is_empty() || other == name => {
            checked(name.to_owned(), password.to_owned())
        }
        (Some(_), Some(_), Some(_), None) => Err(Reply::WRONG_LOGIN),
        _ => Err(UNREADABLE),
    }
}

async fn login<T: Io>(session: &Session, wire: &mut Wire<T>, initial: Option<&str>) -> Result<Said, End> {
    let name = match initial {
        Some(text) => Ok(text.to_owned()),
        None => ask(session, wire, "Username:").await?,
    };
    let name = match name.and_then(|text| decoded(&text)) {
        Ok(name) => name,
        Err(reply) => return Ok(Err(reply)),
    };
    let password = ask(session, wire, "Password:").await?.and_then(|text| decoded(&text));
    Ok(password.and_then(|password| checked(name, password)))
}

fn checked(name: String, password: String) -> Said {
    let fits = |text: &str| (1..=LONGEST).contains(&text.len()) && !text.contains('\0');
    if fits(&name) && fits(&password) { Ok((name, password)) } else { Err(UNREADABLE) }
}

/// Sends a challenge and reads the answer, or what is wrong with it.
async fn ask<T: Io>(session: &Session, wire: &mut Wire<T>, challenge: &str) -> Result<Result<String, Reply>, End> {
    wire.say(&Reply::with(334, "", STANDARD.encode(challenge)));
    let patience = Instant::now() + session.shared.options.timeouts.command;
    Ok(match wire.line(LINE, patience).await? {
        Ok(line) if line == "*" => Err(Reply::new(501, "5.0.0", "Authentication cancelled")),
        Ok(line) => Ok(line),
        Err(_) => Err(UNREADABLE),
    })
}

/// Base64 of UTF-8; `=` alone is empty (RFC 4954 §4).
fn decoded(text: &str) -> Result<String, Reply> {
    if text == "=" {
        return Ok(String::new());
    }
    let bytes = STANDARD.decode(text.trim()).map_err(|_| UNREADABLE)?;
    String::from_utf8(bytes).map_err(|_| UNREADABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_has_three_parts() {
        let parts = |text: &str| plain_parts(&STANDARD.encode(text));
        assert_eq!(parts("\0bob\0secret"), Ok(("bob".into(), "secret".into())));
        assert_eq!(parts("bob\0bob\0secret"), Ok(("bob".into(), "secret".into())));
        assert_eq!(parts("eve\0bob\0secret"), Err(Reply::WRONG_LOGIN));
        for bad in ["bob", "\0bob", "\0\0secret", "\0bob\0", "\0a\0b\0c"] {
            assert_eq!(parts(bad), Err(UNREADABLE), "{bad:?}");
        }
        assert_eq!(plain_parts("not base64!"), Err(UNREADABLE));
        assert_eq!(plain_parts("="), Err(UNREADABLE));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(s in ".{0,80}") { let _ = plain_parts(&s); }
    }
}
