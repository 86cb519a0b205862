//! One message of the digest: its columns and what can be done with it.

use super::words::local;
use super::{Act, Digest};
use crate::html::short;
use model::settings::DigestColumn;
use model::view::QuarantineRow;
use texts::{named, text};

/// Characters of a column.
const LONG: usize = 90;

pub(super) fn subject(d: &Digest<'_>, row: &QuarantineRow) -> String {
    let subject = short(&row.subject, LONG);
    if subject.trim().is_empty() { text!(d.language, "(no subject)").to_owned() } else { subject }
}

/// The head of a column.
pub(super) fn head(d: &Digest<'_>, column: DigestColumn) -> &'static str {
    named(d.language, column.label())
}

pub(super) fn cell(d: &Digest<'_>, row: &QuarantineRow, column: DigestColumn) -> String {
    match column {
        DigestColumn::Time => local(d, row.received),
        DigestColumn::From => short(&row.sender, LONG),
        DigestColumn::To => short(&row.recipient, LONG),
        DigestColumn::Subject => subject(d, row),
        DigestColumn::Category => named(d.language, row.category.label()).to_owned(),
        DigestColumn::Direction => named(d.language, row.direction.label()).to_owned(),
        DigestColumn::Size => texts::size(d.language, row.size),
    }
}

/// Text and URL of what can be done: look first, then what the owner may.
pub(super) fn links(d: &Digest<'_>, row: &QuarantineRow) -> Vec<(&'static str, String)> {
    let acts = [
        (text!(d.language, "Release"), Act::Release),
        (text!(d.language, "Delete"), Act::Delete),
        (text!(d.language, "Block sender"), Act::Block),
    ];
    let acts = acts.into_iter().filter_map(|(word, act)| Some((word, d.links.act(act, row)?)));
    std::iter::once((text!(d.language, "View"), d.links.message(row.id))).chain(acts).collect()
}
