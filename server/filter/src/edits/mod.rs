//! The verdict written into the message: headers (guide appendix A, RFC 8601), subject tags, stripped parts. Changes
//! are byte ranges of the original; what they do not touch stays as it was signed.

mod annotation;
mod authentication;
mod fields;
mod links;
mod strip;
mod subject;
mod text;

pub use annotation::Annotation;
pub use links::Disabled as DisabledLinks;

use message::Parsed;
use model::{Category, Edit, Findings, Verdict};

/// How headers are named and signed with our name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditOptions {
    /// `X-MAG-`
    pub header_prefix: String,
    /// Our name in Authentication-Results.
    pub hostname: String,
    /// The disclaimer.
    pub annotation: Option<Annotation>,
    /// Received fields of others are taken out; those in our name stay, so that a loop still ends (guide chapter 7
    /// "Strip Internal Received Headers").
    pub strip_received: bool,
    /// A field that every message gets, name and value; one of that name from outside is taken out (guide chapter 6
    /// "Message Annotation").
    pub field: Option<(String, String)>,
    /// Put before the subject of every message.
    pub subject: String,
    /// Links and pictures from elsewhere that are made ineffective.
    pub links: DisabledLinks,
}

impl Default for EditOptions {
    fn default() -> Self {
        EditOptions {
            header_prefix: "X-MAG-".into(),
            hostname: "localhost".into(),
            annotation: None,
            strip_received: false,
            field: None,
            subject: String::new(),
            links: DisabledLinks::default(),
        }
    }
}

/// The changes for one verdict, sorted and without overlaps, for [`model::edit::apply`]. Removes every header with our
/// prefix, and Authentication-Results in our name, that came from outside; adds ours at the top; tags the subject; puts
/// a note in the place of each stripped part. All that is added ends its lines with CRLF.
pub fn edits(p: &Parsed, f: &Findings, v: &Verdict, opts: &EditOptions) -> Vec<Edit> {
    let header = fields::scan(&p.raw, p.body_start);
    let strips = strip::plan(p, v);
    let whole = strips.iter().any(|s| s.part == 0);
    let mut out = Vec::new();
    let mut top = String::new();
    let own_tag = Some(opts.subject.trim()).filter(|t| !t.is_empty() && !v.tags.iter().any(|tag| tag == t));
    let tags: Vec<String> = own_tag.map(str::to_owned).into_iter().chain(v.tags.iter().cloned()).collect();
    if let Some(profile) = &v.profile {
        text::field(&mut top, &format!("{}PROFILE", opts.header_prefix), profile);
    }
    let filter = if v.filter.is_empty() { "none" } else { &v.filter };
    text::field(&mut top, &format!("{}FILTER", opts.header_prefix), filter);
    text::field(&mut top, &format!("{}CATEGORY", opts.header_prefix), category(v.category));
    if !v.info.trim().is_empty() {
        text::field(&mut top, &format!("{}INFO", opts.header_prefix), &v.info);
    }
    authentication::results(&mut top, &f.sender, &opts.hostname);
    if let Some((name, value)) = &opts.field {
        text::field(&mut top, name, value);
    }
    for field in &header.fields {
        let name = field.name(&p.raw);
        let ours = name.len() >= opts.header_prefix.len()
            && name[..opts.header_prefix.len()].eq_ignore_ascii_case(opts.header_prefix.as_bytes());
        let forged = name.eq_ignore_ascii_case(b"authentication-results")
            && authentication::is_in_name_of(field.value(&p.raw), &opts.hostname);
        let of_content = whole && name.len() > 8 && name[..8].eq_ignore_ascii_case(b"content-");
        let internal = opts.strip_received
            && name.eq_ignore_ascii_case(b"received")
            && !text::is_received_by(field.value(&p.raw), &opts.hostname);
        let annotated = opts.field.as_ref().is_some_and(|(own, _)| name.eq_ignore_ascii_case(own.as_bytes()));
        if ours || annotated || forged || of_content || internal {
            out.push(Edit { start: field.start as u64, end: field.end as u64, with: Vec::new() });
        } else if name.eq_ignore_ascii_case(b"subject") {
            let decoded = p.headers.iter().find(|h| h.start == field.start).map_or("", |h| h.value.as_str());
            match subject::cut(decoded, &v.cut_subject) {
                Some(rest) => out.push(subject::replace(field, &tags, &rest)),
                None if !tags.is_empty() => out.push(subject::tag(&p.raw, field, &tags)),
                None => {}
            }
        }
    }
    let has = |wanted: &[u8]| header.fields.iter().any(|x| x.name(&p.raw).eq_ignore_ascii_case(wanted));
    if !tags.is_empty() && !has(b"subject") {
        text::field(&mut top, "Subject", &tags.join(" "));
    }
    let taken: Vec<(u64, u64)> = strips.iter().map(|s| (s.start, s.end)).collect();
    if let Some(annotation) = opts.annotation.as_ref().filter(|_| !whole) {
        out.extend(annotation::plan(p, annotation, &header, &taken));
    }
    let disabled = if whole { Vec::new() } else { links::plan(p, opts.links, &taken) };
    if !disabled.is_empty() {
        let says = "links were disabled; signatures over the body no longer match";
        text::field(&mut top, &format!("{}LINKS", opts.header_prefix), says);
        out.extend(disabled);
    }
    for replaced in strips {
        if replaced.part == 0 {
            if !has(b"mime-version") {
                top.push_str("MIME-Version: 1.0\r\n");
            }
            top.push_str(&replaced.header);
            let blank = if header.ends_with_blank_line { "" } else { "\r\n" };
            let with = format!("{blank}{}\r\n", replaced.body).into_bytes();
            out.push(Edit { start: replaced.start, end: replaced.end, with });
        } else {
            let with = format!("{}\r\n{}", replaced.header, replaced.body).into_bytes();
            out.push(Edit { start: replaced.start, end: replaced.end, with });
        }
    }
    if header.fields.is_empty() && !header.ends_with_blank_line && !whole {
        // A message without any header: what was its first line must not become one of ours.
        top.push_str("\r\n");
    }
    // First, as the sort is stable: in a message without any byte the note for its body goes in at the same place.
    out.insert(0, Edit::insert(header.start as u64, top));
    out.sort_by_key(|e| (e.start, e.end));
    out
}

fn category(c: Category) -> &'static str {
    c.code()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
