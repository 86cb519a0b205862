//! Content filters: words, phrases and regular expressions that a message is searched for (guide chapter 10).

use model::definition::ContentFilter as Body;

super::definition::definitions!(
    Body,
    "/content-filters",
    "/content-filters/{id}",
    "content-filters",
    "content-filters:read",
    "content-filters:write",
    "list_content_filters",
    "add_content_filter",
    "get_content_filter",
    "change_content_filter",
    "delete_content_filter"
);
