//! The tree of MIME parts as byte ranges (RFC 2046), found in one pass over the bytes with a bounded stack.

use crate::{
    anomaly::AnomalyKind,
    content::{self, Content, Typed},
    headers,
    limits::Ledger,
    view::Encoding,
};
use std::ops::Range;

/// How many second readings of conflicting headers are followed.
const MOST_ALTERNATIVES: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Leaf,
    Multipart,
    Message,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub parent: Option<u32>,
    pub content: Content,
    pub shape: Shape,
    pub start: usize,
    pub body_start: usize,
    pub end: usize,
    pub children: u32,
}

/// The parts of one buffer, parents before children.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    pub nodes: Vec<Node>,
    /// Ranges that belong to no part but may be shown.
    pub strays: Vec<(&'static str, Range<usize>)>,
    pub root: headers::Block,
}

struct Frame {
    node: usize,
    /// None for an attached message, which ends with the part around it.
    boundary: Option<Vec<u8>>,
    closed: bool,
}

struct Delimiter {
    line: usize,
    next: usize,
    frame: usize,
    closing: bool,
}

/// Reads the tree of the whole buffer. `taken` parts are already used up of the limit.
pub(crate) fn read(raw: &[u8], depth: usize, taken: usize, ledger: &mut Ledger<'_>) -> Tree {
    let mut tree = Tree::default();
    walk(raw, 0..raw.len(), None, depth, taken, &mut tree, ledger);
    let conflicts: Vec<(usize, Typed)> = tree
        .nodes
        .iter()
        .enumerate()
        .flat_map(|(i, n)| n.content.others.iter().map(move |t| (i, t.clone())))
        .filter(|(_, t)| t.value.starts_with("multipart/"))
        .take(MOST_ALTERNATIVES)
        .collect();
    for (i, kind) in conflicts {
        let range = tree.nodes[i].body_start..tree.nodes[i].end;
        let again = Frame { node: i, boundary: kind.boundary(), closed: false };
        if again.boundary.is_some() {
            walk(raw, range, Some(again), depth, taken, &mut tree, ledger);
        }
    }
    tree
}

fn walk(
    raw: &[u8],
    range: Range<usize>,
    inside: Option<Frame>,
    depth: usize,
    taken: usize,
    tree: &mut Tree,
    ledger: &mut Ledger<'_>,
) {
    let (mut pos, end) = (range.start, range.end);
    let bare_cr = has_bare_cr(&raw[range.clone()]);
    let mut stack: Vec<Frame> = Vec::new();
    // The part whose content is being passed over, if it is a leaf.
    let mut leaf: Option<usize> = None;
    let mut region = pos;
    let mut from = pos;
    let mut entity = true;
    if let Some(frame) = inside {
        stack.push(frame);
        entity = false;
    }
    loop {
        if entity {
            if tree.nodes.len() + taken >= ledger.limits.parts || ledger.late() {
                ledger.hit(format!("more than {} parts", ledger.limits.parts));
                tree.strays.push(("parts past the limit", pos..end));
                close_from(0, end, &mut stack, tree, ledger);
                return;
            }
            let id = tree.nodes.len();
            let block = headers::scan(raw, pos, end, |line| delimiter_at(raw, line, end, &stack).is_some(), ledger);
            let whose = if id == 0 { "header".to_owned() } else { format!("header of part {id}") };
            headers::check(raw, &block, &whose, ledger);
            let content = content::read(raw, &block, &whose, ledger);
            tree.strays.extend(block.strays.iter().map(|r| ("header line without a name", r.clone())));
            let parent = stack.last().map(|f| f.node);
            let digest = parent.is_some_and(|p| tree.nodes[p].content.kind.value == "multipart/digest");
            if let Some(p) = parent {
                tree.nodes[p].children += 1;
            }
            let body_start = block.body_start;
            let deep = stack.len() + depth >= ledger.limits.nesting;
            let (shape, boundary) = shape(raw, body_start..end, &content, digest, ledger);
            if deep && shape != Shape::Leaf {
                ledger.hit(format!("parts nested deeper than {}", ledger.limits.nesting));
            }
            let shape = if deep { Shape::Leaf } else { shape };
            if id == 0 {
                tree.root = block;
            }
            let parent = parent.and_then(|p| u32::try_from(p).ok());
            tree.nodes.push(Node { parent, content, shape, start: pos, body_start, end, children: 0 });
            leaf = (shape == Shape::Leaf).then_some(id);
            (region, from) = (body_start, body_start);
            match shape {
                Shape::Leaf => {}
                Shape::Multipart => stack.push(Frame { node: id, boundary, closed: false }),
                Shape::Message => {
                    stack.push(Frame { node: id, boundary: None, closed: false });
                    pos = body_start;
                    continue;
                }
            }
        }
        let Some(found) = next_delimiter(raw, from, end, &stack, bare_cr) else {
            if leaf.is_none() {
                stray(raw, region..end, stack.last().is_some_and(|f| f.closed), tree);
            }
            close_from(0, end, &mut stack, tree, ledger);
            return;
        };
        let content_end = before_line_end(raw, found.line, region);
        match leaf.take() {
            Some(id) => tree.nodes[id].end = content_end,
            None => stray(raw, region..content_end, stack.last().is_some_and(|f| f.closed), tree),
        }
        close_from(found.frame + 1, content_end, &mut stack, tree, ledger);
        let frame = &mut stack[found.frame];
        (region, from, pos) = (found.next, found.next, found.next);
        entity = !found.closing;
        if entity && frame.closed {
            ledger.anomaly(AnomalyKind::BoundaryReuse, "a part after the closing delimiter");
        }
        frame.closed |= found.closing;
    }
}

