//! One analyser a file: a plain function of the context that adds findings.

mod antivirus;
mod attachments;
mod awareness;
mod bot;
mod bounce;
mod bulk;
mod classifier;
mod dkim;
mod dmarc;
mod fuzz;
mod language;
mod macros;
mod mime;
mod pdf;
mod phish;
mod rbl;
mod rules;
pub mod score;
mod spf;
mod spoof;

#[cfg(test)]
pub(crate) mod case;
#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod authentication_tests;

use crate::Context;
use model::Finding;

/// An analyser's name, as X-MAG-FILTER and the "why" panel show it, and its function.
pub type Analyser = (&'static str, fn(&Context<'_>, &mut Vec<Finding>));

/// All analysers in the order in which they run; later ones see what earlier ones found.
pub const ALL: &[Analyser] = &[
    ("antivirus", antivirus::analyse),
    ("awareness", awareness::run),
    ("attachments", attachments::analyse),
    ("macros", macros::analyse),
    ("pdf", pdf::analyse),
    ("mime", mime::analyse),
    ("spf", spf::run),
    ("dkim", dkim::run),
    ("dmarc", dmarc::run),
    ("spoof", spoof::run),
    ("fuzz", fuzz::run),
    ("rbl", rbl::run),
    ("bounce", bounce::run),
    ("rules", rules::run),
    ("classifier", classifier::run),
    ("phish", phish::run),
    ("bot", bot::run),
    ("bulk", bulk::run),
    ("language", language::run),
    ("score", score::run),
];
