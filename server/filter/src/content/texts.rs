//! The words of a message, made ready to be searched: each text once, and only when somebody asks for it.

use message::{Parsed, file_text, is_plain_text};
use std::cell::OnceCell;

/// Most text of files that is searched, in all, in bytes.
const FILES: usize = 8 << 20;
/// Most text of one file.
const FILE: usize = 4 << 20;
/// Most text of a header field.
const FIELD: usize = 16 << 10;

/// A text that is searched: blanks and line ends made one blank.
#[derive(Debug, Default)]
pub struct Searched {
    /// With its letters as they are.
    pub plain: String,
    /// In lower case.
    pub lower: String,
}

impl Searched {
    fn of(plain: String) -> Searched {
        let lower = plain.to_lowercase();
        Searched { plain, lower }
    }
}

/// The texts of one message.
pub struct Texts<'a> {
    pub message: &'a Parsed,
    text: OnceCell<Searched>,
    documents: OnceCell<Searched>,
    headers: OnceCell<Vec<(String, Searched)>>,
    subject: OnceCell<String>,
}

impl<'a> Texts<'a> {
    pub fn of(message: &'a Parsed) -> Self {
        Texts {
            message,
            text: OnceCell::new(),
            documents: OnceCell::new(),
            headers: OnceCell::new(),
            subject: OnceCell::new(),
        }
    }

    /// What a reader sees, and plain-text attachments.
    pub fn text(&self) -> &Searched {
        self.text.get_or_init(|| {
            let mut out = normal(&self.message.text);
            let mut room = FILES;
            for reading in &self.message.readings {
                add(&String::from_utf8_lossy(&reading.data[..reading.data.len().min(FILE)]), &mut room, &mut out);
            }
            self.files(true, &mut room, &mut out);
            Searched::of(out)
        })
    }

    /// The text of all other attachments: Office, OpenDocument, PDF, RTF, and what is in archives of these.
    pub fn documents(&self) -> &Searched {
        self.documents.get_or_init(|| {
            let mut out = String::new();
            self.files(false, &mut { FILES }, &mut out);
            Searched::of(out)
        })
    }

    fn files(&self, plain: bool, room: &mut usize, out: &mut String) {
        for file in self.message.attachments.iter().filter(|f| is_plain_text(f) == plain) {
            if *room == 0 {
                return;
            }
            if let Some(text) = file_text(file, FILE.min(*room)) {
                add(&text, room, out);
            }
        }
    }

    /// Name in lower case and value of each header field.
    pub fn headers(&self) -> &[(String, Searched)] {
        self.headers.get_or_init(|| {
            let one = |h: &message::Header| {
                let end = h.value.floor_char_boundary(FIELD);
                (h.name.to_ascii_lowercase(), Searched::of(normal(&h.value[..end])))
            };
            self.message.headers.iter().map(one).collect()
        })
    }

    pub fn subject(&self) -> &str {
        self.subject.get_or_init(|| normal(&self.message.subject))
    }
}

/// Adds a text as words of their own.
fn add(text: &str, room: &mut usize, out: &mut String) {
    let text = normal(text);
    let end = text.floor_char_boundary(*room);
    *room -= end;
    // Two texts are not one phrase.
    out.push_str(" \u{1} ");
    out.push_str(&text[..end]);
}

/// Blanks and line ends made one blank, what is not seen taken out.
pub(crate) fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') {
            out.push(c);
        }
    }
    out
}

/// Whether what stands here is not within a longer word.
pub(crate) fn whole_word(text: &str, start: usize, end: usize) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let before = text[..start].chars().next_back().is_some_and(word);
    let after = text[end..].chars().next().is_some_and(word);
    !before && !after
}
