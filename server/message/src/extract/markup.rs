//! The text of XML: what stands between tags.

/// Elements within a word: what they hold goes on where the text before them ended. By local name.
const WITHIN: &[&str] =
    &["r", "t", "span", "rpr", "proofErr", "bookmarkstart", "bookmarkend", "lastrenderedpagebreak", "phoneticpr"];

/// Appends the text of a document; a blank in place of each tag that ends a word.
pub(super) fn append(xml: &str, most: usize, out: &mut String) {
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        push(&rest[..at], out);
        if out.len() >= most {
            return;
        }
        rest = &rest[at..];
        if let Some(cdata) = rest.strip_prefix("<![CDATA[") {
            let end = cdata.find("]]>").unwrap_or(cdata.len());
            out.push_str(&cdata[..end]);
            rest = cdata.get(end + 3..).unwrap_or_default();
            continue;
        }
        let (open, close) = if rest.starts_with("<!--") { (4, "-->") } else { (1, ">") };
        let end = rest[open..].find(close).map_or(rest.len(), |n| open + n);
        let tag = &rest[open..end];
        rest = rest.get(end + close.len()..).unwrap_or_default();
        let name: &str = tag.trim_start_matches('/').split([' ', '/', '\t', '\r', '\n']).next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default();
        if !WITHIN.iter().any(|w| w.eq_ignore_ascii_case(local)) && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
    push(rest, out);
}

pub(super) fn text(xml: &str, most: usize) -> String {
    let mut out = String::new();
    append(xml, most, &mut out);
    out
}

/// Text with its character references decoded.
fn push(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        match end.and_then(|end| Some((end, super::reference(&rest[..end])?))) {
            Some((end, c)) => {
                out.push_str(&c);
                rest = &rest[end + 1..];
            }
            None => out.push('&'),
        }
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_word_stay_together_and_paragraphs_do_not() {
        let xml = "<w:p><w:r><w:t>4111 11</w:t></w:r><w:r><w:t>11</w:t></w:r></w:p><w:p>a&amp;b&#65;</w:p><![CDATA[x<y]]><!-- no -->";
        assert_eq!(text(xml, 1_000), " 4111 1111 a&bA x<y ");
        assert_eq!(text("a<b", 10), "a ");
        assert_eq!(text("ü&nosuch;&", 10), "ü&nosuch;&");
    }
}
