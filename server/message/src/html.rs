//! HTML to the text that a reader sees and the links that it holds, in one pass. What is hidden stays out of the text:
//! scripts, styles, comments, and elements with `hidden`, `display:none`, `visibility:hidden`, `font-size:0`, `opacity:0`.

use crate::{
    entity, links,
    tag::{Attributes, name, raw_end, tag_end},
    view::{Link, LinkKind},
};

/// Longest anchor text that is kept.
const ANCHOR_TEXT: usize = 512;

/// What is collected while a document is read.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub text: String,
    pub links: Vec<Link>,
    longest: usize,
    most_links: usize,
    /// Start of the current anchor: its URL and where its text begins.
    anchor: Option<(String, String)>,
    /// The element that hides what is in it, how many of its name are open, and what it hid so far.
    hidden: Option<(String, usize, String)>,
}

const BLOCK: &[&str] = &[
    "p",
    "div",
    "br",
    "tr",
    "table",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "blockquote",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "form",
    "dl",
    "dt",
    "dd",
    "center",
    "td",
    "th",
    "title",
    "option",
    "body",
    "html",
    "head",
];
const VOID: &[&str] =
    &["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"];
/// Content of these is no text of the page; it ends only at their own end tag.
const RAW: &[&str] = &["script", "style", "title", "xmp", "noembed"];

/// Reads a document: text up to `longest` bytes, links up to `most_links`.
pub(crate) fn read(html: &str, longest: usize, most_links: usize) -> Page {
    let mut page = Page { longest, most_links, ..Page::default() };
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'<', &bytes[at..]) {
        page.text(&html[at..at + found]);
        at += found;
        at = page.markup(html, at);
    }
    page.text(&html[at..]);
    page.end_anchor();
    // An element that was never closed hides nothing for sure: browsers close some by themselves.
    if let Some((_, _, text)) = page.hidden.take() {
        page.push(&text);
    }
    page
}

impl Page {
    /// Reads the markup at `at`, where a `<` stands; where reading goes on.
    fn markup(&mut self, html: &str, at: usize) -> usize {
        let bytes = html.as_bytes();
        let rest = &bytes[at + 1..];
        let find = |needle: &[u8], from: usize| {
            memchr::memmem::find(&bytes[from..], needle).map_or(html.len(), |n| from + n + needle.len())
        };
        match rest.first() {
            Some(b'!') if rest.starts_with(b"!--") => {
                // `<!-->` is a whole comment to browsers.
                if rest[3..].starts_with(b">") { at + 5 } else { find(b"-->", at + 4) }
            }
            Some(b'!' | b'?') => find(b">", at + 1),
            Some(b'/') if rest.get(1).is_some_and(u8::is_ascii_alphabetic) => {
                let end = find(b">", at + 1);
                self.close(&name(&html[at + 2..end]));
                end
            }
            Some(c) if c.is_ascii_alphabetic() => {
                let mut end = tag_end(bytes, at + 1);
                while !html.is_char_boundary(end) {
                    end += 1;
                }
                let inner = html[at + 1..end].trim_end_matches(['>', '/']);
                let tag = name(inner);
                let attributes = Attributes(&inner[tag.len()..]);
                self.open(&tag, attributes);
                if RAW.contains(&tag.as_str()) { raw_end(bytes, end, &tag) } else { end }
            }
            _ => {
                self.text("<");
                at + 1
            }
        }
    }

    fn open(&mut self, tag: &str, attributes: Attributes<'_>) {
        if BLOCK.contains(&tag) {
            self.gap(tag);
        }
        if let Some((hider, depth, _)) = &mut self.hidden {
            if hider == tag {
                *depth += 1;
            }
            // The next block closes a paragraph, as browsers do it.
            if hider == "p" && BLOCK.contains(&tag) {
                self.hidden = None;
            }
        }
        let (mut target, mut hides, mut alt) = (None, false, None);
        for (name, value) in attributes {
            let kind = match (tag, name.as_str()) {
                ("a" | "area", "href") | ("iframe" | "frame" | "embed", "src") | ("object", "data") => {
                    Some(LinkKind::Anchor)
                }
                ("img" | "input" | "video" | "audio" | "source", "src") | (_, "background") => Some(LinkKind::Image),
                ("form", "action") | (_, "formaction") => Some(LinkKind::Form),
                (_, "style") => {
                    hides |= is_hiding(&value);
                    None
                }
                (_, "hidden") => {
                    hides = true;
                    None
                }
                ("img", "alt") => {
                    alt = Some(value);
                    continue;
                }
                _ => None,
            };
            match kind {
                Some(LinkKind::Anchor) if tag == "a" => target = Some(value.into_owned()),
                Some(kind) => self.link(&value, String::new(), kind),
                None => {}
            }
        }
        if tag == "a" {
            self.end_anchor();
            self.anchor = target.map(|url| (url, String::new()));
        }
        if let Some(alt) = alt.filter(|_| !hides) {
            self.push(&alt);
        }
        if hides && self.hidden.is_none() && !VOID.contains(&tag) && !matches!(tag, "html" | "body") {
            self.hidden = Some((tag.to_owned(), 1, String::new()));
        }
    }

    fn close(&mut self, tag: &str) {
        if tag == "a" {
            self.end_anchor();
        }
        if let Some((hider, depth, _)) = &mut self.hidden
            && hider == tag
        {
            *depth -= 1;
            if *depth == 0 {
                self.hidden = None;
            }
        }
        if BLOCK.contains(&tag) {
            self.gap(tag);
        }
    }

