//! docs/settings.md holds the table that the definitions make. `POSTERN_UPDATE_DOCS=1` writes it anew.
#![allow(clippy::unwrap_used)]

use model::settings::{DEFINITIONS, Definition, Entry, Kind, Level, SECTIONS, shown};
use std::fmt::Write;
use std::path::Path;

const BEGIN: &str = "<!-- made from the definitions: begin -->\n";
const END: &str = "<!-- made from the definitions: end -->\n";

fn entry(entry: Entry) -> String {
    match entry {
        Entry::Sender => "address, domain, IP, IP/mask or country".into(),
        Entry::AddressOrDomain => "address or domain".into(),
        Entry::Email => "address".into(),
        Entry::Domain => "domain".into(),
        Entry::DomainPattern => "domain or `*.domain`".into(),
        Entry::Connection => "IP, IP/mask or country".into(),
        Entry::Network => "IP or IP/mask".into(),
        Entry::Country => "country".into(),
        Entry::Listen => "IP:port".into(),
        Entry::Host => "host, host:port, IP or IP:port".into(),
        Entry::Url => "link".into(),
        Entry::Language => "language".into(),
        Entry::Extension => "extension".into(),
        Entry::Header => "header name".into(),
        Entry::RuleException => "`rule:sender`".into(),
        Entry::Word(words) => words.iter().map(|(w, _)| format!("`{w}`")).collect::<Vec<_>>().join(" "),
        Entry::Name => "name".into(),
    }
}

fn values(kind: &Kind) -> String {
    let words = |w: &mut dyn Iterator<Item = &str>| w.map(|w| format!("`{w}`")).collect::<Vec<_>>().join(" ");
    match kind {
        Kind::Bool => "`true` `false`".into(),
        Kind::Int { min, max, unit } => format!("{min}–{max} {unit}"),
        Kind::OneOf { numbers, unit } => {
            format!("{} {unit}", numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
        }
        Kind::Choice(choices) => words(&mut choices.iter().map(|(w, _)| *w)),
        Kind::Text { max, multiline: true } => format!("text, {max} characters"),
        Kind::Text { max, multiline: false } => format!("line, {max} characters"),
        Kind::Action { allowed, outbound } => {
            let also = if *outbound { "; bcc, override" } else { "" };
            format!("{}{also}", words(&mut allowed.iter().map(|a| a.as_str())))
        }
        Kind::Hours { max } => format!("1–{max} hours of the day"),
        Kind::TimeZone => "time zone".into(),
        Kind::Color => "`#rrggbb`".into(),
        Kind::Image { width: Some(width), height } => format!("picture, {width} x {height}"),
        Kind::Image { width: None, height } => format!("picture, {height} high"),
        Kind::One { entry: e, or_empty: true } => format!("{}, or empty", entry(*e)),
        Kind::One { entry: e, or_empty: false } => entry(*e),
        Kind::List { entry: e, max } => format!("list: {}; at most {max}", entry(*e)),
        Kind::Map { key, value, max } => format!("by {}: {}; at most {max}", entry(*key), values(value)),
        Kind::Record(fields) => {
            fields.iter().map(|f| format!("{}: {}", f.name, values(&f.kind))).collect::<Vec<_>>().join(", ")
        }
        Kind::Optional { word, inner, .. } => format!("`{word}` or {}", values(inner)),
    }
}

/// Levels in a few letters each, as the document's legend has them.
fn levels(definition: &Definition) -> String {
    let letters = |l: Level| match l {
        Level::Appliance => "S",
        Level::Brand => "B",
        Level::Account => "A",
        Level::DefaultInbound => "DI",
        Level::DefaultOutbound => "DO",
        Level::Domain => "D",
        Level::OutboundIp => "O",
        Level::OutboundRelay => "R",
        Level::Group => "G",
        Level::Mailbox => "M",
    };
    definition.levels.iter().map(letters).collect::<Vec<_>>().join(" ")
}

fn table() -> String {
    let mut out = format!("{} settings in {} sections.\n", DEFINITIONS.len(), SECTIONS.len());
    for section in &SECTIONS {
        write!(out, "\n### {} (`{}`, chapter {})\n\n", section.title, section.name, section.chapter).unwrap();
        out.push_str("| key | label | what it says | values | default | levels |\n|---|---|---|---|---|---|\n");
        for d in section.definitions() {
            let default = shown(&d.default()).replace('|', "\\|");
            let needs = d.feature.map(|f| format!(" (needs {})", f.label())).unwrap_or_default();
            let (help, values, levels) = (format!("{}{needs}", d.help), values(&d.kind), levels(d));
            writeln!(out, "| `{}` | {} | {help} | {values} | {default} | {levels} |", d.name, d.label).unwrap();
        }
    }
    out
}

#[test]
fn the_document_has_the_table_of_all_settings() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/settings.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let wanted = table();
    if std::env::var_os("POSTERN_UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
    } else {
        assert!(found == wanted, "docs/settings.md is not what the definitions say: POSTERN_UPDATE_DOCS=1 writes it");
    }
}
