//! Icons, drawn on a grid of 24 with lines of one weight, and the mark of the product.

use leptos::prelude::*;

/// The lines of an icon by its name; a dot for a name that does not exist.
pub fn path(name: &str) -> &'static str {
    match name {
        "home" => "M4 11 12 4l8 7M6 10v10h12V10M10 20v-6h4v6",
        "inbox" => "M4 13 7 4h10l3 9v7H4zM4 13h5l1.500 3h3L15 13h5",
        "mail" => "M4 6h16v12H4zM4 7l8 6 8-6",
        "shield" => "M12 3 5 6v6c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6z",
        "globe" => "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
        "mailbox" => "M3 18V10a4 4 0 0 1 4-4h10a4 4 0 0 1 4 4v8zM11 18v-8a4 4 0 0 0-4-4M14 11h4",
        "building" => "M5 21V4h9v17M14 10h5v11M3 21h18M8 8h3M8 12h3M8 16h3",
        "scroll" => "M7 4h11v13a3 3 0 0 1-3 3H6a3 3 0 0 0 3-3V6a2 2 0 0 0-4 0v2h4M12 9h3M12 13h3",
        "clock" => "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 7v5l3 2",
        "send" => "M4 12 20 4l-5 16-4-6zM11 14l9-10",
        "search" => "M4 11a7 7 0 1 0 14 0 7 7 0 1 0-14 0M16 16l5 5",
        "plus" => "M12 5v14M5 12h14",
        "menu" => "M4 7h16M4 12h16M4 17h16",
        "user" => "M8 8a4 4 0 1 0 8 0 4 4 0 1 0-8 0M4 21c1-5 4-7 8-7s7 2 8 7",
        "sun" => {
            "M8 12a4 4 0 1 0 8 0 4 4 0 1 0-8 0M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600 7 7M17 17l1.400 1.400M18.400 5.600 17 7M7 17l-1.400 1.400"
        }
        "rows" => "M4 6h16M4 10h16M4 14h16M4 18h16",
        "exit" => "M14 4H6v16h8M11 12h10M17 8l4 4-4 4",
        "check" => "M5 13l4 4L19 7",
        "cross" => "M6 6l12 12M18 6 6 18",
        "alert" => "M12 4 2.500 20h19zM12 10v5M12 17.500v.500",
        "info" => "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M12 11v6M12 7v.500",
        "help" => {
            "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.700.300-1 .800-1 1.700M12 16.500v.500"
        }
        "up" => "M6 15l6-6 6 6",
        "down" => "M6 9l6 6 6-6",
        "left" => "M15 6l-6 6 6 6",
        "right" => "M9 6l6 6-6 6",
        "release" => "M4 13v7h16v-7M12 16V4M7 9l5-5 5 5",
        "reply" => "M10 6 4 12l6 6M4 12h9c4 0 6 2 7 6",
        "trash" => "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
        "download" => "M12 4v12M7 11l5 5 5-5M4 20h16",
        "clip" => {
            "M19 11l-7.500 7.500a4.500 4.500 0 0 1-6.400-6.400L13 4.500a3 3 0 0 1 4.300 4.300L10 16a1.500 1.500 0 0 1-2.100-2.100L14.500 7.500"
        }
        "bug" => "M8 10a4 4 0 0 1 8 0v5a4 4 0 0 1-8 0zM12 6V3M8 11H4M16 11h4M8 15l-4 3M16 15l4 3M8 8 5 5M16 8l3-3",
        "hook" => "M13 3v11a4 4 0 0 1-8 0v-2l3 2M13 3h3M17 9l3 3-3 3",
        "mask" => "M3 7c6-2 12-2 18 0 0 7-2 10-5 10-2 0-3-2-4-2s-2 2-4 2c-3 0-5-3-5-10M7 11h3M14 11h3",
        "ban" => "M3 12a9 9 0 1 0 18 0 9 9 0 1 0-18 0M6 6l12 12",
        "lips" => "M3 12c3-4 6-5 9-3 3-2 6-1 9 3-5 6-13 6-18 0M3 12h18",
        "robot" => "M6 9h12v10H6zM12 9V5M10 5h4M9.500 13v1M14.500 13v1M3 12v4M21 12v4",
        "megaphone" => "M4 10v4h3l9 5V5l-9 5zM19 9c1.500 1.500 1.500 4.500 0 6M8 14l1 5",
        "letters" => "M4 19 8.500 6 13 19M5.500 15h6M15 9h6M18 9c0 5-1.500 8-4 10M15.500 13c1 3 3 5 5 6",
        "page" => "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
        "seal" => "M7 9a5 5 0 1 0 10 0A5 5 0 1 0 7 9M9 13l-2 8 5-3 5 3-2-8",
        "bounce" => "M4 7v6h6M4 13c3-5 7-7 11-5s6 7 4 12",
        "eye" => "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7M9 12a3 3 0 1 0 6 0 3 3 0 1 0-6 0",
        "gear" => {
            "M9 12a3 3 0 1 0 6 0 3 3 0 1 0-6 0M12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.100 2.100M16.300 16.300l2.100 2.100M18.400 5.600l-2.100 2.100M7.700 16.300l-2.100 2.100"
        }
        _ => "M12 12v.500",
    }
}

/// An icon beside a word; hidden from screen readers, which read the word.
#[component]
pub fn Icon(#[prop(into)] name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d=path(name) />
        </svg>
    }
}

/// The mark: a small gate in a wall, one leaf open.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path class="wall" d="M2 7V3h5v3h4V3h4v3h2V3h4v3h4V3h5v4l-2 3v19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V10z" />
            <path class="gate" d="M9 27V17a7 7 0 0 1 14 0v10z" />
            <path class="leaf" d="M9 27V17a7 7 0 0 1 7-7l4 3.500v16z" />
        </svg>
    }
}