/// What a part is by its header, and the boundary of its children.
fn shape(
    raw: &[u8],
    body: Range<usize>,
    content: &Content,
    digest: bool,
    ledger: &mut Ledger<'_>,
) -> (Shape, Option<Vec<u8>>) {
    let kind = content.kind.value.as_str();
    if kind.starts_with("multipart/") {
        if let Some(boundary) = content.kind.boundary() {
            return (Shape::Multipart, Some(boundary));
        }
        ledger.anomaly(AnomalyKind::MissingBoundary, format!("{kind} without a boundary"));
        // Some programs take the first line that looks like a delimiter.
        let start = raw[body.clone()].iter().take(4_096).take_while(|b| b.is_ascii_whitespace()).count() + body.start;
        let line = &raw[start..line_end(raw, start, body.end)];
        return match line.trim_ascii_end().strip_prefix(b"--") {
            Some(b) if !b.is_empty() && b.len() <= 70 => (Shape::Multipart, Some(b.to_vec())),
            _ => (Shape::Leaf, None),
        };
    }
    let message =
        matches!(kind, "message/rfc822" | "message/global" | "message/rfc2822") || (kind.is_empty() && digest);
    let plain = matches!(content.encoding, Encoding::Identity | Encoding::Unknown);
    (if message && plain { Shape::Message } else { Shape::Leaf }, None)
}

/// Ends the frames from `keep` on.
fn close_from(keep: usize, end: usize, stack: &mut Vec<Frame>, tree: &mut Tree, ledger: &mut Ledger<'_>) {
    for frame in stack.drain(keep.min(stack.len())..).rev() {
        let node = &mut tree.nodes[frame.node];
        node.end = end;
        if frame.boundary.is_some() && node.children == 0 && !frame.closed {
            ledger.anomaly(
                AnomalyKind::MissingBoundary,
                format!("the boundary of {} never appears", node.content.kind.value),
            );
        } else if frame.boundary.is_some() && !frame.closed {
            ledger.anomaly(
                AnomalyKind::UnterminatedMultipart,
                format!("{} without a closing delimiter", node.content.kind.value),
            );
        }
    }
}

fn stray(raw: &[u8], range: Range<usize>, after: bool, tree: &mut Tree) {
    if raw.get(range.clone()).is_some_and(|text| !text.trim_ascii().is_empty()) && tree.strays.len() < 256 {
        tree.strays.push((if after { "text after the last part" } else { "text before the first part" }, range));
    }
}

fn next_delimiter(raw: &[u8], from: usize, end: usize, stack: &[Frame], bare_cr: bool) -> Option<Delimiter> {
    if stack.is_empty() {
        return None;
    }
    if let Some(found) = delimiter_at(raw, from, end, stack) {
        return Some(found);
    }
    if !bare_cr {
        return memchr::memmem::find_iter(&raw[from..end], b"\n--")
            .find_map(|n| delimiter_at(raw, from + n + 1, end, stack));
    }
    memchr::memmem::find_iter(&raw[from..end], b"--")
        .filter(|n| *n > 0 && matches!(raw[from + n - 1], b'\r' | b'\n'))
        .find_map(|n| delimiter_at(raw, from + n, end, stack))
}

/// Whether the line at `line` is a delimiter of an open multipart; of the innermost that fits.
fn delimiter_at(raw: &[u8], line: usize, end: usize, stack: &[Frame]) -> Option<Delimiter> {
    let text = raw.get(line..end)?.strip_prefix(b"--")?;
    // No delimiter is longer; looking no further keeps the search linear.
    let longest = stack.iter().filter_map(|f| f.boundary.as_ref()).map(Vec::len).max()? + 2;
    let window = &text[..text.len().min(longest + 128)];
    let length = memchr::memchr2(b'\r', b'\n', window).unwrap_or(window.len());
    let text = window[..length].trim_ascii_end();
    let frame_of = |wanted: &[u8]| stack.iter().rposition(|f| f.boundary.as_deref() == Some(wanted));
    let (frame, closing) = match frame_of(text) {
        Some(frame) => (frame, false),
        None => (frame_of(text.strip_suffix(b"--")?.trim_ascii_end())?, true),
    };
    let mut next = line + 2 + length;
    if raw.get(next) == Some(&b'\r') && next < end {
        next += 1;
    }
    if raw.get(next) == Some(&b'\n') && next < end {
        next += 1;
    }
    Some(Delimiter { line, next: next.min(end), frame, closing })
}

/// The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1).
fn before_line_end(raw: &[u8], line: usize, least: usize) -> usize {
    let mut at = line;
    if at > least && raw[at - 1] == b'\n' {
        at -= 1;
    }
    if at > least && raw[at - 1] == b'\r' {
        at -= 1;
    }
    at.max(least)
}

fn line_end(raw: &[u8], from: usize, end: usize) -> usize {
    memchr::memchr(b'\n', &raw[from..end]).map_or(end, |n| from + n)
}

fn has_bare_cr(raw: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', raw).any(|at| raw.get(at + 1) != Some(&b'\n'))
}
