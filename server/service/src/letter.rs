//! Short mails of our own to one person.

use crate::{Error, OutgoingMail, Service, secret};
use mailer::note::{Note, compose};
use model::{Direction, EmailAddress, Envelope, ErrorCode, MessageId, Notify, Recipient};

impl Service {
    /// Gives a note to delivery. `about` says what it is for: the same text about the same is sent once.
    pub(crate) async fn send_note(
        &self,
        to: &EmailAddress,
        subject: &str,
        text: &str,
        about: &[&str],
    ) -> Result<(), Error> {
        let now = self.now();
        let id = MessageId::new(now, secret::derived(about));
        let hostname = &self.inner.config.hostname;
        let from = format!("postern@{hostname}");
        let note = Note { to, from: &from, subject, text, sent: now, message_id: format!("note.{id}@{hostname}") };
        let body = compose(&note).map_err(|e| Error::Internal(format!("writing a note: {e}")))?;
        let envelope = Envelope {
            id,
            received: now,
            direction: Direction::Inbound,
            session: model::SessionInfo::own(hostname),
            return_path: None,
            recipients: vec![Recipient { address: to.clone(), orcpt: None, notify: Notify::default() }],
            eight_bit: !body.is_ascii(),
            smtputf8: !to.is_ascii(),
            return_headers_only: true,
            envid: None,
            size: body.len() as u64,
            tls_wish: model::TlsWish::Usual,
            sending: None,
        };
        let mail = OutgoingMail { envelope, body, release: false, edits: Vec::new() };
        self.inner
            .outbox
            .send(mail)
            .await
            .map_err(|why| Error::new(ErrorCode::Unavailable, format!("The mail could not be sent: {why}")))
    }
}
