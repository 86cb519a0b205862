//! PDF: the text that its content streams show. Documents that need a password are not read.

use super::pdf_text::{Fonts, show};
use super::unicode_map::UnicodeMap;
use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;

/// Bytes that the streams of one document may unpack to.
const UNPACKED: usize = 64 << 20;
/// Streams and objects that are looked at.
const STREAMS: usize = 20_000;
/// Bytes before `stream` in which its dictionary is looked for.
const DICTIONARY: usize = 2_048;

/// A piece of the document with objects in it, and the streams among them.
#[derive(Default)]
struct Document {
    /// Objects by number: their dictionaries, as far as fonts need them.
    objects: HashMap<u32, Vec<u8>>,
    maps: HashMap<u32, Arc<UnicodeMap>>,
    contents: Vec<Vec<u8>>,
}

pub(super) fn text(data: &[u8], most: usize) -> String {
    let document = read(data);
    let fonts = fonts(data, &document);
    let mut out = String::new();
    for content in &document.contents {
        show(content, &fonts, most, &mut out);
        if out.len() >= most {
            break;
        }
    }
    out
}

fn read(data: &[u8]) -> Document {
    let mut document = Document::default();
    let mut left = UNPACKED;
    let (mut before, mut count) = (0usize, 0usize);
    for at in memchr::memmem::find_iter(data, b"stream") {
        if at < before || data[..at].ends_with(b"end") {
            continue;
        }
        count += 1;
        if count > STREAMS || left == 0 {
            break;
        }
        let window = &data[at.saturating_sub(DICTIONARY).max(before)..at];
        let start = memchr::memmem::rfind(window, b" obj").unwrap_or(0);
        let number = number_before(&window[..start]);
        let dictionary = &window[start..];
        let body = at + 6 + data[at + 6..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let end = memchr::memmem::find(&data[body..], b"endstream").map_or(data.len(), |n| body + n);
        before = end;
        let has = |name: &[u8]| memchr::memmem::find(dictionary, name).is_some();
        if has(b"/Image") || has(b"/XRef") || has(b"/Length1") || has(b"/Metadata") || has(b"/FontFile") {
            continue;
        }
        let packed = &data[body..end];
        let content = if has(b"/FlateDecode") || has(b"/Fl ") {
            let mut content = Vec::new();
            // Damaged at its end: what came out is what a reader shows.
            let _ = flate2::read::ZlibDecoder::new(packed).take(left as u64).read_to_end(&mut content);
            content
        } else if has(b"/Filter") {
            continue;
        } else {
            packed[..packed.len().min(left)].to_vec()
        };
        left -= content.len().min(left);
        if has(b"/ObjStm") {
            object_stream(&content, dictionary, &mut document);
        } else if memchr::memmem::find(&content, b"beginbf").is_some() {
            if let Some(number) = number {
                document.maps.insert(number, Arc::new(UnicodeMap::read(&content)));
            }
        } else if memchr::memmem::find(&content, b"Tj").is_some() || memchr::memmem::find(&content, b"TJ").is_some() {
            document.contents.push(content);
        }
    }
    document
}

/// The number of `12 0` at the end of a text.
fn number_before(text: &[u8]) -> Option<u32> {
    let tail = String::from_utf8_lossy(&text[text.len().saturating_sub(20)..]).into_owned();
    let mut words = tail.split_ascii_whitespace().rev();
    words.next()?;
    words.next()?.rsplit(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Objects in a stream (§7.5.7): pairs of number and place, then the objects.
fn object_stream(content: &[u8], dictionary: &[u8], document: &mut Document) {
    let Some(first) = value(dictionary, b"/First").and_then(|n| usize::try_from(n).ok()) else { return };
    let Some(head) = content.get(..first) else { return };
    let head = String::from_utf8_lossy(head);
    let numbers: Vec<u32> = head.split_ascii_whitespace().map_while(|n| n.parse().ok()).take(STREAMS * 2).collect();
    let places: Vec<(u32, usize)> =
        numbers.chunks_exact(2).map(|p| (p[0], first.saturating_add(p[1] as usize))).collect();
    for (i, (number, start)) in places.iter().enumerate() {
        let end = places.get(i + 1).map_or(content.len(), |(_, end)| *end);
        let object = content.get(*start..end).unwrap_or_default();
        if document.objects.len() < STREAMS && memchr::memmem::find(object, b"/F").is_some() {
            document.objects.insert(*number, object[..object.len().min(8 << 10)].to_vec());
        }
    }
}

fn value(dictionary: &[u8], name: &[u8]) -> Option<u32> {
    let at = memchr::memmem::find(dictionary, name)? + name.len();
    let text = String::from_utf8_lossy(&dictionary[at..dictionary.len().min(at + 16)]).into_owned();
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Fonts that have a map, by the names under which pages use them.
fn fonts(data: &[u8], document: &Document) -> Fonts {
    let mut fonts = Fonts::new();
    if document.maps.is_empty() {
        return fonts;
    }
    // Which object is a font with a map: those in streams, and those in the file itself.
    let mut mapped: HashMap<u32, Arc<UnicodeMap>> = HashMap::new();
    for (number, object) in &document.objects {
        if let Some(map) = value(object, b"/ToUnicode").and_then(|n| document.maps.get(&n)) {
            mapped.insert(*number, map.clone());
        }
    }
    for at in memchr::memmem::find_iter(data, b"/ToUnicode").take(STREAMS) {
        let Some(map) = value(&data[at..], b"/ToUnicode").and_then(|n| document.maps.get(&n)) else { continue };
        let window = &data[at.saturating_sub(DICTIONARY)..at];
        let number = memchr::memmem::rfind(window, b" obj").and_then(|n| number_before(&window[..n]));
        mapped.extend(number.map(|n| (n, map.clone())));
    }
    let mut names = |text: &[u8]| {
        let mut at = 0;
        while let Some(found) = memchr::memchr(b'/', &text[at..]) {
            let start = at + found + 1;
            let length = text[start..]
                .iter()
                .take(40)
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'+' | b'-' | b'.'))
                .count();
            at = start + length;
            let after = &text[at..text.len().min(at + 16)];
            let after = String::from_utf8_lossy(after).into_owned();
            let mut words = after.split_ascii_whitespace();
            let (Some(number), Some(_), Some(r)) = (words.next(), words.next(), words.next()) else { continue };
            let Some(map) = number.parse().ok().filter(|_| r.starts_with('R')).and_then(|n: u32| mapped.get(&n)) else {
                continue;
            };
            let maps = fonts.entry(text[start..at].to_vec()).or_default();
            if maps.len() < 64 && !maps.iter().any(|m| Arc::ptr_eq(m, map)) {
                maps.push(map.clone());
            }
        }
    };
    names(data);
    document.objects.values().for_each(|object| names(object));
    fonts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(data: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(data).unwrap();
        out.finish().unwrap()
    }
    fn stream(number: u32, entries: &str, data: &[u8]) -> Vec<u8> {
        let head = format!("{number} 0 obj\n<< {entries} /Length {} >>\nstream\n", data.len());
        [head.as_bytes(), data, b"\nendstream\nendobj\n"].concat()
    }

    #[test]
    fn plain_and_packed_streams_are_read() {
        let shown = packed(b"BT /F1 9 Tf (Card 4111 1111 1111 1111) Tj ET");
        let pdf = [
            b"%PDF-1.4\n".as_slice(),
            &stream(4, "/Filter /FlateDecode", &shown),
            &stream(5, "", b"BT (second) Tj ET"),
        ]
        .concat();
        assert_eq!(text(&pdf, 10_000).trim(), "Card 4111 1111 1111 1111\nsecond");
    }

    #[test]
    fn codes_of_a_font_are_read_by_its_map_wherever_the_font_stands() {
        let map = packed(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0001> <000A> <0030> endbfrange",
        );
        let font = "<< /Type /Font /ToUnicode 9 0 R >>";
        let page = "<< /Resources << /Font << /C2_0 7 0 R >> >> >>";
        let direct = [
            b"%PDF-1.5\n".as_slice(),
            format!("7 0 obj\n{font}\nendobj\n3 0 obj\n{page}\nendobj\n").as_bytes(),
            &stream(9, "/Filter /FlateDecode", &map),
            &stream(4, "", b"BT /C2_0 9 Tf <000500020002> Tj ET"),
        ]
        .concat();
        assert_eq!(text(&direct, 10_000).trim(), "411");
        let head = format!("7 0 3 {} ", font.len() + 1);
        let objects = packed(format!("{head}{font} {page}").as_bytes());
        let within = [
            b"%PDF-1.5\n".as_slice(),
            &stream(2, &format!("/Type /ObjStm /N 2 /First {} /Filter /FlateDecode", head.len()), &objects),
            &stream(9, "/Filter /FlateDecode", &map),
            &stream(4, "", b"BT /C2_0 9 Tf <000500020002> Tj ET"),
        ]
        .concat();
        assert_eq!(text(&within, 10_000).trim(), "411");
    }
}
