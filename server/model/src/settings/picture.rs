//! Pictures of the brand (guide chapter 14): small ones, in the settings themselves as a `data:` URL, so that
//! documents, export and every node have them.
//!
//! GIF, PNG and Windows icons, told by their first bytes. No SVG: it can carry scripts.

pub(super) const EXPECTED: &str = "a picture as a data: URL";
/// Of the picture itself.
const BYTES_MAX: usize = 100_000;

/// A sentence where the picture is of another type, too large in bytes, or larger than `width` × `height` pixels.
pub(super) fn check(url: &str, width: Option<u32>, height: u32) -> Result<(), String> {
    let types = "a GIF, PNG or ICO picture as data:image/…;base64,…";
    let data = url.strip_prefix("data:image/").and_then(|r| r.split_once(";base64,")).map(|(_, d)| d);
    let data = data.ok_or_else(|| format!("this is not {types}"))?;
    if data.len() / 4 * 3 > BYTES_MAX {
        return Err(format!("the picture has more than {BYTES_MAX} bytes"));
    }
    if !data.bytes().all(|b| sextet(b).is_some() || b == b'=') {
        return Err(format!("this is not {types}: it holds characters that base64 does not have"));
    }
    let (w, h) =
        size(&head(data)).ok_or_else(|| format!("this is not {types}: its first bytes are of no such type"))?;
    let fits = (1..=width.unwrap_or(u32::MAX)).contains(&w) && (1..=height).contains(&h);
    match (fits, width) {
        (true, _) => Ok(()),
        (false, Some(width)) => {
            Err(format!("the picture has {w} x {h} pixels, at most {width} x {height} are accepted"))
        }
        (false, None) => Err(format!("the picture is {h} pixels high, at most {height} are accepted")),
    }
}

fn sextet(b: u8) -> Option<u32> {
    Some(u32::from(match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// The first 24 bytes, enough for every type's size.
fn head(base64: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(24);
    for group in base64.as_bytes().chunks_exact(4).take(8) {
        let bits = group.iter().fold(0, |bits, b| bits << 6 | sextet(*b).unwrap_or(0));
        out.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    out
}

/// Width and height in pixels.
fn size(head: &[u8]) -> Option<(u32, u32)> {
    let little = |at: usize| Some(u32::from(u16::from_le_bytes([*head.get(at)?, *head.get(at + 1)?])));
    let big = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    match head {
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some((little(6)?, little(8)?)),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some((big(16)?, big(20)?)),
        // One byte each, 0 for 256.
        [0, 0, 1, 0, _, _, w, h, ..] => {
            Some((if *w == 0 { 256 } else { u32::from(*w) }, if *h == 0 { 256 } else { u32::from(*h) }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A GIF of one pixel.
    const GIF: &str = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

    #[test]
    fn pictures_are_told_by_their_bytes_and_bounded_in_size() {
        assert_eq!(check(GIF, Some(760), 77), Ok(()));
        assert!(check(&GIF.replace("AQABA", "AQBQA"), Some(16), 16).is_err_and(|e| e.contains("at most 16 x 16")));
        assert!(check("data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=", None, 77).is_err());
        assert!(check("https://example.com/logo.gif", None, 77).is_err());
        assert!(check(&format!("{GIF}{}", "A".repeat(140_000)), None, 77).is_err_and(|e| e.contains("bytes")));
        let png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAJwAAAApCAYAAAA=";
        assert_eq!(check(png, Some(156), 41), Ok(()), "156 x 41, as the guide has it");
        assert!(check(png, Some(155), 41).is_err());
    }
}
