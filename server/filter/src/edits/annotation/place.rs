//! Where in a text the disclaimer goes.

/// The offset and what goes there: before or after all of a plain text, within the body of HTML.
pub fn insertion(text: &[u8], words: &[u8], is_html: bool, prepend: bool) -> (usize, Vec<u8>) {
    if is_html {
        let at = if prepend { after_opening(text) } else { before_closing(text) };
        return (at, words.to_vec());
    }
    if prepend {
        return (0, [words, b"\r\n"].concat());
    }
    let line_end: &[u8] = if text.is_empty() || text.ends_with(b"\n") { b"\r\n" } else { b"\r\n\r\n" };
    (text.len(), [line_end, words].concat())
}

/// After `<body …>`, else `</head>`, else `<html …>`, else at the beginning.
fn after_opening(text: &[u8]) -> usize {
    for tag in ["<body", "</head", "<html"] {
        if let Some(at) = find(text, tag.as_bytes())
            && let Some(end) = memchr_gt(text, at)
        {
            return end + 1;
        }
    }
    0
}

/// Before the last `</body`, else the last `</html`, else at the end.
fn before_closing(text: &[u8]) -> usize {
    for tag in ["</body", "</html"] {
        if let Some(at) = rfind(text, tag.as_bytes()) {
            return at;
        }
    }
    text.len()
}

fn is_tag(window: &[u8], tag: &[u8]) -> bool {
    window.len() > tag.len()
        && window[..tag.len()].eq_ignore_ascii_case(tag)
        && !window[tag.len()].is_ascii_alphanumeric()
}

fn find(text: &[u8], tag: &[u8]) -> Option<usize> {
    text.windows(tag.len() + 1).position(|w| is_tag(w, tag))
}

fn rfind(text: &[u8], tag: &[u8]) -> Option<usize> {
    text.windows(tag.len() + 1).rposition(|w| is_tag(w, tag))
}

/// The end of the tag that begins at `from`; attributes may have `>` in quotes.
fn memchr_gt(text: &[u8], from: usize) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.iter().enumerate().skip(from) {
        match (quote, *byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(q), b) if q == b => quote = None,
            _ => {}
        }
    }
    None
}
