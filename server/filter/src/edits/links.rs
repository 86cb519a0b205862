//! Links and pictures from elsewhere made ineffective in delivered messages (guide chapter 6 "Disable Web links", "Disable
//! image links"): readers still see where a link would have led, and cannot follow it. Changes stay within the encoding of
//! each part; signatures over the body no longer match, which a field of ours says.

use super::text::wrapped_base64;
use message::{Encoding, Parsed, Part};
use model::Edit;

/// Longest line of quoted-printable text (RFC 2045 §6.7).
const LINE: usize = 76;

/// What is made ineffective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Disabled {
    pub web: bool,
    pub images: bool,
}

/// The changes to the text parts; none where there is nothing to change. `taken`: ranges that are replaced.
pub(super) fn plan(p: &Parsed, what: Disabled, taken: &[(u64, u64)]) -> Vec<Edit> {
    if what == Disabled::default() {
        return Vec::new();
    }
    p.parts.iter().filter_map(|part| change(p, part, what, taken)).collect()
}

fn change(p: &Parsed, part: &Part, what: Disabled, taken: &[(u64, u64)]) -> Option<Edit> {
    let html = part.mime == "text/html";
    if !(html || part.mime == "text/plain") || is_within_message(p, part) {
        return None;
    }
    let wide = part.charset.as_deref().is_some_and(|c| c.to_ascii_lowercase().starts_with("utf-16"));
    let (start, end) = (part.body_start as u64, part.end as u64);
    let free = taken.iter().all(|(from, to)| *to <= start || *from >= end);
    if wide || !free || part.body_start > part.end {
        return None;
    }
    let changed = if html { in_html(&part.data, what) } else { in_text(&part.data, what.web) };
    if changed == part.data {
        return None;
    }
    let with = match part.encoding {
        Encoding::Identity => changed,
        Encoding::Base64 => wrapped_base64(&changed),
        Encoding::QuotedPrintable => quoted_printable(&changed),
        Encoding::UuEncode | Encoding::Unknown => return None,
    };
    Some(Edit { start, end, with })
}

/// Messages that are attached are not touched.
fn is_within_message(p: &Parsed, part: &Part) -> bool {
    let mut parent = part.parent;
    while let Some(above) = parent.and_then(|id| p.parts.iter().find(|x| x.id == id)) {
        if above.mime.starts_with("message/") {
            return true;
        }
        // Parents come before their children.
        parent = above.parent.filter(|id| *id < above.id);
    }
    false
}

fn starts(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word)
}

/// `http://x` as `hxxp://x`, `www.x` as `www[.]x`.
fn in_text(text: &[u8], web: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 64);
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let begins = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        if web && begins && (starts(rest, b"http://") || starts(rest, b"https://")) {
            out.extend([rest[0], b'x', b'x']);
            at += 3;
        } else if web && begins && starts(rest, b"ftp://") {
            out.extend(b"fxp");
            at += 3;
        } else if web && begins && starts(rest, b"www.") {
            out.extend(&rest[..3]);
            out.extend(b"[.]");
            at += 4;
        } else {
            out.push(rest[0]);
            at += 1;
        }
    }
    out
}

/// Text as in plain text; attributes that lead elsewhere under another name.
fn in_html(html: &[u8], what: Disabled) -> Vec<u8> {
    let mut out = Vec::with_capacity(html.len() + 256);
    let mut at = 0;
    while at < html.len() {
        let open = html[at..].iter().position(|b| *b == b'<').map_or(html.len(), |n| at + n);
        out.extend(styled(&in_text(&html[at..open], what.web), what.images));
        if open == html.len() {
            break;
        }
        let end = tag_end(html, open);
        out.extend(tag(&html[open..end], what));
        at = end;
    }
    out
}

/// After the `>` that closes the tag; attributes may have one in quotes.
fn tag_end(html: &[u8], open: usize) -> usize {
    let mut quote = None;
    for (at, b) in html.iter().enumerate().skip(open + 1) {
        match (quote, b) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') if html[at - 1] == b'=' || html[at - 1].is_ascii_whitespace() => quote = Some(*b),
            (Some(q), b) if q == *b => quote = None,
            _ => {}
        }
    }
    html.len()
}

/// A tag with the attributes that are disabled renamed: `href` to `x-href`.
fn tag(tag: &[u8], what: Disabled) -> Vec<u8> {
    const WEB: &[&[u8]] = &[b"href", b"action", b"formaction", b"xlink:href", b"ping"];
    const IMAGES: &[&[u8]] = &[b"src", b"srcset", b"background", b"poster", b"lowsrc", b"dynsrc"];
    let mut out = Vec::with_capacity(tag.len() + 16);
    let mut quote = None;
    let mut at = 0;
    while at < tag.len() {
        let b = tag[at];
        let name =
            quote.is_none() && at > 0 && matches!(tag[at - 1], b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'"' | b'\'');
        if name {
            let length = tag[at..].iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':')).count();
            let word = &tag[at..at + length];
            let is = |list: &[&[u8]]| list.iter().any(|n| n.eq_ignore_ascii_case(word));
            // What is inside the message is no link to elsewhere.
            let value = value(&tag[at + length..]);
            let inside = starts(value, b"cid:") || starts(value, b"data:") || starts(value, b"#");
            if !inside && ((what.web && is(WEB)) || (what.images && is(IMAGES))) {
                out.extend(b"x-");
            }
            if length > 0 {
                out.extend(word);
                at += length;
                continue;
            }
        }
        match (quote, b) {
            (None, b'"' | b'\'') => quote = Some(b),
            (Some(q), b) if q == b => quote = None,
            _ => {}
        }
        out.push(b);
        at += 1;
    }
    styled(&out, what.images)
}

