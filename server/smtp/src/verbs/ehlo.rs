//! EHLO (RFC 5321 §4.1.1.1) and the extensions that are offered.

use crate::{Reply, command::is_host, session::Session, xclient};
use model::settings::ServiceKind;

pub fn run(session: &mut Session, argument: &str) -> Reply {
    if !is_host(argument) {
        return Reply::SYNTAX;
    }
    session.greet(argument, true);
    let options = &session.shared.options;
    let mut text = format!(
        "{}\nPIPELINING\nSIZE {}\n8BITMIME\nSMTPUTF8\nCHUNKING\nENHANCEDSTATUSCODES\nDSN",
        options.hostname, options.limits.message
    );
    if session.offers_tls() {
        text.push_str("\nSTARTTLS");
    }
    let offered = session.offered();
    if offered.auth {
        text.push_str("\nAUTH PLAIN LOGIN");
    }
    if offered.require_tls {
        text.push_str("\nREQUIRETLS");
    }
    if session.shared.kind == ServiceKind::Odmr {
        text.push_str("\nATRN");
    }
    if session.terms.xclient {
        text.push_str("\nXCLIENT ");
        text.push_str(xclient::ATTRIBUTES);
    }
    text.push_str("\nHELP");
    Reply::with(250, "", text)
}

impl Session {
    /// Takes the client's name; a transaction that was going on is over (§4.1.4).
    pub(super) fn greet(&mut self, name: &str, esmtp: bool) {
        name.clone_into(&mut self.info.helo);
        self.info.esmtp = esmtp;
        self.greeted = true;
        self.transaction = None;
    }
}
