//! The notice with which a held message goes back to its sender (guide chapter 7 "Release to Sender").

use model::{EmailAddress, MessageId, Timestamp};
use store::quarantine::Held;

/// A multipart/mixed message: a few sentences, and the original as message/rfc822.
pub(crate) fn returned(
    hostname: &str,
    now: Timestamp,
    id: MessageId,
    to: &EmailAddress,
    held: &Held,
    original: &[u8],
) -> Vec<u8> {
    let boundary = boundary(id, original);
    let text_encoding = if held.row.recipient.is_ascii() { "7bit" } else { "8bit" };
    let original_encoding = if original.is_ascii() { "7bit" } else { "8bit" };
    let mut out = format!(
        "From: Email security <postmaster@{hostname}>\r\n\
         To: <{to}>\r\n\
         Subject: Your message was not delivered\r\n\
         Date: {date}\r\n\
         Message-ID: <{id}@{hostname}>\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: {text_encoding}\r\n\
         \r\n\
         The attached message, which arrived on {received},\r\n\
         was held by the email security of {hostname}\r\n\
         and has not been delivered to {recipient}.\r\n\
         It is returned to you by an administrator.\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: message/rfc822\r\n\
         Content-Disposition: attachment\r\n\
         Content-Transfer-Encoding: {original_encoding}\r\n\
         \r\n",
        date = now.rfc5322(),
        received = held.row.received.rfc5322(),
        recipient = held.row.recipient,
    )
    .into_bytes();
    out.extend_from_slice(original);
    if !original.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// One that does not occur in the original.
fn boundary(id: MessageId, original: &[u8]) -> String {
    let mut n = 0u32;
    loop {
        let boundary = format!("=_{id}_{n}");
        if !original.windows(boundary.len()).any(|w| w == boundary.as_bytes()) {
            return boundary;
        }
        n += 1;
    }
}
