//! Text cut to what a small page holds, counted in the bytes that it takes there.

/// Bytes of a character in HTML text or in an attribute's value.
fn cost(c: char) -> usize {
    match c {
        '&' => 5,
        '<' | '>' => 4,
        '"' => 6,
        c => c.len_utf8(),
    }
}

/// The longest start of `text` that costs at most `max`.
fn fits(text: &str, max: usize) -> usize {
    let mut spent = 0;
    for (at, c) in text.char_indices() {
        spent += cost(c);
        if spent > max {
            return at;
        }
    }
    text.len()
}

/// `text`, or its start with an ellipsis, in at most `max` bytes of a page (at least 3).
pub fn clip(text: &str, max: usize) -> String {
    let text = text.trim();
    match fits(text, max) {
        n if n == text.len() => text.to_owned(),
        _ => format!("{}…", text[..fits(text, max.saturating_sub(3))].trim_end()),
    }
}

/// One piece of a long text, each of at most `max` bytes of a page and cut at a line's end where one is near;
/// `number` from 1, out of range: the nearest. With the number of the piece, and how many there are.
pub fn piece(text: &str, max: usize, number: usize) -> (&str, usize, usize) {
    let max = max.max(8);
    let (mut rest, mut pieces) = (text, Vec::new());
    while !rest.is_empty() {
        let mut n = fits(rest, max).max(1);
        if n < rest.len()
            && let Some(line) = rest[..n].rfind('\n').filter(|at| *at > n / 2)
        {
            n = line + 1;
        }
        let (head, tail) = rest.split_at(n);
        pieces.push(head);
        rest = tail;
    }
    let number = number.clamp(1, pieces.len().max(1));
    (pieces.get(number - 1).copied().unwrap_or_default(), number, pieces.len().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_cut_ends_with_an_ellipsis() {
        assert_eq!((clip(" abc ", 3), clip("abcdef ghi", 9)), ("abc".into(), "abcdef…".into()));
        assert_eq!(clip("&&&", 14), "&&…");
    }
    #[test]
    fn pieces_end_with_a_line_where_one_is_near() {
        assert_eq!(piece("one two\nthree four", 12, 1), ("one two\n", 1, 2));
        assert_eq!(piece("one two\nthree four", 12, 9), ("three four", 2, 2));
        assert_eq!(piece("", 12, 0), ("", 1, 1));
    }
    proptest! {
        #[test]
        fn a_clip_costs_no_more_than_it_may(s in ".*", max in 3usize..60) {
            prop_assert!(clip(&s, max).chars().map(cost).sum::<usize>() <= max);
        }
        #[test]
        fn the_pieces_are_the_text(s in "(?s).*", max in 8usize..40) {
            let n = piece(&s, max, 1).2;
            let all: Vec<_> = (1..=n).map(|i| piece(&s, max, i).0).collect();
            prop_assert!(all.iter().all(|p| p.chars().map(cost).sum::<usize>() <= max));
            prop_assert_eq!(all.concat(), s);
        }
    }
}
