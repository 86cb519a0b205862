//! What the octets of strangers meet first, for fuzzing. Each function takes any octets; it panics where what must always
//! hold does not.

use crate::param::{self, Offered};
use crate::scan::Scanner;
use crate::{command, headers::Headers, hops::Hops, line, optional::Optional, path, proxy, verbs, xclient};
use futures::FutureExt;

/// A pipelined block of commands.
pub fn commands(mut input: &[u8]) {
    while let Some(found) = line::find(input, 4_096) {
        assert!(found.used > 0 && found.used <= input.len(), "a line ends within the input");
        if let Ok(text) = found.line {
            let (_, argument) = command::split(text);
            let _ = command::is_host(argument);
            let _ = xclient::parse(argument);
            let _ = verbs::bdat::parse(argument);
            for keyword in ["FROM:", "TO:"] {
                let Some((path, rest)) = command::after_keyword(argument, keyword).and_then(path::parse) else {
                    continue;
                };
                assert!(path.len() + rest.len() <= argument.len(), "a path is part of its line");
                let _ = model::EmailAddress::parse(path);
                let _ = param::mail(rest, Offered { auth: true, require_tls: true });
                let _ = param::rcpt(rest);
            }
        }
        input = input.get(found.used..).unwrap_or_default();
    }
}

/// The header of a trusted proxy.
pub fn proxy_header(mut input: &[u8]) {
    let read = proxy::read(&mut input).now_or_never();
    assert!(read.is_some(), "all octets are here, so nothing is waited for");
}

/// A text by DATA or BDAT: what comes of it does not depend on how it is cut. The first two octets say which, and where.
pub fn text(input: &[u8]) {
    let Some((&[how, cut], text)) = input.split_first_chunk::<2>() else { return };
    let dots = how & 1 == 0;
    let cut = usize::from(cut).min(text.len());
    let whole = scanned(&[text], dots);
    let (front, back) = text.split_at(cut);
    assert_eq!(whole, scanned(&[front, back], dots));
    if dots {
        // Smuggling: nothing of the text is a line of one dot, and there is no line end but CRLF.
        assert!(whole.2 || !whole.0.windows(3).any(|w| w[0] != b'\r' && w[1] == b'\n'), "a bare LF is a fault");
    }
}

/// The text, whether its end was seen, and whether there was a fault.
fn scanned(pieces: &[&[u8]], dots: bool) -> (Vec<u8>, bool, bool) {
    let mut scanner = Scanner::new(dots, 1_000);
    let (mut hops, mut headers, mut optional) = (Hops::new(), Headers::new(), Optional::default());
    let (mut out, mut end) = (Vec::new(), false);
    for piece in pieces {
        let mut rest = piece.to_vec();
        let found = scanner.scan(&mut rest);
        assert!(found.kept <= found.used && found.used <= rest.len(), "the text is part of the piece");
        let text = rest.get(..found.kept).unwrap_or_default();
        hops.feed(text);
        headers.feed(text);
        optional.feed(text);
        out.extend_from_slice(text);
        end = found.end;
        if end {
            break;
        }
    }
    let _ = (hops.count(), headers.finish(), optional.found());
    (out, end, scanner.fault().is_some())
}
