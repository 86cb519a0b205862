//! A message's HTML made safe to show inside a page of ours.

use crate::{
    links,
    view::{Parsed, Part},
};
use ammonia::{Builder, UrlRelative};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

/// Most bytes of HTML that are cleaned; the preview of a larger message is cut.
const LONGEST: usize = 512 << 10;
/// Largest picture, and most bytes of pictures in all, that are put into the page.
const PICTURE: usize = 512 << 10;
const PICTURES: usize = 4 << 20;
/// Deepest nesting of elements that is shown: a browser's own tree is not to be driven without bound either.
const DEEPEST: usize = 200;

const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
];
const ATTRIBUTES: &[&str] = &[
    "align",
    "valign",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "colspan",
    "rowspan",
    "width",
    "height",
    "dir",
    "color",
    "size",
    "face",
    "alt",
    "title",
];

impl Parsed {
    /// What the message shows, for display inside a page: no script, no style, no form, nothing loaded from elsewhere.
    /// Pictures that the message carries (`cid:`) become `data:` URLs; others are left out. A link keeps its text, and
    /// its address as `title`, but leads nowhere. Without HTML the text, in `<pre>`.
    pub fn sanitized_html(&self) -> String {
        if self.html.trim().is_empty() {
            let text = links::cut(&self.text, LONGEST);
            return format!("<pre>{}</pre>", escape(text));
        }
        let flat = limit_depth(links::cut(&self.html, LONGEST));
        // Ammonia rewrites the address of a link only through its filter, so it is renamed on the way: `href` becomes
        // `title` there, and no `href` survives.
        let pictures = self.pictures();
        let mut builder = Builder::empty();
        builder
            .tags(TAGS.iter().copied().collect())
            .generic_attributes(ATTRIBUTES.iter().copied().collect())
            .tag_attributes(HashMap::from([
                ("a", HashSet::from(["href"])),
                ("img", HashSet::from(["src"])),
                ("font", HashSet::from(["color"])),
            ]))
            .clean_content_tags(HashSet::from([
                "script", "style", "title", "template", "noembed", "xmp", "textarea", "select", "svg", "math",
            ]))
            .url_schemes(HashSet::from(["http", "https", "mailto", "cid", "ftp", "tel"]))
            .url_relative(UrlRelative::Deny)
            .strip_comments(true)
            .link_rel(Some("noopener noreferrer nofollow"))
            .attribute_filter(move |element, attribute, value| match (element, attribute) {
                ("img", "src") => {
                    let id = value.get(..4).filter(|s| s.eq_ignore_ascii_case("cid:")).map(|_| &value[4..])?;
                    pictures.get(id).map(|data| Cow::Owned(data.clone()))
                }
                _ => Some(Cow::Borrowed(value)),
            });
        inert(&builder.clean(&flat).to_string())
    }

    /// The pictures among the parts, by Content-ID, as `data:` URLs.
    fn pictures(&self) -> HashMap<String, String> {
        let mut left = PICTURES;
        let mut out = HashMap::new();
        for part in &self.parts {
            if let Some((id, url)) = picture(part, left) {
                left = left.saturating_sub(part.data.len());
                out.insert(id, url);
            }
        }
        out
    }
}

fn picture(part: &Part, left: usize) -> Option<(String, String)> {
    let id = part.content_id.clone()?;
    // SVG is a document with scripts of its own, so only these.
    let mime = match crate::kind::binary(&part.data)? {
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => return None,
    };
    (part.data.len() <= PICTURE.min(left)).then(|| (id, format!("data:{mime};base64,{}", STANDARD.encode(&part.data))))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Turns the `href` of each link into its `title`. The input is Ammonia's output: quoted attributes, `<` only in tags.
fn inert(clean: &str) -> String {
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean;
    while let Some(at) = rest.find("<a ") {
        let end = rest[at..].find('>').map_or(rest.len(), |n| at + n + 1);
        out.push_str(&rest[..at]);
        let tag = &rest[at..end];
        let address =
            tag.split_once(" href=\"").and_then(|(_, after)| after.split_once('"')).map(|(address, _)| address);
        match address {
            Some(address) => {
                out.push_str("<a rel=\"noopener noreferrer nofollow\" title=\"");
                out.push_str(address);
                out.push_str("\">");
            }
            None => out.push_str("<a rel=\"noopener noreferrer nofollow\">"),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Drops start tags past the depth that is shown. The tree builder's work grows with depth, so that tags nested by the
/// hundred thousand would cost quadratic time.
fn limit_depth(html: &str) -> Cow<'_, str> {
    if html.matches('<').count() < DEEPEST {
        return Cow::Borrowed(html);
    }
    let mut out = String::with_capacity(html.len());
    let (mut depth, mut rest) = (0usize, html);
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let after = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        if after == b'/' {
            depth = depth.saturating_sub(1);
        } else if after.is_ascii_alphabetic() {
            let name: String = rest[1..]
                .chars()
                .take(12)
                .take_while(char::is_ascii_alphanumeric)
                .collect::<String>()
                .to_ascii_lowercase();
            if !matches!(
                name.as_str(),
                "br" | "hr" | "img" | "input" | "meta" | "link" | "col" | "area" | "base" | "wbr"
            ) {
                depth += 1;
            }
            if depth > DEEPEST {
                rest = rest.find('>').map_or("", |n| &rest[n + 1..]);
                continue;
            }
        }
        out.push('<');
        rest = &rest[1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}
