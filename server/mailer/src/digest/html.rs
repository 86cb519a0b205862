//! The digest as HTML. Mail programs know tables and inline styles; nothing is loaded from anywhere, the logo is a part of the
//! mail. Where they know dark mode, the classes turn the colours round.

use super::words::{ZoneWords, more_links, my_account, own_text, period, summary, totals, zones};
use super::{Digest, row};
use crate::html::escape;
use model::settings::{DigestColumn, DigestZones};
use model::view::QuarantineRow;
use texts::{count, text};

const DARK: &str = "@media(prefers-color-scheme:dark){body,.b{background:#101513!important}.p{background:#181e1c!important}\
body,.p,.p h1,.p td,.p th{color:#e8ece9!important}.s{color:#aab5b0!important}.p a{color:#8cc8ff!important}.p a.o{color:#06211e!important;background:#5cc5b6!important}\
.p td,.p th{border-color:#3a4541!important}.zr{color:#ff9d94!important}.zy{color:#e6c35c!important}.zg{color:#7ed6a4!important}}";
const CELL: &str = "padding:6px 8px;border-bottom:1px solid #d9dee5;text-align:left;vertical-align:top";
const SOFT: &str = "color:#5b6470";

/// Text of the brand, a paragraph a blank line.
fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.split("\n\n")
        .filter(|p| !p.trim().is_empty())
        .map(|p| format!("<p>{}</p>", p.trim().lines().map(escape).collect::<Vec<_>>().join("<br>")))
        .collect()
}

pub(super) fn write(d: &Digest<'_>, rows: &[&QuarantineRow], more: u64, logo: bool) -> String {
    let mut out = format!(
        "<!DOCTYPE html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{DARK}</style></head>\
         <body class=\"b\" style=\"margin:0;background:#f3f5f8;font-family:system-ui,-apple-system,'Segoe UI',sans-serif;font-size:15px;line-height:1.45;color:#1b222c\">\
         <div class=\"p\" style=\"max-width:680px;margin:0 auto;padding:24px 16px;background:#ffffff\">",
        d.language.code(),
        title = escape(text!(d.language, "Spam digest")),
    );
    if logo {
        out.push_str(
            "<img src=\"cid:logo\" alt=\"\" style=\"max-width:160px;max-height:42px;display:block;margin:0 0 16px\">",
        );
    }
    out.push_str(&format!(
        "<h1 style=\"font-size:20px;margin:0\">{}</h1><p class=\"s\" style=\"margin:4px 0 16px;{SOFT}\">{}<br>{}</p>",
        escape(text!(d.language, "Spam digest")),
        escape(d.to.as_str()),
        escape(&period(d)),
    ));
    let own = [own_text(d, &d.brand.header), d.first.then(|| own_text(d, &d.brand.welcome)).flatten()];
    own.into_iter().flatten().for_each(|text| out.push_str(&paragraphs(&text)));
    out.push_str(&format!("<p>{}</p>", escape(&summary(d))));
    if d.options.content == DigestZones::Summary {
        out.push_str("<table cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse\">");
        for (name, n) in totals(d) {
            out.push_str(&format!("<tr><th scope=\"row\" style=\"{CELL};font-weight:normal\">{}</th><td style=\"{CELL};text-align:right\">{n}</td></tr>", escape(name)));
        }
        out.push_str("</table>");
    }
    if d.brand.my_account {
        out.push_str(&format!(
            "<p><a class=\"o\" href=\"{}\" style=\"display:inline-block;padding:10px 16px;background:#14405c;color:#ffffff;text-decoration:none;border-radius:6px\">{}</a></p>",
            escape(&d.links.dashboard(None)),
            escape(&my_account(d)),
        ));
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
        out.push_str(&format!("<p>{}</p>", escape(&more)));
    }
    let links: Vec<_> = more_links(d).into_iter().map(|(word, link)| anchor(word, &link)).collect();
    if !links.is_empty() {
        out.push_str(&format!("<p style=\"margin-top:24px\">{}</p>", links.join(" &middot; ")));
    }
    if let Some(footer) = own_text(d, &d.brand.footer) {
        out.push_str(&paragraphs(&footer));
    }
    out.push_str(&format!(
        "<p class=\"s\" style=\"margin-top:24px;{SOFT};font-size:13px\">{} {}</p></div></body></html>",
        escape(text!(
            d.language,
            "The links open your own held mail; whoever has this mail can use them, so do not pass it on."
        )),
        escape(text!(d.language, "You are never asked for a password by mail.")),
    ));
    out
}

fn anchor(word: &str, link: &str) -> String {
    format!("<a href=\"{}\" style=\"color:#0b57d0\">{}</a>", escape(link), escape(word))
}

fn write_zone(out: &mut String, d: &Digest<'_>, zone: &ZoneWords, rows: &[&QuarantineRow]) {
    let rows: Vec<_> = rows.iter().filter(|r| r.category.zone() == zone.zone).collect();
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!(
        "<h2 class=\"{}\" style=\"font-size:16px;margin:24px 0 4px;color:{colour}\">{} <span class=\"s\" style=\"font-weight:normal;{SOFT}\">{}</span></h2>\
         <table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"border-collapse:collapse;border-left:4px solid {colour}\"><tr>",
        zone.class,
        escape(zone.name),
        escape(zone.what),
        colour = zone.colour,
    ));
    for column in d.brand.columns.iter() {
        out.push_str(&format!(
            "<th scope=\"col\" class=\"s\" style=\"{CELL};font-size:13px;{SOFT}\">{}</th>",
            escape(row::head(d, *column))
        ));
    }
    out.push_str("</tr>");
    for r in rows {
        out.push_str("<tr>");
        let links: Vec<_> = row::links(d, r).into_iter().map(|(word, link)| anchor(word, &link)).collect();
        let links = format!("<br><span style=\"font-size:13px\">{}</span>", links.join(" &middot; "));
        // The links stand below the subject, or in the last column where there is none.
        let last = d.brand.columns.len().saturating_sub(1);
        let at = d.brand.columns.iter().position(|c| *c == DigestColumn::Subject).unwrap_or(last);
        for (i, column) in d.brand.columns.iter().enumerate() {
            let text = escape(&row::cell(d, r, *column));
            let text = if *column == DigestColumn::Subject { format!("<strong>{text}</strong>") } else { text };
            out.push_str(&format!("<td style=\"{CELL}\">{text}{}</td>", if i == at { links.as_str() } else { "" }));
        }
        if d.brand.columns.is_empty() {
            out.push_str(&format!("<td style=\"{CELL}\"><strong>{}</strong>{links}</td>", escape(&row::subject(d, r))));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table>");
}
