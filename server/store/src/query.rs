//! What lists have in common: whose rows, which page, search text.

use crate::db::{Dialect, Query};
use model::view::Page;
use model::{AccountId, MailboxId};

/// Whose rows a reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    Account(AccountId),
    Mailbox(MailboxId),
}

/// Rows a page where the query says none, and the most that one page has.
pub const PER_PAGE: u32 = 50;
pub const PER_PAGE_MAX: u32 = 500;

/// Number from 1, length and offset of the page that is asked for.
pub fn page_of(page: u32, per_page: u32) -> (u32, u32, i64) {
    let per_page = if per_page == 0 { PER_PAGE } else { per_page.min(PER_PAGE_MAX) };
    let page = page.max(1);
    (page, per_page, i64::from(page - 1).saturating_mul(i64::from(per_page)))
}

pub(crate) fn page<T>(rows: Vec<T>, total: u64, page: u32, per_page: u32) -> Page<T> {
    Page { rows, total, page, per_page }
}

/// Appends order and page: by `column` and, where several rows may have the same, by `id`, both the same way, so that one
/// index serves either. Lengths are text, not a bound value: PostgreSQL keeps a plan only if it knows how few rows are
/// wanted, and there are few of them.
pub(crate) fn push_page(b: &mut Query, column: &str, id: Option<&str>, desc: bool, (per_page, offset): (u32, i64)) {
    let way = if desc { " DESC" } else { "" };
    b.push(" ORDER BY ").push(column).push(way);
    if let Some(id) = id {
        b.push(", ").push(id).push(way);
    }
    b.push(&format!(" LIMIT {per_page}"));
    if offset > 0 {
        b.push(" OFFSET ").push_bind(offset);
    }
}

/// Appends a condition: rows of the account in this column, as far as the scope goes. Nothing of an account's is a
/// mailbox owner's to see.
pub(crate) fn push_scope(b: &mut Query, scope: Scope, column: &str) {
    match scope {
        Scope::All => b.push("1 = 1"),
        Scope::Account(a) => b.push(column).push(" = ").push_bind(a.0),
        Scope::Mailbox(_) => b.push("1 = 0"),
    };
}

/// Appends conditions: the expression has every word of the text.
pub(crate) fn push_words(b: &mut Query, dialect: Dialect, expression: &str, text: &str) {
    for word in words(text) {
        b.push(" AND ");
        push_contains(b, dialect, expression, word);
    }
}

/// Appends a condition: the expression has this word somewhere, in letters of either case.
pub(crate) fn push_contains(b: &mut Query, dialect: Dialect, expression: &str, word: &str) {
    b.push(expression).push(dialect.like()).push_bind(like(word)).push(" ESCAPE '\\'");
}

/// `%text%` for LIKE ... ESCAPE '\', with the wildcards of the text itself made plain. NUL never matches and is dropped.
fn like(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('%');
    for c in text.chars().filter(|c| *c != '\0') {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

/// The words of a search text; all of them must be found. Bounded: more words than this narrow nothing.
pub(crate) fn words(q: &str) -> impl Iterator<Item = &str> {
    q.split(|c: char| c.is_whitespace() || c == '\0').filter(|w| !w.is_empty()).take(8)
}
