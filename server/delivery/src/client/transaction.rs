use super::{Connection, Encoder, Fault, Reply};
use crate::Timeouts;
use model::{EmailAddress, Notify, Recipient, ReversePath};
use std::fmt::Write;

/// Bytes of the body that are written at a time.
const BLOCK: usize = 64 << 10;

/// One message for one transaction.
#[derive(Clone, Copy)]
pub struct Mail<'a> {
    pub from: &'a ReversePath,
    /// As sent in RCPT TO, with what the sender asked for this recipient.
    pub to: &'a [(&'a EmailAddress, &'a Recipient)],
    /// The edited message, in order.
    pub pieces: &'a [&'a [u8]],
    pub eight_bit: bool,
    /// The message was accepted under SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// Its header is not ASCII, so it cannot go to a host that does not offer SMTPUTF8.
    pub utf8_header: bool,
    pub return_headers_only: bool,
    pub envid: Option<&'a str>,
    /// REQUIRETLS is asked of the host, which offers it (RFC 8689).
    pub require_tls: bool,
}

/// What the host said about one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It has taken responsibility.
    Delivered {
        reply: String,
    },
    /// Never: enhanced status and reply.
    Permanent {
        status: String,
        reply: String,
    },
    Temporary {
        reply: String,
    },
    /// Too many for one transaction (RFC 5321 §4.5.3.1.10): to be sent again at once.
    Overflow {
        reply: String,
    },
    /// The connection broke before the answer; see [`Sent::fault`].
    Unknown,
}

/// The result of a transaction.
#[derive(Debug)]
pub struct Sent {
    /// One for each recipient, in order.
    pub answers: Vec<Answer>,
    /// The connection can be used again.
    pub alive: bool,
    /// Why it cannot.
    pub fault: Option<String>,
    /// It broke before the host answered anything, so nothing of the message was sent: on a connection that was
    /// used before, another one may do.
    pub early: bool,
}

impl Answer {
    fn of(reply: &Reply) -> Self {
        let text = reply.to_string();
        if reply.is_permanent() {
            Answer::Permanent { status: reply.status(), reply: text }
        } else {
            Answer::Temporary { reply: text }
        }
    }
}

impl Connection {
    /// Sends a message. Recipients that cannot be sent at all (too large, not ASCII) are answered here.
    pub async fn send(&mut self, mail: Mail<'_>, t: &Timeouts) -> Sent {
        let size: u64 = mail.pieces.iter().map(|p| p.len() as u64).sum();
        let refusals: Vec<Option<Answer>> = mail.to.iter().map(|(to, _)| self.refusal(&mail, to, size)).collect();
        let to: Vec<_> = mail.to.iter().zip(&refusals).filter(|(_, r)| r.is_none()).map(|(to, _)| *to).collect();
        let mut sent = Sent { answers: Vec::new(), alive: true, fault: None, early: false };
        if !to.is_empty() {
            let mut transaction = Transaction { answers: vec![Answer::Unknown; to.len()], heard: false };
            let result = transaction.run(self, Mail { to: &to, ..mail }, size, t).await;
            self.used += 1;
            if let Err(stop) = result {
                sent.alive = false;
                sent.fault = Some(stop);
                sent.early = !transaction.heard;
            }
            sent.answers = transaction.answers;
        }
        let mut answered = std::mem::take(&mut sent.answers).into_iter();
        sent.answers = refusals.into_iter().map(|r| r.or_else(|| answered.next()).unwrap_or(Answer::Unknown)).collect();
        sent
    }

    fn refusal(&self, mail: &Mail<'_>, to: &EmailAddress, size: u64) -> Option<Answer> {
        let permanent = |status: &str, reply: String| Some(Answer::Permanent { status: status.to_owned(), reply });
        if let Some(max) = self.capabilities.size_max.filter(|max| size > *max) {
            return permanent("5.3.4", format!("the message has {size} bytes, the host takes at most {max}"));
        }
        let plain = to.is_ascii() && mail.from.as_ref().is_none_or(EmailAddress::is_ascii) && !mail.utf8_header;
        if !plain && !self.capabilities.smtputf8 {
            return permanent(
                "5.6.7",
                "the host does not take addresses or headers beyond ASCII (SMTPUTF8)".to_owned(),
            );
        }
        None
    }

