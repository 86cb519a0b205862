//! ToUnicode character maps of PDF fonts (ISO 32000-1 §9.10.3): which text a code of a font stands for.

use std::collections::HashMap;

/// Codes that one map may name.
const MOST: usize = 70_000;

#[derive(Debug, Default)]
pub(super) struct UnicodeMap {
    text: HashMap<u32, String>,
    /// Bytes of a code.
    width: usize,
}

enum Token {
    Hex(Vec<u8>),
    Open,
    Close,
    Word(Vec<u8>),
}

impl UnicodeMap {
    pub(super) fn read(data: &[u8]) -> UnicodeMap {
        let mut map = UnicodeMap { width: 1, ..UnicodeMap::default() };
        let mut operands: Vec<Token> = Vec::new();
        let mut at = 0;
        while let Some(token) = next(data, &mut at) {
            if let Token::Word(word) = &token {
                match word.as_slice() {
                    b"endcodespacerange" => map.widest(&operands),
                    b"endbfchar" => map.chars(&operands),
                    b"endbfrange" => map.ranges(&operands),
                    _ => {}
                }
                operands.clear();
            } else if operands.len() < MOST * 3 {
                operands.push(token);
            }
        }
        map
    }

    fn widest(&mut self, operands: &[Token]) {
        let width = operands.iter().filter_map(|t| if let Token::Hex(h) = t { Some(h.len()) } else { None }).max();
        self.width = width.unwrap_or(1).clamp(1, 4);
    }

    fn chars(&mut self, operands: &[Token]) {
        for pair in operands.chunks(2) {
            if let [Token::Hex(code), Token::Hex(text)] = pair {
                self.insert(number(code), utf16(text));
            }
        }
    }

    fn ranges(&mut self, operands: &[Token]) {
        let mut i = 0;
        while let (Some(Token::Hex(low)), Some(Token::Hex(high))) = (operands.get(i), operands.get(i + 1)) {
            let (low, high) = (number(low), number(high));
            i += 2;
            match operands.get(i) {
                Some(Token::Hex(first)) => {
                    i += 1;
                    let mut text = first.clone();
                    for code in low..=high.min(low.saturating_add(65_535)) {
                        self.insert(code, utf16(&text));
                        // The last unit counts up.
                        if let [.., a, b] = text.as_mut_slice() {
                            let unit = u16::from_be_bytes([*a, *b]).wrapping_add(1);
                            [*a, *b] = unit.to_be_bytes();
                        } else if let [one] = text.as_mut_slice() {
                            *one = one.wrapping_add(1);
                        }
                    }
                }
                Some(Token::Open) => {
                    i += 1;
                    let mut code = low;
                    while let Some(Token::Hex(text)) = operands.get(i) {
                        self.insert(code, utf16(text));
                        code = code.saturating_add(1);
                        i += 1;
                    }
                    i += 1;
                }
                _ => return,
            }
        }
    }

    fn insert(&mut self, code: u32, text: String) {
        if self.text.len() < MOST {
            self.text.insert(code, text);
        }
    }

    /// The text of a string that is shown.
    pub(super) fn decode(&self, string: &[u8], out: &mut String) {
        for code in string.chunks(self.width.max(1)) {
            if let Some(text) = self.text.get(&number(code)) {
                out.push_str(text);
            }
        }
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |n, b| n << 8 | u32::from(*b))
}

fn utf16(bytes: &[u8]) -> String {
    if let [one] = bytes {
        return (*one as char).into();
    }
    let units = bytes.chunks_exact(2).take(16).map(|p| u16::from_be_bytes([p[0], p[1]]));
    char::decode_utf16(units).filter_map(Result::ok).collect()
}

fn next(data: &[u8], at: &mut usize) -> Option<Token> {
    while data.get(*at)?.is_ascii_whitespace() {
        *at += 1;
    }
    let first = *data.get(*at)?;
    *at += 1;
    match first {
        b'<' if data.get(*at) != Some(&b'<') => {
            let end = data[*at..].iter().position(|b| *b == b'>').map_or(data.len(), |n| *at + n);
            let hex = super::pdf_text::hex(&data[*at..end]);
            *at = end + 1;
            Some(Token::Hex(hex))
        }
        b'[' => Some(Token::Open),
        b']' => Some(Token::Close),
        first => {
            let start = *at - 1;
            let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'<' | b'[' | b']');
            *at += data[*at..].iter().position(stop).unwrap_or(data.len() - *at);
            let number = first.is_ascii_digit();
            // Counts before `beginbfchar` and names are of no use, and no operators.
            if number { next(data, at) } else { Some(Token::Word(data[start..*at].to_vec())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chars_and_ranges_are_read() {
        let map = UnicodeMap::read(
            b"1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfchar <0003> <0020> endbfchar
              2 beginbfrange <0011> <001A> <0030> <0024> <0025> [<0041> <00420043>] endbfrange",
        );
        let mut out = String::new();
        map.decode(b"\0\x12\0\x13\0\x03\0\x24\0\x25", &mut out);
        assert_eq!(out, "12 ABC");
    }
}
