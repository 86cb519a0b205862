//! `GET /admin/lists/{list}.csv`: every row that matches, as a file that is sent while it is read, so that a million rows
//! need no more memory than a page.

use super::query::{ListAsk, ask_from};
use super::rows;
use super::{ListKind, ListRow};
use crate::api::context::status;
use crate::web::{AppState, CurrentSession};
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use leptos_router::params::ParamsMap;
use model::{Actor, ErrorCode, UserError};
use service::{After, Cursor, Error, Service};

/// Rows that are read at once.
const ROWS: u32 = 500;

/// Where the reading stands.
#[derive(Clone)]
enum Place {
    After(Option<Cursor>),
    Page(u32),
}

/// A field as RFC 4180 has it. What a spreadsheet would run as a formula is marked as text.
fn field(text: &str, out: &mut String) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quote = formula || text.contains([',', '"', '\n', '\r']);
    if !quote {
        out.push_str(text);
        return;
    }
    out.push('"');
    if formula {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

fn line<'a>(fields: impl Iterator<Item = std::borrow::Cow<'a, str>>, out: &mut String) {
    for (n, text) in fields.enumerate() {
        if n > 0 {
            out.push(',');
        }
        field(&text, out);
    }
    out.push_str("\r\n");
}

/// The next rows, and where to go on; None: these were the last. Lists that may be long go on after a row, not by number.
async fn next(
    s: &Service,
    actor: &Actor,
    kind: ListKind,
    ask: &ListAsk,
    place: Place,
) -> Result<(Vec<ListRow>, Option<Place>), Error> {
    let q = ask.query.q.as_str();
    match place {
        Place::After(cursor) => {
            let after = After { cursor, limit: ROWS };
            let (rows, next): (Vec<ListRow>, _) = match kind {
                ListKind::Domains => {
                    let part = s.domains_of_after(actor, ask.account, q, &after).await?;
                    (part.rows.into_iter().map(rows::domain).collect(), part.next)
                }
                ListKind::Mailboxes => {
                    let of = rows::mailboxes_of(ask);
                    let part = s.mailboxes_of_after(actor, ask.account, of, q, &after).await?;
                    (part.rows.into_iter().map(rows::mailbox).collect(), part.next)
                }
                ListKind::Audit => {
                    let part = s.audit_after(actor, q, &after).await?;
                    (part.rows.into_iter().map(|(_, r)| rows::audit(r)).collect(), part.next)
                }
                _ => {
                    let part = s.accounts_after(actor, q, &after).await?;
                    (part.rows.into_iter().map(rows::account).collect(), part.next)
                }
            };
            Ok((rows, next.map(|n| Place::After(Some(n)))))
        }
        Place::Page(page) => {
            let mut ask = ask.clone();
            (ask.query.page, ask.query.per_page) = (page, ROWS);
            let view = rows::rows(s, actor, kind, &ask).await?;
            let more = u64::from(page) * u64::from(ROWS) < view.total && !view.rows.is_empty();
            Ok((view.rows, more.then_some(Place::Page(page + 1))))
        }
    }
}

fn text(kind: ListKind, rows: Vec<ListRow>, head: bool) -> Bytes {
    let mut out = String::new();
    if head {
        line(kind.spec().columns.iter().map(|c| c.label.into()), &mut out);
    }
    for row in rows {
        line(row.cells.iter().map(|c| c.plain().into()), &mut out);
    }
    out.into()
}

/// The same search and filters as the page's, sorted by the list's natural order where it may be long.
pub async fn download(
    State(state): State<AppState>,
    session: Option<Extension<CurrentSession>>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(kind) = file.strip_suffix(".csv").and_then(ListKind::by_slug) else {
        return (StatusCode::NOT_FOUND, "There is no such list.").into_response();
    };
    let Some(actor) = session.and_then(|s| s.0.0).map(|s| s.actor) else {
        let error = UserError::new(ErrorCode::Unauthenticated, "Log in to download this.");
        return (status(error.code), error.message).into_response();
    };
    let mut map = ParamsMap::new();
    for pair in query.unwrap_or_default().split('&') {
        let (k, v) = pair.split_once('=').unwrap_or((pair, ""));
        map.insert(crate::web::decode(k), v.replace('+', "%20"));
    }
    let ask = ask_from(kind, &map);
    let long = matches!(kind, ListKind::Accounts | ListKind::Domains | ListKind::Mailboxes | ListKind::Audit);
    let start = if long { Place::After(None) } else { Place::Page(1) };
    let service = state.service;
    // The first rows are read before the answer begins, so that what is refused is refused with its status.
    let (first, place) = match next(&service, &actor, kind, &ask, start).await {
        Ok(first) => first,
        Err(error) => {
            let error = UserError::from(error);
            return (status(error.code), error.message).into_response();
        }
    };
    let begin = stream::once(async move { Ok::<_, std::io::Error>(text(kind, first, true)) });
    let rest = stream::unfold(place, move |place| {
        let (service, actor, ask) = (service.clone(), actor.clone(), ask.clone());
        async move {
            match next(&service, &actor, kind, &ask, place?).await {
                Ok((rows, place)) => Some((Ok(text(kind, rows, false)), place)),
                // Cut off, so that the file is not taken for a whole one.
                Err(error) => Some((Err(std::io::Error::other(UserError::from(error).message)), None)),
            }
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.csv\"", kind.slug())),
    ];
    (headers, Body::from_stream(begin.chain(rest).fuse())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_never_run() {
        let mut out = String::new();
        line(["plain", "a, b", "say \"x\"", "=1+1", "-2"].into_iter().map(Into::into), &mut out);
        assert_eq!(out, "plain,\"a, b\",\"say \"\"x\"\"\",\"'=1+1\",\"'-2\"\r\n");
    }
}
