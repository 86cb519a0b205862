//! What of a brand the pages show (guide chapter 14).

use serde::{Deserialize, Serialize};

/// How the pages look under one host name, to one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// What the product is called.
    pub name: String,
    /// Path of the picture beside or instead of the name; empty: our own mark.
    pub admin_logo: String,
    pub personal_logo: String,
    /// Path of the icon in the address bar; empty: our own.
    pub icon: String,
    /// The personal dashboard's picture stands at the right.
    pub logo_right: bool,
    /// Where the personal dashboard's picture leads to; empty: to its first page.
    pub banner_link: String,
    /// What is behind the logo and the writing on it, as `#rrggbb`, readable on each other; none: our own.
    pub colors: Option<(String, String)>,
    /// What the first box of the login page is called.
    pub login_label: String,
    /// Whether the login page offers a link for a forgotten password.
    pub forgot: bool,
    /// What the link to the light pages is called; none: there is no link.
    pub light: Option<String>,
}

impl Default for Look {
    fn default() -> Self {
        Look {
            name: "Postern".into(),
            admin_logo: String::new(),
            personal_logo: String::new(),
            icon: String::new(),
            logo_right: false,
            banner_link: String::new(),
            colors: None,
            login_label: "Email address".into(),
            forgot: true,
            light: Some("Light version".into()),
        }
    }
}
