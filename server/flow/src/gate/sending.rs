//! Mail that goes out (guide chapter 7): who may send, how they log in, and how much.

use super::{Gate, callout, verify};
use model::settings::{LimitReply, SenderLoginMethod, ServiceKind};
use model::time::{HOUR, MINUTE};
use model::{Direction, EmailAddress, ErrorCode, HostPort, Sending, SessionInfo};
use service::RateUse;
use smtp::{Admitted, Asked, Login, RcptOk, Reply};

const MEGABYTE: u64 = 1_000_000;
/// The time in which recipients are counted (guide chapter 7 "Rate Limits").
const RECIPIENTS_WINDOW: i64 = 6 * MINUTE;

const LOGIN_UNAVAILABLE: Reply = Reply::new(454, "4.7.0", "Temporary authentication failure");

impl Gate {
    /// By which right, if any, a transaction begins.
    pub(super) fn admit(
        &self,
        session: &SessionInfo,
        kind: ServiceKind,
        login: Option<&Login>,
        from: Option<&EmailAddress>,
    ) -> Result<Admitted, Reply> {
        let inbound = Admitted { direction: Direction::Inbound, sending: None };
        let outbound = |sending| Admitted { direction: Direction::Outbound, sending: Some(sending) };
        if kind == ServiceKind::Inbound {
            return Ok(inbound);
        }
        if kind == ServiceKind::Odmr {
            return Err(Reply::RELAY);
        }
        let snapshot = self.snapshots.get();
        let Some(network) = snapshot.outbound(session.client_ip) else {
            return match (kind, login.and_then(|l| l.sending)) {
                (ServiceKind::Both, _) => Ok(inbound),
                (_, Some(sending)) => Ok(outbound(sending)),
                (_, None) => Err(Reply::RELAY),
            };
        };
        if network.values.outbound_login.required && login.is_none() {
            return Err(Reply::NEEDS_LOGIN);
        }
        if !network.lets(from) {
            return Err(Reply::RELAY);
        }
        Ok(outbound(Sending::Network(network.id)))
    }

    /// The server or verifier of the outbound IP that the client comes from; for all others the users of the Outbound
    /// Authenticated Relay.
    pub(super) async fn log_in(
        &self,
        session: &SessionInfo,
        kind: ServiceKind,
        name: String,
        password: String,
    ) -> Result<Login, Reply> {
        let snapshot = self.snapshots.get();
        if let Some(network) = snapshot.outbound(session.client_ip).filter(|_| kind != ServiceKind::Odmr) {
            let login = &network.values.outbound_login;
            return match login.method {
                SenderLoginMethod::None => Err(Reply::WRONG_LOGIN),
                SenderLoginMethod::SmtpAuth => self.log_in_at(&login.server, name, &password).await,
                SenderLoginMethod::Verifier => {
                    let (service, discovery) = (&self.service, &*self.discovery);
                    let asked =
                        verify::password(service, discovery, network.account, &login.verifier, &name, &password).await;
                    match asked {
                        Some(true) => Ok(Login { name, sending: None }),
                        Some(false) => Err(Reply::WRONG_LOGIN),
                        None => Err(LOGIN_UNAVAILABLE),
                    }
                }
            };
        }
        if !matches!(kind, ServiceKind::Outbound | ServiceKind::Odmr) {
            return Err(Reply::WRONG_LOGIN);
        }
        match self.service.login_relay_user(&name, &password, &session.client_ip.to_string()).await {
            Ok(Some((account, name))) => Ok(Login { name, sending: Some(Sending::Relay(account)) }),
            Ok(None) => Err(Reply::WRONG_LOGIN),
            Err(error) if error.code() == ErrorCode::Throttled => {
                Err(Reply::with(454, "4.7.0", error.to_user().message))
            }
            Err(error) => {
                tracing::error!(%error, "a login cannot be checked");
                Err(LOGIN_UNAVAILABLE)
            }
        }
    }

    async fn log_in_at(&self, server: &str, name: String, password: &str) -> Result<Login, Reply> {
        let Ok(host) = server.parse::<HostPort>() else {
            tracing::error!("SMTP AUTH to server is set, but no server");
            return Err(LOGIN_UNAVAILABLE);
        };
        match callout::password(&**self.discovery.dns(), &host, self.discovery.hostname(), &name, password, false).await
        {
            Ok(true) => Ok(Login { name, sending: None }),
            Ok(false) => Err(Reply::WRONG_LOGIN),
            Err(error) => {
                tracing::warn!(%host, %error, "the server cannot be asked about a password");
                Err(LOGIN_UNAVAILABLE)
            }
        }
    }

    pub(super) async fn outbound(&self, asked: Asked<'_>) -> Result<RcptOk, Reply> {
        let snapshot = self.snapshots.get();
        let sending = asked.admitted.sending.ok_or(Reply::RELAY)?;
        let sender = snapshot.sender(sending, asked.from.as_ref()).ok_or(Reply::RELAY)?;
        let rates = &sender.values.outbound_rates;
        let place = match sending {
            Sending::Network(id) => format!("o{id}"),
            Sending::Relay(account) => format!("a{}", account.0),
        };
        let from = asked.from.as_ref().map(EmailAddress::key).unwrap_or_default();
        let mut uses = Vec::new();
        let mut replies = Vec::new();
        let mut limit = |key: String, limit: Option<u32>, window, reply: LimitReply, text: &str| {
            if let Some(limit) = limit {
                uses.push(RateUse { key, limit, window });
                let (code, status) = match reply {
                    LimitReply::Temporary => (451, "4.7.1"),
                    LimitReply::Permanent => (550, "5.7.1"),
                };
                replies.push(Reply::with(code, status, text));
            }
        };
        // A message counts once, with its first recipient.
        if asked.earlier == 0 && sender.known {
            limit(format!("{place} k {from}"), rates.known, HOUR, rates.known_reply, &rates.known_text);
        } else if asked.earlier == 0 {
            limit(format!("{place} u"), rates.unknown, HOUR, rates.unknown_reply, &rates.unknown_text);
        }
        let (reply, text) = (rates.recipients_reply, &rates.recipients_text);
        limit(format!("{place} r {from}"), rates.recipients, RECIPIENTS_WINDOW, reply, text);
        match self.counters.take(&uses).await {
            Ok(Ok(())) => {}
            Ok(Err(over)) => {
                tracing::info!(%from, over = uses.get(over).map(|u| u.key.as_str()), "over a rate limit");
                metrics::counter!("postern_rate_limited_total").increment(1);
                return Err(replies.into_iter().nth(over).unwrap_or(Reply::UNAVAILABLE));
            }
            Err(error) => {
                tracing::error!(%error, "rate limits cannot be counted");
                return Err(Reply::UNAVAILABLE);
            }
        }
        Ok(RcptOk { max_size: u64::from(sender.values.max_size_mb()) * MEGABYTE })
    }
}
