//! Help for each page (guide chapter 3), from the texts in `docs/help`.

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Block {
    Paragraph(String),
    List(Vec<String>),
}

/// A text: its title and what follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HelpText {
    pub title: String,
    pub blocks: Vec<Block>,
}

/// Which text helps on the page at this path.
pub fn topic(path: &str) -> &'static str {
    let first = path.strip_prefix("/admin").unwrap_or(path).trim_matches('/').split('/').next().unwrap_or_default();
    let known = [
        "accounts",
        "administrators",
        "domains",
        "groups",
        "mailboxes",
        "outbound-ips",
        "content-filters",
        "verifiers",
        "notifications",
        "brands",
        "quarantine",
        "audit",
        "start",
        "search",
        "messages",
        "bulk",
        "settings",
    ];
    match first {
        "defaults" | "reception" => "settings",
        "" | "tiles" => "home",
        first => known.into_iter().find(|k| *k == first).unwrap_or("dashboard"),
    }
}

/// The text on `topic`, a word of [`topic`].
#[server(name = GetHelp, prefix = "/fn", endpoint = "help", input = GetUrl)]
pub async fn help(topic: String) -> Result<HelpText, ApiError> {
    use super::context::{fail, reader};
    use model::{ErrorCode, UserError};
    let (_, actor) = reader()?;
    if !actor.is_administrator() {
        return Err(fail(UserError::new(ErrorCode::Forbidden, "Your role does not permit this.")));
    }
    let missing = || fail(UserError::new(ErrorCode::NotFound, "There is no help on this."));
    texts::of(&topic).map(texts::read).ok_or_else(missing)
}

#[cfg(feature = "ssr")]
mod texts {
    use super::{Block, HelpText};

    macro_rules! texts {
        ($($topic:literal),* $(,)?) => {
            /// The source of a text.
            pub fn of(topic: &str) -> Option<&'static str> {
                match topic {
                    $($topic => Some(include_str!(concat!("../../../docs/help/", $topic, ".md"))),)*
                    _ => None,
                }
            }
        };
    }
    texts!(
        "home",
        "messages",
        "bulk",
        "settings",
        "accounts",
        "administrators",
        "domains",
        "groups",
        "mailboxes",
        "outbound-ips",
        "content-filters",
        "verifiers",
        "notifications",
        "brands",
        "quarantine",
        "audit",
        "start",
        "search",
        "dashboard",
    );

    /// `# title`, paragraphs, and lists of `- item`, with blank lines between.
    pub fn read(text: &str) -> HelpText {
        let mut help = HelpText { title: String::new(), blocks: Vec::new() };
        for part in text.split("\n\n").map(str::trim).filter(|p| !p.is_empty()) {
            if let Some(title) = part.strip_prefix("# ") {
                help.title = title.to_owned();
            } else if part.starts_with("- ") {
                let items = part.lines().map(|l| l.trim_start_matches("- ").replace('`', ""));
                help.blocks.push(Block::List(items.collect()));
            } else {
                help.blocks.push(Block::Paragraph(part.replace('\n', " ").replace('`', "")));
            }
        }
        help
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::lists::ListKind;

        #[test]
        fn every_list_has_help_of_its_own_and_any_other_page_some() {
            for kind in ListKind::ALL {
                let topic = super::super::topic(kind.spec().path);
                assert_eq!(topic, kind.slug());
                assert_eq!(super::super::topic(&format!("{}/new", kind.spec().path)), topic);
            }
            for path in [
                "/admin",
                "/admin/start",
                "/admin/search",
                "/admin/quarantine/7",
                "/admin/messages/7",
                "/admin/bulk/new",
                "/admin/settings",
                "/admin/reception",
                "/admin/defaults/relay",
                "/admin/sessions",
            ] {
                let text = read(of(super::super::topic(path)).expect(path));
                assert!(!text.title.is_empty() && !text.blocks.is_empty(), "{path}");
            }
        }
    }
}
