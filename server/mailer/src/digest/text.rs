//! The digest as plain text: all that the HTML says.

use super::words::{ZoneWords, more_links, my_account, own_text, period, summary, totals, zones};
use super::{Digest, row};
use model::settings::{DigestColumn, DigestZones};
use model::view::QuarantineRow;
use texts::{count, text};

pub(super) fn write(d: &Digest<'_>, rows: &[&QuarantineRow], more: u64) -> String {
    let mut out = format!("{}\n{}\n{}\n\n", text!(d.language, "Spam digest"), d.to, period(d));
    let own = [own_text(d, &d.brand.header), d.first.then(|| own_text(d, &d.brand.welcome)).flatten()];
    for text in own.into_iter().flatten() {
        out.push_str(&format!("{}\n\n", text.trim()));
    }
    out.push_str(&format!("{}\n", summary(d)));
    if d.options.content == DigestZones::Summary {
        for (name, n) in totals(d) {
            out.push_str(&format!("  {name}: {n}\n"));
        }
    }
    if d.brand.my_account {
        out.push_str(&format!("\n{}:\n{}\n", my_account(d), d.links.dashboard(None)));
    }
    for zone in zones(d.language) {
        write_zone(&mut out, d, &zone, rows);
    }
    if more > 0 {
        let more = count(
            d.language,
            text!(d.language, "{n} more is shown behind the first link.|{n} more are shown behind the first link."),
            more,
        );
        out.push_str(&format!("\n{more}\n"));
    }
    out.push('\n');
    for (word, link) in more_links(d) {
        out.push_str(&format!("{word}: {link}\n"));
    }
    if let Some(footer) = own_text(d, &d.brand.footer) {
        out.push_str(&format!("\n{}\n", footer.trim()));
    }
    out.push_str(&format!(
        "\n{}\n{}\n",
        text!(
            d.language,
            "The links open your own held mail; whoever has this mail can use them, so do not pass it on."
        ),
        text!(d.language, "You are never asked for a password by mail."),
    ));
    out
}

fn write_zone(out: &mut String, d: &Digest<'_>, zone: &ZoneWords, rows: &[&QuarantineRow]) {
    let mut rows = rows.iter().filter(|r| r.category.zone() == zone.zone).peekable();
    if rows.peek().is_none() {
        return;
    }
    out.push_str(&format!("\n{}: {}\n", zone.name, zone.what));
    for r in rows {
        out.push_str(&format!("\n* {}\n", row::subject(d, r)));
        for column in d.brand.columns.iter().filter(|c| **c != DigestColumn::Subject) {
            out.push_str(&format!("  {}: {}\n", row::head(d, *column), row::cell(d, r, *column)));
        }
        for (word, link) in row::links(d, r) {
            out.push_str(&format!("  {word}: {link}\n"));
        }
    }
}
