//! Lists in pages: how many, after what, in which order.

use crate::error::ApiError;
use model::view::{ListQuery, Page};
use serde::{Deserialize, Serialize};
use service::{After, Slice};
use utoipa::{IntoParams, ToSchema};

/// Items a page where the request says none, and the most that it may ask for.
pub const LIMIT: u32 = 50;
pub const LIMIT_MAX: u32 = 500;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// `after` of the next page; null on the last.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// Of rows that follow a cursor.
    pub fn after<R>(slice: Slice<R>, item: impl Fn(R) -> T) -> List<T> {
        let next = slice.next.map(|c| c.to_string());
        List { items: slice.rows.into_iter().map(item).collect(), next }
    }

    /// Of a page by number.
    pub fn page<R>(page: Page<R>, item: impl Fn(R) -> T) -> List<T> {
        let more = u64::from(page.page) * u64::from(page.per_page) < page.total;
        let next = more.then(|| Place { page: page.page + 1, limit: page.per_page }.encode());
        List { items: page.rows.into_iter().map(item).collect(), next }
    }
}

fn length(limit: Option<u32>) -> Result<u32, ApiError> {
    let asked = limit.unwrap_or(LIMIT);
    match (1..=LIMIT_MAX).contains(&asked) {
        true => Ok(asked),
        false => Err(ApiError::field("limit", format!("A page has 1 to {LIMIT_MAX} items."))),
    }
}

fn no_cursor() -> ApiError {
    ApiError::field("after", "This is no cursor of this list: take it from `next` of the page before.")
}

/// Where a list in its own order goes on: rows that come or go between two pages shift nothing.
pub fn after(limit: Option<u32>, after: Option<&str>) -> Result<After, ApiError> {
    let limit = length(limit)?;
    let cursor = after.map(|a| a.parse().map_err(|_| no_cursor())).transpose()?;
    Ok(After { cursor, limit })
}

/// Where a list in an order that was asked for goes on: by number, so that rows which come or go shift the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub page: u32,
    pub limit: u32,
}

/// Begins the text of a [`Place`]; no cursor has a dot.
const PLACE: &str = "page.";

impl Place {
    fn encode(self) -> String {
        format!("{PLACE}{}.{}", self.page, self.limit)
    }

    fn decode(text: &str) -> Option<Place> {
        let (page, limit) = text.strip_prefix(PLACE)?.split_once('.')?;
        Some(Place { page: page.parse().ok()?, limit: limit.parse().ok()? })
    }

    pub fn of(limit: Option<u32>, after: Option<&str>) -> Result<Place, ApiError> {
        let asked = length(limit)?;
        let Some(after) = after else { return Ok(Place { page: 1, limit: asked }) };
        let place = Place::decode(after).filter(|p| p.page > 1 && (1..=LIMIT_MAX).contains(&p.limit));
        let place = place.ok_or_else(no_cursor)?;
        if limit.is_some_and(|l| l != place.limit) {
            let message = format!("Pages of one sorted list have one length; this one goes on by {}.", place.limit);
            return Err(ApiError::field("limit", message));
        }
        Ok(place)
    }
}

/// How a list was asked for.
pub enum Asked {
    /// In its own order.
    After(String, After),
    /// In another.
    Sorted(ListQuery),
}

/// Characters of a search text.
const SEARCH_MAX: usize = 500;

pub fn search(q: Option<String>) -> Result<String, ApiError> {
    let q = q.unwrap_or_default();
    match q.chars().count() <= SEARCH_MAX {
        true => Ok(q),
        false => Err(ApiError::field("q", format!("A search has at most {SEARCH_MAX} characters."))),
    }
}

/// The parameters of a list. `sort` is a column, with a minus before it descending; none: the list's own order.
pub fn asked(q: Option<String>, sort: Option<&str>, limit: Option<u32>, next: Option<&str>) -> Result<Asked, ApiError> {
    let q = search(q)?;
    if sort.is_none() {
        return Ok(Asked::After(q, after(limit, next)?));
    }
    let place = Place::of(limit, next)?;
    let (sort, desc) = order(sort);
    Ok(Asked::Sorted(ListQuery { q, sort, desc, page: place.page, per_page: place.limit }))
}

/// The parameters of a list that has one order and can be searched.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchParams {
    /// Words that must all be found.
    #[param(max_length = 500, nullable = false)]
    pub q: Option<String>,
    /// Items a page.
    #[param(minimum = 1, maximum = 500, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(nullable = false)]
    pub after: Option<String>,
}

/// The parameters of a list that has one order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Items a page.
    #[param(minimum = 1, maximum = 500, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(nullable = false)]
    pub after: Option<String>,
}

/// Column, and whether descending.
pub fn order(sort: Option<&str>) -> (String, bool) {
    let sort = sort.unwrap_or_default();
    match sort.strip_prefix('-') {
        Some(column) => (column.to_owned(), true),
        None => (sort.to_owned(), false),
    }
}

/// The order of a list: a type that reads one of the columns, with a minus before it for descending, and nothing else.
macro_rules! orders {
    ($name:ident: $($column:literal),+ $(,)?) => {
        #[derive(Debug, Clone)]
        pub struct $name(String);
        impl $name {
            const KNOWN: &[&str] = &[$($column, concat!("-", $column)),+];
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                match Self::KNOWN.contains(&text.as_str()) {
                    true => Ok($name(text)),
                    false => Err(serde::de::Error::custom(format!("{text:?} is no order; known are {}", Self::KNOWN.join(", ")))),
                }
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .enum_values(Some(Self::KNOWN.iter().copied()))
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}

/// The parameters that lists have in common, as a type of the name given, with the columns that sort the list.
macro_rules! list_params {
    ($name:ident, $order:ident: $($column:literal),+ $(,)?) => {
        crate::page::orders!($order: $($column),+);
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $name {
            /// Words that must all be found.
            #[param(max_length = 500, nullable = false)]
            q: Option<String>,
            /// The order, where it should not be the list's own: a column, with a minus before it descending.
            #[param(inline, nullable = false)]
            sort: Option<$order>,
            /// Items a page.
            #[param(minimum = 1, maximum = 500, default = 50, nullable = false)]
            limit: Option<u32>,
            /// `next` of the page before.
            #[param(nullable = false)]
            after: Option<String>,
        }
        impl $name {
            fn asked(self) -> Result<crate::page::Asked, crate::error::ApiError> {
                crate::page::asked(self.q, self.sort.as_ref().map(|s| s.as_str()), self.limit, self.after.as_deref())
            }
        }
    };
}
pub(crate) use {list_params, orders};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sorted_list_leads_to_the_next_page_and_ends_with_the_list() {
        let page = Page { rows: vec![1, 2], total: 5, page: 1, per_page: 2 };
        let list = List::page(page, |n| n);
        let place = Place::of(None, list.next.as_deref()).unwrap();
        assert_eq!(place, Place { page: 2, limit: 2 });
        assert_eq!(List::page(Page { rows: vec![5], total: 5, page: 3, per_page: 2 }, |n| n).next, None);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "x", "page.1.50", "\u{0}", "page.9.9999", "page.99999999999.5"] {
            assert!(Place::of(None, Some(text)).is_err(), "{text:?}");
            assert!(after(None, Some(text)).is_err(), "{text:?}");
        }
        assert!(after(Some(0), None).is_err() && after(Some(501), None).is_err());
    }
}
