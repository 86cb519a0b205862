//! The view of one message: fields that rules ask for, and facts.

use super::{Engine, Fact, Field, View};
use crate::{
    Context,
    hosts::{address_host, is_ip, organisation, same_organisation},
};
use message::{LinkKind, Mailbox, Parsed};
use model::{Direction, time};
use std::collections::HashSet;

/// Bytes of raw header that `headers` holds.
const HEADERS: usize = 128 << 10;

/// Looks at the message as `engine` needs it.
pub fn view(context: &Context<'_>, engine: &Engine) -> View {
    let mut view = View::default();
    view.client_ip = context.session.client_ip;
    for field in engine.fields() {
        values(context, field, &mut |value| view.add(field.clone(), value));
    }
    structure(context, &mut view);
    sender(context, &mut view);
    text(context.message, &mut view);
    view
}

fn values(context: &Context<'_>, field: &Field, add: &mut dyn FnMut(&str)) {
    let (m, s) = (context.message, context.session);
    let address = |mailbox: &Option<Mailbox>| mailbox.as_ref().and_then(|m| m.address.clone());
    match field {
        Field::Header(name) => m.headers_named(name).for_each(|h| add(&h.value)),
        Field::Headers => {
            let end = m.body_start.min(HEADERS).min(m.raw.len());
            add(&String::from_utf8_lossy(&m.raw[..end]));
        }
        Field::Subject => add(&m.subject),
        Field::From => m.headers_named("from").for_each(|h| add(&h.value)),
        Field::FromName => m.from.iter().for_each(|f| add(&f.name)),
        Field::FromAddress => address(&m.from).iter().for_each(|a| add(a.as_str())),
        Field::FromDomain => address(&m.from).iter().for_each(|a| add(a.domain_str())),
        Field::ReplyTo => address(&m.reply_to).iter().for_each(|a| add(a.as_str())),
        Field::ReplyToDomain => address(&m.reply_to).iter().for_each(|a| add(a.domain_str())),
        Field::To => m.headers_named("to").for_each(|h| add(&h.value)),
        Field::Body => {
            add(&m.text);
            if !m.html.is_empty() {
                add(&m.html);
            }
        }
        Field::Html => add(&m.html),
        Field::Text => add(&m.text),
        Field::Url => m.links.iter().for_each(|l| add(&l.url)),
        Field::UrlHost => m.links.iter().filter(|l| !l.host.is_empty()).for_each(|l| add(&l.host)),
        Field::UrlText => m.links.iter().filter(|l| !l.text.is_empty()).for_each(|l| add(&l.text)),
        Field::AttachmentName => m.attachments.iter().for_each(|a| add(&a.name)),
        Field::AttachmentKind => m.attachments.iter().for_each(|a| add(&a.kind)),
        Field::AttachmentExtension => m.attachments.iter().for_each(|a| add(&a.extension)),
        Field::EnvelopeFrom => s.return_path.iter().for_each(|a| add(a.as_str())),
        Field::EnvelopeFromDomain => s.return_path.iter().for_each(|a| add(a.domain_str())),
        Field::EnvelopeTo => s.recipients.iter().for_each(|a| add(a.as_str())),
        Field::Helo => add(&s.helo),
        Field::Charset => m.parts.iter().filter_map(|p| p.charset.as_deref()).for_each(add),
        Field::Spf => add(auth(context)[0]),
        Field::Dkim => add(auth(context)[1]),
        Field::Dmarc => add(auth(context)[2]),
        Field::Direction => add(match s.direction {
            Direction::Inbound => "inbound",
            Direction::Outbound => "outbound",
        }),
    }
}

/// SPF, DKIM and DMARC in the words of Authentication-Results.
pub(crate) fn auth(context: &Context<'_>) -> [&'static str; 3] {
    let auth = &context.evidence.auth;
    [auth.spf.result.as_str(), auth.dkim.as_str(), auth.dmarc.result.as_str()]
}

fn number(value: usize) -> f64 {
    u32::try_from(value).unwrap_or(u32::MAX).into()
}

fn structure(context: &Context<'_>, view: &mut View) {
    let m = context.message;
    let flag = |yes: bool| f64::from(u8::from(yes));
    let followed = || m.links.iter().filter(|l| matches!(l.kind, LinkKind::Anchor | LinkKind::Plain | LinkKind::Form));
    let images = || m.links.iter().filter(|l| l.kind == LinkKind::Image);
    let lower_html = m.html.to_ascii_lowercase();
    let has = |name: &str| m.headers_named(name).next().is_some();
    let plain = m.parts.iter().any(|p| p.mime == "text/plain" && !p.is_attachment && !p.data.trim_ascii().is_empty());
    view.set(Fact::Parts, number(m.parts.len()));
    view.set(Fact::Attachments, number(m.attachments.len()));
    view.set(Fact::Links, number(followed().count()));
    let hosts: HashSet<&str> = followed().map(|l| l.host.as_str()).filter(|h| !h.is_empty()).collect();
    view.set(Fact::LinkHosts, number(hosts.len()));
    view.set(Fact::IpLinks, number(followed().filter(|l| is_ip(&l.host)).count()));
    view.set(Fact::Images, number(images().count()));
    view.set(Fact::RemoteImages, number(images().filter(|l| !l.host.is_empty()).count()));
    view.set(Fact::HtmlLength, number(m.html.len()));
    view.set(Fact::HasHtml, flag(!m.html.is_empty()));
    view.set(Fact::HtmlOnly, flag(!m.html.is_empty() && !plain));
    view.set(Fact::HasForm, flag(lower_html.contains("<form")));
    view.set(Fact::HasPassword, flag(has_password_field(&lower_html)));
    view.set(Fact::HasScript, flag(lower_html.contains("<script")));
    view.set(Fact::Anomalies, number(m.anomalies.len()));
    view.set(Fact::Encrypted, flag(m.attachments.iter().any(|a| a.encrypted)));
    view.set(Fact::Recipients, number(context.session.recipients.len()));
    view.set(Fact::ToCount, number(m.to.len()));
    view.set(Fact::FromCount, number(m.from_count));
    view.set(Fact::ReceivedCount, number(m.headers_named("received").count()));
    view.set(Fact::Reply, flag(has("in-reply-to") || has("references")));
    view.set(Fact::List, flag(has("list-id") || has("list-post")));
    view.set(Fact::Signed, flag(has("dkim-signature")));
    if let Some(date) = m.date {
        let hours = date.since(context.session.received) / time::HOUR;
        view.set(Fact::DateSkew, f64::from(i32::try_from(hours).unwrap_or(i32::MAX)));
    }
}

