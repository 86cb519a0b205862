//! Byte signatures and the search for all of them in one pass.

use aho_corasick::{AhoCorasick, MatchKind};

/// Shortest run of fixed bytes that a segment may be looked up by.
const ANCHOR: usize = 4;

/// Where in a file a signature must start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    /// So many bytes after the start.
    Start(usize),
    /// So many bytes before the end.
    End(usize),
}

/// Bytes without a gap of unknown length; each with a mask of the bits that count.
#[derive(Debug)]
struct Segment {
    bytes: Vec<(u8, u8)>,
    /// Where its anchor starts.
    anchor: usize,
}

#[derive(Debug)]
struct Pattern {
    name: String,
    target: u8,
    place: Place,
    /// In this order, with anything between them.
    segments: Vec<Segment>,
}

/// All byte signatures.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    list: Vec<Pattern>,
    /// Pattern and segment of each literal of the automaton.
    owners: Vec<(usize, usize)>,
    automaton: Option<AhoCorasick>,
}

impl Patterns {
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Adds `Name:Target:Offset:Hex`; why not, where it cannot be.
    pub fn add(&mut self, line: &str) -> Result<(), String> {
        let mut fields = line.split(':');
        let (Some(name), Some(target), Some(offset), Some(hex)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err("expected Name:Target:Offset:Hex".to_owned());
        };
        let target = target.parse().map_err(|_| format!("{target:?} is no target type"))?;
        let place = match offset.strip_prefix("EOF-") {
            _ if offset == "*" => Place::Anywhere,
            Some(n) => Place::End(n.parse().map_err(|_| format!("{offset:?} is no offset"))?),
            None => Place::Start(offset.parse().map_err(|_| format!("the offset {offset:?} is not supported"))?),
        };
        let segments = hex.split('*').map(segment).collect::<Result<Vec<_>, _>>()?;
        if name.is_empty() {
            return Err("a signature needs a name".to_owned());
        }
        self.list.push(Pattern { name: name.to_owned(), target, place, segments });
        Ok(())
    }

    /// Makes them ready to be searched for.
    pub fn compile(&mut self) -> Result<(), String> {
        let mut literals: Vec<Vec<u8>> = Vec::new();
        self.owners.clear();
        for (p, pattern) in self.list.iter().enumerate() {
            for (s, segment) in pattern.segments.iter().enumerate() {
                let fixed = segment.bytes[segment.anchor..].iter().take_while(|(_, mask)| *mask == 0xff).take(32);
                literals.push(fixed.map(|(byte, _)| *byte).collect());
                self.owners.push((p, s));
            }
        }
        let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&literals);
        self.automaton = Some(built.map_err(|e| e.to_string())?);
        Ok(())
    }

    /// Names of the signatures in a file of that kind.
    pub fn search(&self, data: &[u8], kind: &str) -> Vec<&str> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        // How many segments of a pattern were seen, and where the last one ended. The first place that fits is the best
        // for what follows, as the gap between segments has any length.
        let mut progress = vec![(0usize, 0usize); self.list.len()];
        let mut found = Vec::new();
        for hit in automaton.find_overlapping_iter(data) {
            let (p, s) = self.owners[hit.pattern().as_usize()];
            let pattern = &self.list[p];
            let (done, end) = progress[p];
            if s != done || !targets(pattern.target, kind) {
                continue;
            }
            let segment = &pattern.segments[s];
            let Some(start) = hit.start().checked_sub(segment.anchor).filter(|start| *start >= end) else { continue };
            let placed = s > 0
                || match pattern.place {
                    Place::Anywhere => true,
                    Place::Start(n) => start == n,
                    Place::End(n) => data.len() - start == n,
                };
            let Some(bytes) = data.get(start..start + segment.bytes.len()).filter(|_| placed) else { continue };
            if bytes.iter().zip(&segment.bytes).all(|(b, (wanted, mask))| b & mask == *wanted) {
                progress[p] = (done + 1, start + segment.bytes.len());
                if done + 1 == pattern.segments.len() {
                    found.push(pattern.name.as_str());
                }
            }
        }
        found
    }
}

/// Whether a file of that kind is a target of that type (ClamAV's numbers).
fn targets(target: u8, kind: &str) -> bool {
    match target {
        0 => true,
        1 => matches!(kind, "exe" | "dll"),
        2 => matches!(kind, "doc" | "xls" | "ppt" | "ole" | "msg" | "msi" | "vsd"),
        3 => matches!(kind, "html" | "hta" | "svg"),
        4 => kind == "eml",
        5 => matches!(kind, "png" | "jpg" | "gif" | "bmp" | "tiff" | "webp" | "ico"),
        6 => kind == "elf",
        7 => matches!(kind, "txt" | "csv" | "js" | "vbs" | "ps1" | "bat" | "sh" | "xml" | "html"),
        9 => kind == "macho",
        10 => kind == "pdf",
        11 => kind == "swf",
        12 => kind == "class",
        _ => false,
    }
}

