//! A message on its way in: checked, counted and written piece by piece.

use crate::{
    Limits, Reply,
    headers::{HeaderFaults, Headers},
    hops::Hops,
    optional::Optional,
    scan::{Fault, Scanned, Scanner},
};
use model::{MessageId, Timestamp};
use spool::BodyWriter;

/// What is known of a message between the start of its data and its end.
pub(crate) struct Incoming {
    pub id: MessageId,
    pub at: Timestamp,
    /// None once the message cannot be accepted any more: the rest of it is read and thrown away.
    writer: Option<BodyWriter>,
    scanner: Scanner,
    hops: Hops,
    headers: Headers,
    optional: Optional,
    /// Octets of text so far, without our header.
    size: u64,
    max_size: u64,
    max_hops: u32,
    eight_bit: bool,
    failed: Option<Reply>,
}

/// A message that arrived whole and may be accepted.
pub(crate) struct Arrived {
    pub id: MessageId,
    pub at: Timestamp,
    pub body: BodyWriter,
    pub headers: HeaderFaults,
    /// Its header says `TLS-Required: No` (RFC 8689 §5).
    pub tls_optional: bool,
    /// Octets above 127 were seen.
    pub eight_bit: bool,
}

impl Incoming {
    /// `dots`: DATA rather than BDAT. `max_size`: what the most modest recipient takes.
    pub fn new(id: MessageId, at: Timestamp, writer: BodyWriter, dots: bool, max_size: u64, limits: &Limits) -> Self {
        Incoming {
            id,
            at,
            writer: Some(writer),
            scanner: Scanner::new(dots, limits.text_line),
            hops: Hops::new(),
            headers: Headers::new(),
            optional: Optional::default(),
            size: 0,
            max_size,
            max_hops: limits.hops,
            eight_bit: false,
            failed: None,
        }
    }

    /// Writes our own header, which no limit counts.
    pub async fn header(&mut self, text: &str) {
        self.put(text.as_bytes()).await;
    }

    /// Takes a piece of what the client sends.
    pub async fn take(&mut self, piece: &mut [u8]) -> Scanned {
        let scanned = self.scanner.scan(piece);
        let text = piece.get(..scanned.kept).unwrap_or_default();
        self.size += text.len() as u64;
        self.hops.feed(text);
        self.headers.feed(text);
        self.optional.feed(text);
        self.eight_bit |= !self.eight_bit && !text.is_ascii();
        if self.refusal().is_some() {
            self.writer = None;
        }
        self.put(text).await;
        scanned
    }

    async fn put(&mut self, text: &[u8]) {
        let Some(writer) = &mut self.writer else { return };
        if text.is_empty() {
            return;
        }
        if let Err(error) = writer.write(text).await {
            tracing::error!(%error, id = %self.id, "cannot keep a message that is arriving");
            self.failed = Some(if error.is_full() { Reply::FULL } else { Reply::UNAVAILABLE });
            self.writer = None;
        }
    }

    /// Why the message cannot be accepted, as far as it has come.
    pub fn refusal(&self) -> Option<Reply> {
        match self.scanner.fault() {
            Some(Fault::BareLineEnd) => return Some(Reply::new(550, "5.6.11", "bare CR or LF not allowed")),
            Some(Fault::Nul) => return Some(Reply::new(550, "5.6.11", "NUL not allowed")),
            Some(Fault::LongLine) => return Some(Reply::new(550, "5.6.0", "line too long")),
            None => {}
        }
        if self.size > self.max_size {
            return Some(Reply::too_big(self.size, self.max_size));
        }
        if self.hops.count() > self.max_hops {
            return Some(Reply::new(554, "5.4.6", "too many hops, this message goes in circles"));
        }
        self.failed.clone()
    }

    /// After the last octet. A text in chunks that does not end with a whole line gets its CRLF, as it will
    /// be passed on by DATA.
    pub async fn finish(mut self) -> Result<Arrived, Reply> {
        if !self.scanner.finish() && self.size > 0 {
            self.put(b"\r\n").await;
        }
        let refusal = self.refusal();
        let headers = self.headers.finish();
        match (refusal, self.writer) {
            (Some(reply), _) => Err(reply),
            (None, Some(body)) => Ok(Arrived {
                id: self.id,
                at: self.at,
                body,
                headers,
                tls_optional: self.optional.found(),
                eight_bit: self.eight_bit,
            }),
            (None, None) => Err(Reply::UNAVAILABLE),
        }
    }
}