    fn mail_command(&self, mail: &Mail<'_>, size: u64) -> String {
        let offered = &self.capabilities;
        let mut line = format!("MAIL FROM:<{}>", mail.from.as_ref().map_or("", |a| a.as_str()));
        if offered.size {
            let _ = write!(line, " SIZE={size}");
        }
        if offered.eight_bit && mail.eight_bit {
            line.push_str(" BODY=8BITMIME");
        }
        let beyond_ascii = |a: &EmailAddress| !a.is_ascii();
        let addresses = mail.from.as_ref().is_some_and(beyond_ascii) || mail.to.iter().any(|(to, _)| beyond_ascii(to));
        if offered.smtputf8 && (mail.smtputf8 || mail.utf8_header || addresses) {
            line.push_str(" SMTPUTF8");
        }
        if mail.require_tls {
            line.push_str(" REQUIRETLS");
        }
        if offered.dsn {
            if mail.return_headers_only {
                line.push_str(" RET=HDRS");
            }
            if let Some(envid) = mail.envid.filter(|e| is_parameter(e)) {
                let _ = write!(line, " ENVID={envid}");
            }
        }
        line.push_str("\r\n");
        line
    }

    fn rcpt_command(&self, to: &EmailAddress, recipient: &Recipient) -> String {
        let mut line = format!("RCPT TO:<{to}>");
        if self.capabilities.dsn {
            if recipient.notify != Notify::default() {
                let _ = write!(line, " NOTIFY={}", notify(recipient.notify));
            }
            if let Some(orcpt) = recipient.orcpt.as_deref().filter(|o| is_parameter(o)) {
                let _ = write!(line, " ORCPT={orcpt}");
            }
        }
        line.push_str("\r\n");
        line
    }
}

/// Whether a sender's ENVID or ORCPT can be passed on: printable, no space, of bounded length (RFC 3461 §4).
fn is_parameter(text: &str) -> bool {
    !text.is_empty() && text.len() <= 500 && text.bytes().all(|b| b.is_ascii_graphic())
}

fn notify(n: Notify) -> String {
    if n.never {
        return "NEVER".to_owned();
    }
    let words = [(n.success, "SUCCESS"), (n.failure, "FAILURE"), (n.delay, "DELAY")];
    let asked: Vec<&str> = words.into_iter().filter(|(on, _)| *on).map(|(_, w)| w).collect();
    if asked.is_empty() { "NEVER".to_owned() } else { asked.join(",") }
}

struct Transaction {
    answers: Vec<Answer>,
    /// The host has answered something.
    heard: bool,
}

