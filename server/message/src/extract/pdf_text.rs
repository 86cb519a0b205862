//! What a content stream of a PDF shows (ISO 32000-1 §9.4.3).

use super::unicode_map::UnicodeMap;
use std::collections::HashMap;
use std::sync::Arc;

pub(super) type Fonts = HashMap<Vec<u8>, Vec<Arc<UnicodeMap>>>;

/// A shift to the left within a line, in thousandths of the font's size, that is a gap between words.
const GAP: f32 = -180.0;

/// Appends the text of a content stream; fonts by the name under which they are used.
pub(super) fn show(data: &[u8], fonts: &Fonts, most: usize, out: &mut String) {
    let mut strings: Vec<Vec<u8>> = Vec::new();
    let mut name: Vec<u8> = Vec::new();
    let mut map: Option<&[Arc<UnicodeMap>]> = None;
    let mut at = 0;
    let mut in_array = false;
    while at < data.len() && out.len() < most {
        let b = data[at];
        at += 1;
        match b {
            b'(' => strings.push(literal(data, &mut at)),
            b'<' if data.get(at) == Some(&b'<') => at += 1,
            b'<' => {
                let end = data[at..].iter().position(|b| *b == b'>').map_or(data.len(), |n| at + n);
                strings.push(hex(&data[at..end]));
                at = end + 1;
            }
            b'[' => in_array = true,
            b']' => in_array = false,
            b'/' => name = word(data, &mut at).to_vec(),
            b'%' => at += data[at..].iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(data.len() - at),
            b if b.is_ascii_alphabetic() || matches!(b, b'\'' | b'"') => {
                at -= 1;
                let operator = if matches!(b, b'\'' | b'"') {
                    at += 1;
                    std::slice::from_ref(&data[at - 1])
                } else {
                    let start = at;
                    word(data, &mut at);
                    if at == start {
                        at += 1;
                    }
                    &data[start..at]
                };
                match operator {
                    b"Tj" | b"TJ" => write(&mut strings, map, out),
                    b"'" | b"\"" => {
                        out.push('\n');
                        write(&mut strings, map, out);
                    }
                    b"Tf" => map = fonts.get(&name).map(Vec::as_slice),
                    b"Td" | b"TD" | b"T*" | b"Tm" | b"ET" if !out.ends_with(['\n', ' ']) => out.push('\n'),
                    _ => {}
                }
                strings.clear();
            }
            b if in_array && (b == b'-' || b.is_ascii_digit() || b == b'.') => {
                at -= 1;
                let start = at;
                at +=
                    data[at..].iter().position(|b| !matches!(b, b'-' | b'.' | b'0'..=b'9')).unwrap_or(data.len() - at);
                let shift: f32 = std::str::from_utf8(&data[start..at]).ok().and_then(|n| n.parse().ok()).unwrap_or(0.0);
                if shift < GAP {
                    // Marks a gap, which no font has as a string.
                    strings.push(Vec::new());
                }
            }
            _ => {}
        }
    }
}

fn write(strings: &mut Vec<Vec<u8>>, maps: Option<&[Arc<UnicodeMap>]>, out: &mut String) {
    for string in strings.drain(..) {
        match maps {
            _ if string.is_empty() => out.push(' '),
            None | Some([]) => out.extend(string.iter().map(|b| *b as char)),
            Some(maps) => {
                // Fonts of several pages may share a name; the first that knows the codes speaks.
                for map in maps {
                    let before = out.len();
                    map.decode(&string, out);
                    if out.len() > before {
                        break;
                    }
                }
            }
        }
    }
}

/// Up to a delimiter (§7.2.2).
fn word<'a>(data: &'a [u8], at: &mut usize) -> &'a [u8] {
    let start = *at;
    let stop = |b: &u8| {
        b.is_ascii_whitespace() || matches!(b, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'/' | b'%' | b'{' | b'}' | 0)
    };
    *at += data[start..].iter().position(stop).unwrap_or(data.len() - start);
    &data[start..*at]
}

/// A string in parentheses, with its escapes (§7.3.4.2).
fn literal(data: &[u8], at: &mut usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut depth = 1u32;
    while let Some(&b) = data.get(*at) {
        *at += 1;
        match b {
            b'(' => {
                depth += 1;
                out.push(b);
            }
            b')' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
                out.push(b);
            }
            b'\\' => {
                let Some(&c) = data.get(*at) else { break };
                *at += 1;
                match c {
                    b'n' | b'r' | b't' => out.push(b' '),
                    b'0'..=b'7' => {
                        let mut code = u32::from(c - b'0');
                        for _ in 0..2 {
                            let Some(d @ b'0'..=b'7') = data.get(*at) else { break };
                            code = code * 8 + u32::from(d - b'0');
                            *at += 1;
                        }
                        out.push((code & 255) as u8);
                    }
                    b'\r' | b'\n' | b'b' | b'f' => {}
                    c => out.push(c),
                }
            }
            b => out.push(b),
        }
    }
    out
}

/// The bytes of hexadecimal digits; a last odd one counts as if a zero followed.
pub(super) fn hex(text: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = text.iter().filter_map(|b| (*b as char).to_digit(16).map(|d| d as u8)).collect();
    digits.chunks(2).map(|p| p[0] << 4 | p.get(1).copied().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_arrays_and_lines_are_shown_in_order() {
        let mut out = String::new();
        show(
            b"BT /F1 12 Tf 1 0 0 1 72 700 Tm (Card \\(new\\)) Tj T* [(41) 20 (11) -300 (111\\061)] TJ ET",
            &Fonts::new(),
            999,
            &mut out,
        );
        assert_eq!(out, "\nCard (new)\n4111 1111\n");
    }
}