    fn end_anchor(&mut self) {
        if let Some((url, text)) = self.anchor.take() {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            self.link(&url, text, LinkKind::Anchor);
        }
    }

    fn link(&mut self, url: &str, text: String, kind: LinkKind) {
        if self.links.len() <= self.most_links && !url.trim().is_empty() {
            self.links.push(links::link(url, text, kind));
        }
    }

    fn text(&mut self, raw: &str) {
        if !raw.is_empty() {
            self.push(&entity::decode(raw));
        }
    }

    /// The space around a block: a blank between cells, else a new line.
    fn gap(&mut self, tag: &str) {
        if matches!(tag, "td" | "th") {
            return self.push(" ");
        }
        let into = self.hidden.as_mut().map_or(&mut self.text, |(_, _, hidden)| hidden);
        while into.ends_with(' ') {
            into.pop();
        }
        if !into.is_empty() && !into.ends_with('\n') {
            into.push('\n');
        }
        if let Some((_, anchor)) = &mut self.anchor {
            anchor.push(' ');
        }
    }

    /// Adds text; runs of blanks become one.
    fn push(&mut self, text: &str) {
        let into = match &mut self.hidden {
            Some((_, _, hidden)) => hidden,
            None => {
                if let Some((_, anchor)) = &mut self.anchor
                    && anchor.len() < ANCHOR_TEXT
                {
                    anchor.push_str(links::cut(text, ANCHOR_TEXT));
                }
                &mut self.text
            }
        };
        if into.len() >= self.longest {
            return;
        }
        for c in text.chars() {
            match c {
                // Characters of no width only break words up for filters.
                '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{34f}' | '\0' => {}
                c if c.is_whitespace() => {
                    if !into.is_empty() && !into.ends_with([' ', '\n']) {
                        into.push(' ');
                    }
                }
                c => into.push(c),
            }
        }
        if into.len() > self.longest {
            let end = links::cut(into, self.longest).len();
            into.truncate(end);
        }
    }
}

/// Whether a style makes its element unseen.
fn is_hiding(style: &str) -> bool {
    let style: String =
        links::cut(style, 4_096).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    style.split(';').any(|declaration| {
        let Some((name, value)) = declaration.split_once(':') else { return false };
        let value = value.trim_end_matches("!important");
        let zero = || {
            value
                .trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%')
                .parse::<f32>()
                .is_ok_and(|n| n.abs() < 0.5)
        };
        match name {
            "display" => value == "none",
            "visibility" => matches!(value, "hidden" | "collapse"),
            "font-size" => zero() && !value.ends_with("em") || value.starts_with("0") && zero() && !value.contains('.'),
            "opacity" => value.parse::<f32>().is_ok_and(|n| n < 0.05),
            "mso-hide" => value == "all",
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(html: &str) -> String {
        read(html, 10_000, 100).text.trim().to_owned()
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        assert_eq!(text("<p>Hello&nbsp;<b>w</b>orld</p><p>Bye &lt;3"), "Hello world\nBye <3");
        assert_eq!(text("<style>p{}</style>a<script>if (1<2) x('</p>')</script>b<!-- c -- > -->d"), "abd");
        assert_eq!(
            text(
                "V<span style='display:none'>x<span>y</span></span>i<i hidden>zz</i>a<b style=\"font-size: 0px\">q</b>"
            ),
            "Via"
        );
        assert_eq!(text("a < b and 1<2"), "a < b and 1<2");
        assert_eq!(text("v\u{200b}i&#8203;a&shy;gra"), "viagra");
        assert_eq!(text("<img alt='Pay now' src=x>"), "Pay now");
    }
    #[test]
    fn text_cannot_be_hidden_by_leaving_elements_open() {
        assert_eq!(text("a<p style='display:none'>b<p>c"), "a\nc");
        assert_eq!(text("<div style='display:none'>all of it"), "all of it");
        assert_eq!(text("<body style='display:none'>seen</body>"), "seen");
    }
    #[test]
    fn links_carry_their_text_and_kind() {
        let page = read(
            "<a class=x href=\"https://a.test/?x=1&amp;y=2\">Click <b>here</b></a><IMG SRC=//b.test/i.png><form action='http://c.test/'>",
            1_000,
            100,
        );
        let seen: Vec<_> =
            page.links.iter().map(|l| (l.url.as_str(), l.host.as_str(), l.text.as_str(), l.kind)).collect();
        assert_eq!(
            seen,
            [
                ("https://a.test/?x=1&y=2", "a.test", "Click here", LinkKind::Anchor),
                ("//b.test/i.png", "b.test", "", LinkKind::Image),
                ("http://c.test/", "c.test", "", LinkKind::Form),
            ]
        );
    }
    #[test]
    fn quotes_in_attributes_do_not_end_tags() {
        let page = read("<a title='a > b' href=http://x.test>t</a><a href=\"http://y.test>never closed", 1_000, 100);
        assert_eq!(page.links.iter().map(|l| l.host.as_str()).collect::<Vec<_>>(), ["x.test", "y.test"]);
    }
    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
        #[test]
        fn any_markup_is_read(html in "(<|>|/|a|p|script|!--|-->|style|=|\"|'|&|#|;|x|é| |href|display:none|hidden|</){0,60}", other in ".{0,60}") {
            let _ = read(&html, 100, 10);
            let _ = read(&other, 100, 10);
        }
    }
}