impl Transaction {
    /// Err: the connection is of no more use, and why. The answers that came until then hold.
    async fn run(&mut self, c: &mut Connection, mail: Mail<'_>, size: u64, t: &Timeouts) -> Result<(), String> {
        let mail_line = c.mail_command(&mail, size);
        let rcpt_lines: Vec<String> = mail.to.iter().map(|(to, recipient)| c.rcpt_command(to, recipient)).collect();
        let pipelining = c.capabilities.pipelining;
        let reset = std::mem::take(&mut c.unfinished);
        if pipelining {
            let mut block = String::with_capacity(64 * (rcpt_lines.len() + 2));
            block.push_str(if reset { "RSET\r\n" } else { "" });
            block.push_str(&mail_line);
            rcpt_lines.iter().for_each(|line| block.push_str(line));
            block.push_str("DATA\r\n");
            c.write(block.as_bytes(), t.mail).await.map_err(|f| f.to_string())?;
        }
        if reset {
            self.step(c, (!pipelining).then_some("RSET\r\n"), t.mail).await?;
        }
        let reply = self.step(c, (!pipelining).then_some(mail_line.as_str()), t.mail).await?;
        let refused = (!reply.is_positive()).then_some(reply);
        if let Some(reply) = &refused {
            self.answers.fill(Answer::of(reply));
            going(reply)?;
            if !pipelining {
                return Ok(());
            }
        }
        let mut accepted = vec![false; mail.to.len()];
        for (i, line) in rcpt_lines.iter().enumerate() {
            let reply = self.step(c, (!pipelining).then_some(line.as_str()), t.rcpt).await?;
            if refused.is_some() {
                continue;
            }
            c.unfinished = true;
            accepted[i] = reply.is_positive();
            if !accepted[i] {
                let full = matches!(reply.code, 452 | 552) && accepted[..i].contains(&true);
                self.answers[i] = if full { Answer::Overflow { reply: reply.to_string() } } else { Answer::of(&reply) };
                going(&reply)?;
            }
        }
        let any = accepted.contains(&true);
        if !any && !pipelining {
            return Ok(());
        }
        let reply = self.step(c, (!pipelining).then_some("DATA\r\n"), t.data).await?;
        if reply.code != 354 {
            if any {
                let answer = if reply.is_positive() {
                    Answer::Temporary { reply: reply.to_string() }
                } else {
                    Answer::of(&reply)
                };
                self.give(&accepted, &answer);
            }
            return going(&reply);
        }
        // RFC 2920 §3.1: a host may ask for data although it refused every recipient; it gets none.
        let body = if any { mail.pieces } else { &[] };
        let end = match Self::body(c, body, t).await {
            Ok(()) => c
                .reply(t.done)
                .await
                .map_err(|f| format!("{f} after the end of the message; it may have been delivered")),
            // A host that has seen enough answers and hangs up while we still write.
            Err(fault) => match c.reply(t.connect).await {
                Ok(reply) if !reply.is_positive() => Ok(reply),
                _ => Err(format!("{fault} in the message")),
            },
        };
        let reply = end?;
        c.unfinished = false;
        if any {
            let delivered = Answer::Delivered { reply: reply.to_string() };
            self.give(&accepted, &if reply.is_positive() { delivered } else { Answer::of(&reply) });
        }
        going(&reply)
    }

    fn give(&mut self, accepted: &[bool], answer: &Answer) {
        for (slot, _) in self.answers.iter_mut().zip(accepted).filter(|(_, accepted)| **accepted) {
            *slot = answer.clone();
        }
    }

    /// Writes a command, unless it went ahead with the others, and reads its reply.
    async fn step(
        &mut self,
        c: &mut Connection,
        command: Option<&str>,
        limit: std::time::Duration,
    ) -> Result<Reply, String> {
        if let Some(command) = command {
            c.write(command.as_bytes(), limit).await.map_err(|f| f.to_string())?;
        }
        let reply = c.reply(limit).await.map_err(|f| f.to_string())?;
        if reply.code == 421 && !self.heard {
            return Err(reply.to_string());
        }
        self.heard = true;
        Ok(reply)
    }

    async fn body(c: &mut Connection, pieces: &[&[u8]], t: &Timeouts) -> Result<(), Fault> {
        let total: usize = pieces.iter().map(|p| p.len()).sum();
        let mut out = Vec::with_capacity(total.min(BLOCK) + BLOCK / 16);
        let mut encoder = Encoder::default();
        for chunk in pieces.iter().flat_map(|piece| piece.chunks(BLOCK)) {
            encoder.push(chunk, &mut out);
            if out.len() >= BLOCK {
                c.write(&out, t.block).await?;
                out.clear();
            }
        }
        encoder.finish(&mut out);
        c.write(&out, t.block).await
    }
}

/// 421 ends the session whatever it answers.
fn going(reply: &Reply) -> Result<(), String> {
    if reply.code == 421 { Err(reply.to_string()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_asked_for_is_passed_on_only_when_well_formed() {
        assert!(is_parameter("rfc822;bob+40acme.test"));
        assert!(
            !is_parameter("a b") && !is_parameter("a\r\nRSET") && !is_parameter("") && !is_parameter(&"x".repeat(501))
        );
    }
    #[test]
    fn notify_is_written_as_asked() {
        let n = |never, success, failure, delay| notify(Notify { never, success, failure, delay });
        assert_eq!(n(true, false, true, true), "NEVER");
        assert_eq!(n(false, true, true, false), "SUCCESS,FAILURE");
        assert_eq!(n(false, false, false, false), "NEVER");
    }
}