/// Hex digits, `??` and `?` for any byte or half of one, `{n}` for so many bytes of any value.
fn segment(hex: &str) -> Result<Segment, String> {
    let mut bytes: Vec<(u8, u8)> = Vec::new();
    let mut rest = hex.trim();
    while !rest.is_empty() {
        if let Some(gap) = rest.strip_prefix('{') {
            let (count, after) = gap.split_once('}').ok_or("an open {")?;
            let count: usize = count.parse().map_err(|_| format!("the gap {{{count}}} is not supported"))?;
            if count > 1_024 {
                return Err(format!("the gap {{{count}}} is too long"));
            }
            bytes.extend(std::iter::repeat_n((0, 0), count));
            rest = after;
            continue;
        }
        let pair = rest.get(..2).ok_or("half a byte")?;
        let mut value = (0u8, 0u8);
        for c in pair.chars() {
            let (digit, mask) = match (c, c.to_digit(16)) {
                ('?', _) => (0, 0),
                (_, Some(d)) => (d as u8, 0xf),
                _ => return Err(format!("{pair:?} is not supported")),
            };
            value = (value.0 << 4 | digit, value.1 << 4 | mask);
        }
        bytes.push(value);
        rest = &rest[2..];
    }
    // The longest run of fixed bytes is what the segment is looked up by.
    let (mut anchor, mut best, mut start) = (0, 0, 0);
    for (i, (_, mask)) in bytes.iter().enumerate() {
        if *mask != 0xff {
            start = i + 1;
        } else if i + 1 - start > best {
            (anchor, best) = (start, i + 1 - start);
        }
    }
    if best < ANCHOR {
        return Err(format!("{hex:?} has no {ANCHOR} fixed bytes in a row"));
    }
    Ok(Segment { bytes, anchor })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn patterns(lines: &[&str]) -> Patterns {
        let mut out = Patterns::default();
        for line in lines {
            out.add(line).unwrap();
        }
        out.compile().unwrap();
        out
    }

    #[test]
    fn signatures_match_where_they_say() {
        let p = patterns(&[
            "Any:0:*:61626364",
            "Start:0:2:61626364",
            "End:0:EOF-4:61626364",
            "Gap:0:*:61626364{2}78*797a797a",
            "Half:0:*:6?62??6465666768",
            "Exe:1:*:61626364",
        ]);
        assert_eq!(p.search(b"__abcd..x...yzyz", "txt"), ["Any", "Start", "Gap"]);
        assert_eq!(p.search(b"abcd", "exe"), ["Any", "End", "Exe"]);
        assert_eq!(p.search(b"_ab_defgh", "txt"), ["Half"]);
        assert!(p.search(b"yzyz abcd12x", "txt").iter().all(|n| *n != "Gap"));
        assert!(p.search(b"", "txt").is_empty());
    }
    #[test]
    fn what_is_not_understood_is_refused_with_its_reason() {
        for (line, why) in [
            ("A:0:*:6162", "no 4 fixed bytes"),
            ("A:0:*:61626364(65|66)", "not supported"),
            ("A:0:*:61626364{2-4}65666768", "not supported"),
            ("A:0:EP+0:61626364", "not supported"),
            ("A:0:*", "expected"),
            ("A:x:*:61626364", "no target"),
            (":0:*:61626364", "needs a name"),
        ] {
            let refused = Patterns::default().add(line).unwrap_err();
            assert!(refused.contains(why), "{line}: {refused}");
        }
    }
    proptest! {
        #[test]
        fn any_line_is_read_or_refused(line in "[A-Za-z:0-9a-f*?{}()|-]{0,60}", data in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut p = Patterns::default();
            if p.add(&line).is_ok() {
                p.compile().unwrap();
                p.search(&data, "txt");
            }
        }
        #[test]
        fn a_signature_is_found_behind_any_decoy(before in proptest::collection::vec(prop::sample::select(b"abcdx".to_vec()), 0..60)) {
            let p = patterns(&["A:0:*:61626364*78787878"]);
            let data = [before.as_slice(), b"abcd", &before, b"xxxx"].concat();
            prop_assert_eq!(p.search(&data, "txt"), ["A"]);
        }
    }
}
