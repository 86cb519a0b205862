//! Lists of friends and enemies, wherever they are.

use crate::error::ApiError;
use model::SenderEntry;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// Lists of senders. An entry is an address, domain, IP, network or country code, and may have a comment.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Senders {
    /// Let through.
    #[schema(example = json!(["partner.test // our partner"]))]
    pub friends: Vec<String>,
    /// Kept out.
    #[schema(example = json!(["192.0.2.0/24"]))]
    pub enemies: Vec<String>,
}

impl Senders {
    pub fn of(friends: &[SenderEntry], enemies: &[SenderEntry]) -> Senders {
        let texts = |list: &[SenderEntry]| list.iter().map(ToString::to_string).collect();
        Senders { friends: texts(friends), enemies: texts(enemies) }
    }

    pub fn entries(&self) -> Result<(Vec<SenderEntry>, Vec<SenderEntry>), ApiError> {
        Ok((read("friends", &self.friends)?, read("enemies", &self.enemies)?))
    }
}

/// Each text as what it stands for; an error names the one that is wrong.
pub fn read<T: FromStr>(field: &str, texts: &[String]) -> Result<Vec<T>, ApiError>
where
    T::Err: std::fmt::Display,
{
    let one = |(n, text): (usize, &String)| {
        text.parse().map_err(|e| ApiError::field(format!("{field}[{n}]"), format!("{text}: {e}")))
    };
    texts.iter().enumerate().map(one).collect()
}
