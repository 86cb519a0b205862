//! Tags in front of the subject (guide chapter 6 "Markup").

use super::fields::Field;
use super::text::{encoded_words, field as write_field, one_line};
use model::Edit;

const LINE: usize = 78;

/// The decoded subject without these words; none where it has none of them.
pub(super) fn cut(decoded: &str, words: &[String]) -> Option<String> {
    let mut rest = one_line(decoded);
    let before = rest.clone();
    for word in words.iter().filter(|w| !w.is_empty()) {
        rest = rest.replace(word.as_str(), " ");
    }
    (rest != before).then(|| one_line(&rest))
}

/// The whole field written anew: tags, then what is left of the subject.
pub(super) fn replace(field: &Field, tags: &[String], rest: &str) -> Edit {
    let value = format!("{} {rest}", tags.join(" "));
    let mut with = String::new();
    write_field(&mut with, "Subject", value.trim());
    Edit { start: field.start as u64, end: field.end as u64, with: with.into_bytes() }
}

/// Puts the tags between the field's name and what stands there, so that encoded words stay as they are.
pub(super) fn tag(raw: &[u8], field: &Field, tags: &[String]) -> Edit {
    let value = field.value(raw);
    let first_line = value.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
    let tags = one_line(&tags.join(" "));
    let plain = tags.is_ascii() && !tags.contains("=?");
    let mut with = String::new();
    if plain {
        with.push(' ');
        with.push_str(&tags);
    } else {
        // Blanks between two encoded words are not shown (RFC 2047 §6.2): the one that shall be seen goes inside.
        let text = if first_line.starts_with(b"=?") { format!("{tags} ") } else { tags };
        for (n, word) in encoded_words(&text).iter().enumerate() {
            with.push_str(if n > 0 { "\r\n " } else { " " });
            with.push_str(word);
        }
    }
    let column = "Subject:".len() + with.rsplit('\n').next().unwrap_or_default().len();
    if !first_line.is_empty() && column + 1 + first_line.len() > LINE {
        with.push_str("\r\n");
    }
    let blank = value.first().is_some_and(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'));
    if !blank && !value.is_empty() {
        with.push(' ');
    }
    Edit::insert(field.value_start() as u64, with)
}
