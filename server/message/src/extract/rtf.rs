//! Rich Text Format: the text between groups and control words.

/// Groups that hold no text of the document.
const HIDDEN: &[&str] = &[
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "objdata",
    "themedata",
    "datastore",
    "latentstyles",
    "listtable",
    "listoverridetable",
    "rsidtbl",
    "generator",
    "colorschememapping",
    "fldinst",
    "xmlnstbl",
];
/// Deepest group whose visibility is remembered.
const DEPTH: usize = 1_000;

pub(super) fn text(data: &[u8], most: usize) -> String {
    let mut out = String::new();
    let mut stack: Vec<bool> = Vec::new();
    let mut hidden = false;
    // Characters that stand for the one before, where a reader knows no Unicode.
    let mut skip = 0;
    let mut at = 0;
    while at < data.len() && out.len() < most {
        let b = data[at];
        at += 1;
        match b {
            b'{' if stack.len() < DEPTH => stack.push(hidden),
            b'}' => hidden = stack.pop().unwrap_or(false),
            b'\\' => at = control(data, at, &mut hidden, &mut skip, &mut out),
            b'{' | b'\r' | b'\n' => {}
            _ if hidden => {}
            _ if skip > 0 => skip -= 1,
            b => out.push(latin(b)),
        }
    }
    out
}

/// Windows-1252, as far as it is Latin-1.
fn latin(b: u8) -> char {
    match b {
        0x91 | 0x92 => '\'',
        0x93 | 0x94 => '"',
        0x96 | 0x97 => '-',
        0xa0 => ' ',
        b => b as char,
    }
}

/// Reads a control word or symbol; where the next byte is.
fn control(data: &[u8], at: usize, hidden: &mut bool, skip: &mut usize, out: &mut String) -> usize {
    let Some(&first) = data.get(at) else { return at };
    if !first.is_ascii_alphabetic() {
        match first {
            b'\'' => {
                let digit = |i: usize| data.get(i).and_then(|b| (*b as char).to_digit(16));
                let Some((high, low)) = digit(at + 1).zip(digit(at + 2)) else { return at + 1 };
                if *skip > 0 {
                    *skip -= 1;
                } else if !*hidden {
                    out.push(latin((high * 16 + low) as u8));
                }
                return at + 3;
            }
            b'*' => *hidden = true,
            b'~' if !*hidden => out.push(' '),
            b'_' if !*hidden => out.push('-'),
            b'\\' | b'{' | b'}' if !*hidden => out.push(first as char),
            _ => {}
        }
        return at + 1;
    }
    let word = data[at..].iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
    let name = std::str::from_utf8(&data[at..at + word]).unwrap_or_default();
    let mut next = at + word;
    let number = data[next..].iter().take(11).take_while(|b| b.is_ascii_digit() || **b == b'-').count();
    let value: Option<i32> = std::str::from_utf8(&data[next..next + number]).ok().and_then(|n| n.parse().ok());
    next += number;
    if data.get(next) == Some(&b' ') {
        next += 1;
    }
    match name {
        "u" if !*hidden => {
            let code = value.unwrap_or(0);
            let code = if code < 0 { code + 65_536 } else { code };
            out.extend(u32::try_from(code).ok().and_then(char::from_u32));
            *skip = 1;
        }
        "par" | "line" | "cell" | "row" | "tab" | "sect" | "page" => out.push(if *hidden { ' ' } else { '\n' }),
        "bin" => next = next.saturating_add(usize::try_from(value.unwrap_or(0)).unwrap_or(0)).min(data.len()),
        name if HIDDEN.contains(&name) => *hidden = true,
        _ => {}
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_tables_of_fonts_are_not() {
        let rtf = br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator Some 1.0;}\b Card\b0  4111-{\i 1111}-1111-1111\par caf\'e9 \u8364?x \{y\}}";
        assert_eq!(text(rtf, 1_000).trim(), "Card 4111-1111-1111-1111\ncafé €x {y}");
        assert_eq!(text(b"{\\rtf1\\bin99999 abc", 1_000), "");
    }
}
