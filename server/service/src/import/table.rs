//! Tables as Postfix reads them (postmap(1), "table format"): comments, empty lines, and lines that go on.

/// One logical line: where it begins, from 1, and what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub line: u64,
    pub key: String,
    pub value: String,
}

/// A comment begins with `#` as the first visible character; a line that begins with white space goes on with the one
/// before, also across comments and empty lines; key and value are parted by white space. A key in double quotes may
/// hold white space.
pub fn entries(text: &str) -> Vec<Entry> {
    let mut logical: Vec<(u64, String)> = Vec::new();
    for (line, n) in text.lines().zip(1u64..) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let visible = line.trim();
        if visible.is_empty() || visible.starts_with('#') {
            continue;
        }
        match logical.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
            Some((_, before)) => {
                before.push(' ');
                before.push_str(visible);
            }
            None => logical.push((n, visible.to_owned())),
        }
    }
    logical
        .into_iter()
        .map(|(line, text)| {
            let quoted = text.strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let (key, value) = quoted.or_else(|| text.split_once(char::is_whitespace)).unwrap_or((&text, ""));
            Entry { line, key: key.to_owned(), value: value.trim().to_owned() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_go_on_across_comments_and_keys_may_be_quoted() {
        let text = "# head\nbob@a.test  one,\n   two\n# between\n\n\tthree\r\n  \n\"odd key\" v\nlone\n";
        let found: Vec<_> = entries(text).into_iter().map(|e| (e.line, e.key, e.value)).collect();
        let expected = [(2, "bob@a.test", "one, two three"), (8, "odd key", "v"), (9, "lone", "")];
        assert_eq!(found, expected.map(|(n, k, v)| (n, k.to_owned(), v.to_owned())));
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".{0,300}") { let _ = entries(&text); }
    }
}
