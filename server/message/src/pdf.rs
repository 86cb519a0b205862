//! What in a PDF runs (ISO 32000-1 §12.6.4.16): JavaScript actions, also in compressed object streams and behind names
//! written with `#xx`.

use crate::{container::unpack_stream, limits::Ledger};

/// Bytes before `stream` in which its dictionary is looked for.
const DICTIONARY: usize = 2_048;
/// Bytes that the object streams of one document may unpack to.
const UNPACKED: u64 = 64 << 20;
/// Object streams of one document that are unpacked.
const STREAMS: usize = 10_000;

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub javascript: bool,
    pub encrypted: bool,
}

/// Names that matter, once each.
#[derive(Debug, Default)]
struct Names {
    javascript: bool,
    js: bool,
    rendition: bool,
    xfa: bool,
    encrypt: bool,
}

pub(crate) fn look(data: &[u8], ledger: &mut Ledger<'_>) -> Found {
    let mut names = Names::default();
    names.read(data);
    let mut script_in_form = false;
    let (mut unpacked, mut streams) = (0u64, 0usize);
    // No dictionary reaches back beyond the stream before it, and ends are looked up once: both keep this linear.
    let (mut before, mut stream_end) = (0usize, 0usize);
    for at in memchr::memmem::find_iter(data, b"stream") {
        let window = &data[at.saturating_sub(DICTIONARY).max(before)..at];
        before = at + 6;
        // Object streams first of all; with an XFA form every stream, as the form's scripts are in one.
        if window.ends_with(b"end") || (names.javascript && !names.xfa) {
            continue;
        }
        let dictionary = decode_names(window);
        let dictionary = &dictionary[memchr::memmem::rfind(&dictionary, b" obj").unwrap_or(0)..];
        let has = |name: &[u8]| memchr::memmem::find(dictionary, name).is_some();
        if !(has(b"/ObjStm") || names.xfa) || !has(b"/Fl") {
            continue;
        }
        let start = at + 6 + data[at + 6..].iter().take(2).take_while(|b| matches!(b, b'\r' | b'\n')).count();
        if stream_end < start {
            stream_end = memchr::memmem::find(&data[start..], b"endstream").map_or(data.len(), |n| start + n);
        }
        let packed = &data[start..stream_end];
        // The two bytes before deflated data (RFC 1950 §2.2); setting up for what is none would cost more than reading it.
        let is_zlib =
            packed.len() > 2 && packed[0] & 15 == 8 && u16::from_be_bytes([packed[0], packed[1]]).is_multiple_of(31);
        if !is_zlib {
            continue;
        }
        streams += 1;
        if streams > STREAMS {
            ledger.hit(format!("more than {STREAMS} compressed object streams in a PDF"));
            break;
        }
        let inner = unpack_stream(flate2::read::ZlibDecoder::new(packed), packed.len() as u64, ledger);
        unpacked += inner.size;
        names.read(&inner.data);
        script_in_form |= memchr::memmem::find(&inner.data, b"application/x-javascript").is_some();
        if unpacked > UNPACKED {
            ledger.hit(format!("object streams of a PDF unpack to more than {} MiB", UNPACKED >> 20));
        }
        if inner.limited || unpacked > UNPACKED {
            break;
        }
    }
    Found { javascript: names.javascript || (names.js && names.rendition) || script_in_form, encrypted: names.encrypt }
}

impl Names {
    /// Reads the names in a piece of a document.
    fn read(&mut self, data: &[u8]) {
        for at in memchr::memchr_iter(b'/', data) {
            match name(&data[at + 1..]).as_slice() {
                b"JavaScript" => self.javascript = true,
                b"JS" => self.js = true,
                b"Rendition" => self.rendition = true,
                b"XFA" => self.xfa = true,
                b"Encrypt" => self.encrypt = true,
                _ => {}
            }
        }
    }
}

/// The name that stands here, `#xx` decoded. None that matters is longer than ten characters.
fn name(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while out.len() < 11 {
        let hex = |i: usize| text.get(i).and_then(|b| (*b as char).to_digit(16)).map(|d| d as u8);
        match (text.get(at), hex(at + 1), hex(at + 2)) {
            (Some(b'#'), Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            (Some(b), _, _) if b.is_ascii_alphanumeric() => {
                out.push(*b);
                at += 1;
            }
            _ => break,
        }
    }
    out
}

/// A dictionary with its names decoded.
fn decode_names(dictionary: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(dictionary.len());
    let mut at = 0;
    while let Some(&b) = dictionary.get(at) {
        let hex = |i: usize| dictionary.get(i).and_then(|b| (*b as char).to_digit(16)).map(|d| d as u8);
        match (b, hex(at + 1), hex(at + 2)) {
            (b'#', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            _ => {
                out.push(b);
                at += 1;
            }
        }
    }
    out
}