/// Whether HTML in lower case has a password field.
pub(crate) fn has_password_field(lower_html: &str) -> bool {
    lower_html.match_indices("<input").any(|(at, _)| {
        let rest = &lower_html[at..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        tag.split_once("type").is_some_and(|(_, v)| v.trim_start_matches([' ', '=', '"', '\'']).starts_with("password"))
    })
}

fn sender(context: &Context<'_>, view: &mut View) {
    let (m, s) = (context.message, context.session);
    let flag = |yes: bool| f64::from(u8::from(yes));
    view.set(Fact::NullSender, flag(s.return_path.is_none()));
    let Some(from) = &m.from else { return };
    let Some(address) = &from.address else { return };
    let key = address.key();
    view.set(Fact::FromRecipient, flag(s.recipients.iter().any(|r| r.key() == key)));
    let reply = m.reply_to.as_ref().and_then(|r| r.address.as_ref());
    let elsewhere = |r: &model::EmailAddress| !same_organisation(r.domain_str(), address.domain_str());
    view.set(Fact::ReplyElsewhere, flag(reply.is_some_and(elsewhere)));
    let other = |host: &str| !organisation(host).eq_ignore_ascii_case(organisation(address.domain_str()));
    view.set(Fact::NameIsAddress, flag(address_host(&from.name).is_some_and(other)));
}

fn text(m: &Parsed, view: &mut View) {
    let caps = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = text.chars().filter(|c| c.is_uppercase()).count();
        if letters < 8 { 0.0 } else { number(capitals) * 100.0 / number(letters) }
    };
    view.set(Fact::TextLength, number(m.text.chars().count()));
    view.set(Fact::SubjectLength, number(m.subject.chars().count()));
    view.set(Fact::SubjectCaps, caps(&m.subject));
    view.set(Fact::TextCaps, caps(&m.text.chars().take(4_000).collect::<String>()));
    view.set(Fact::Exclamations, number(m.text.matches('!').count()));
    let invisible = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{180e}');
    view.set(Fact::Invisible, number(m.text.chars().filter(|c| invisible(*c)).count()));
    let (mut words, mut mixed, mut coins, mut money) = (0, 0, 0, 0);
    for word in m.text.split_whitespace() {
        words += 1;
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
        mixed += usize::from(is_mixed(inner));
        coins += usize::from(is_coin_address(inner));
        money += usize::from(word.starts_with(['$', '€', '£', '¥']) && word.contains(|c: char| c.is_ascii_digit()));
    }
    view.set(Fact::Words, number(words));
    view.set(Fact::MixedWords, number(mixed));
    view.set(Fact::Bitcoin, number(coins));
    view.set(Fact::Money, number(money));
}

/// A word of Latin letters and such of Cyrillic or Greek, as only disguise writes them.
fn is_mixed(word: &str) -> bool {
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    latin
        && word.chars().count() > 3
        && word.chars().any(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}'))
        && word.chars().all(char::is_alphanumeric)
}

/// Bitcoin (Base58 or Bech32) and Ethereum addresses by their shape.
fn is_coin_address(word: &str) -> bool {
    let base58 = |c: char| c.is_ascii_alphanumeric() && !"0OIl".contains(c);
    let digits = word.chars().any(|c| c.is_ascii_digit());
    let mixed_case = word.chars().any(|c| c.is_ascii_uppercase()) && word.chars().any(|c| c.is_ascii_lowercase());
    match word.len() {
        42 if word.starts_with("0x") => word[2..].chars().all(|c| c.is_ascii_hexdigit()),
        39..=62 if word.to_ascii_lowercase().starts_with("bc1") => word.chars().all(|c| c.is_ascii_alphanumeric()),
        27..=34 if word.starts_with(['1', '3']) => digits && mixed_case && word.chars().all(base58),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cryptocurrency_addresses_are_known_by_their_shape() {
        for yes in [
            "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "0x52908400098527886e0f7030069857d2e4169ee7",
        ] {
            assert!(is_coin_address(yes), "{yes}");
        }
        for no in ["1234567890123456789012345678901", "supercalifragilisticexpialidocious", "3short", "0x529"] {
            assert!(!is_coin_address(no), "{no}");
        }
    }
    #[test]
    fn words_that_mix_alphabets_are_disguise() {
        assert!(is_mixed("Pаypal") && !is_mixed("Paypal") && !is_mixed("Привет") && !is_mixed("5µm"));
    }
    #[test]
    fn password_fields_are_found_however_they_are_quoted() {
        assert!(has_password_field("<input name=p type='password'>") && has_password_field("<input type = password>"));
        assert!(!has_password_field("<input type=text> password"));
    }
}