/// The value after an attribute's name, without its quote.
fn value(rest: &[u8]) -> &[u8] {
    let rest = rest.trim_ascii_start();
    let Some(rest) = rest.strip_prefix(b"=") else { return b"" };
    let rest = rest.trim_ascii_start();
    rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest).trim_ascii_start()
}

/// Pictures of style sheets: `url(http…)` as `x-url(http…)`.
fn styled(text: &[u8], images: bool) -> Vec<u8> {
    if !images {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let begins = at == 0 || !(text[at - 1].is_ascii_alphanumeric() || text[at - 1] == b'-');
        if begins && starts(&text[at..], b"url(") {
            let inner = text[at + 4..].trim_ascii_start();
            let inner = inner.strip_prefix(b"\"").or_else(|| inner.strip_prefix(b"'")).unwrap_or(inner);
            if !starts(inner, b"cid:") && !starts(inner, b"data:") {
                out.extend(b"x-");
            }
            out.extend(&text[at..at + 4]);
            at += 4;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

/// RFC 2045 §6.7, lines of the text kept.
fn quoted_printable(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(data.len() + data.len() / 8);
    let mut column = 0;
    let mut at = 0;
    while at < data.len() {
        if data[at..].starts_with(b"\r\n") {
            out.extend(b"\r\n");
            (at, column) = (at + 2, 0);
            continue;
        }
        let b = data[at];
        let ends_line = data.get(at + 1).is_none_or(|n| matches!(n, b'\r' | b'\n'));
        let plain = matches!(b, 33..=60 | 62..=126) || (matches!(b, b' ' | b'\t') && !ends_line);
        let width = if plain { 1 } else { 3 };
        if column + width >= LINE {
            out.extend(b"=\r\n");
            column = 0;
        }
        if plain {
            out.push(b);
        } else {
            out.extend(format!("={b:02X}").bytes());
        }
        column += width;
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use message::Limits;
    use proptest::prelude::*;

    const BOTH: Disabled = Disabled { web: true, images: true };

    fn after(raw: &str, what: Disabled) -> Parsed {
        let p = Parsed::parse(raw.replace('\n', "\r\n").into(), &Limits::default());
        Parsed::parse(model::edit::apply(&p.raw, &plan(&p, what, &[])).into(), &Limits::default())
    }

    #[test]
    fn links_in_plain_text_cannot_be_followed_in_any_encoding() {
        let head = |encoding: &str| {
            format!("Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n")
        };
        let body = "see https://evil.test/a?b=1 or www.evil.test, ä\n";
        let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, body.replace('\n', "\r\n"));
        for raw in [
            format!("{}{body}", head("8bit")),
            format!("{}see htt=\nps://evil.test/a?b=3D1 or www.evil.test, =C3=A4\n", head("quoted-printable")),
            format!("{}{encoded}\n", head("base64")),
        ] {
            let p = after(&raw, BOTH);
            assert_eq!(p.text.trim(), "see hxxps://evil.test/a?b=1 or www[.]evil.test, ä", "{raw}");
            assert!(p.links.is_empty(), "{:?}", p.links);
        }
    }

    #[test]
    fn html_keeps_its_words_and_loses_its_links_and_pictures() {
        let raw = "Content-Type: text/html\n\n<p>Hi <a class=x href=\"https://evil.test/\">click</a> <a href='#top'>top</a>\
                   <img src=https://track.test/p.gif><img src=\"cid:logo\"><div style=\"background: url('http://track.test/b.png')\">x > y</div>\n";
        let p = after(raw, BOTH);
        assert!(p.links.iter().all(|l| !l.url.contains("evil") && !l.url.contains("track")), "{:?}", p.links);
        let html = String::from_utf8_lossy(&p.raw).into_owned();
        for kept in [
            "x-href=\"https://evil.test/\"",
            "href='#top'",
            "x-src=https://track.test",
            "src=\"cid:logo\"",
            "x-url('http",
        ] {
            assert!(html.contains(kept), "{kept}: {html}");
        }
        let p = after(raw, Disabled { web: true, images: false });
        assert!(p.links.iter().any(|l| l.url.contains("track.test/p.gif")));
        assert!(after(raw, Disabled { web: false, images: true }).links.iter().any(|l| l.url.contains("evil.test")));
    }

    #[test]
    fn attached_messages_and_texts_without_links_stay_as_they_are() {
        let raw = "Content-Type: message/rfc822\n\nSubject: in\n\nhttp://a.test/\n";
        let p = Parsed::parse(raw.replace('\n', "\r\n").into(), &Limits::default());
        assert!(plan(&p, BOTH, &[]).is_empty());
        let p = Parsed::parse("Subject: x\r\n\r\nno link\r\n".into(), &Limits::default());
        assert!(plan(&p, BOTH, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn any_html_is_changed_without_a_panic(html in "[<>a-z=\"' /:.#]{0,200}", noise in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = in_html(html.as_bytes(), BOTH);
            let _ = in_html(&noise, BOTH);
            let packed = quoted_printable(&noise);
            prop_assert!(packed.split(|b| *b == b'\n').all(|l| l.len() <= 78));
        }
    }
}
