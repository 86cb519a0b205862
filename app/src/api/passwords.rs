//! Links by which people set a password. The forms themselves are plain posts (`web::passwords`).

use super::ApiError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// Whose password a link sets, and what it must be like.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkView {
    pub address: String,
    pub policy: String,
}

/// None: the link opens nothing. Changes nothing.
#[server(name = GetPasswordLink, prefix = "/fn", endpoint = "password_link", input = GetUrl)]
pub async fn password_link(token: String) -> Result<Option<LinkView>, ApiError> {
    use super::context::{fail, open};
    let link = open()?.peek_password_link(&token).await.map_err(fail)?;
    Ok(link.map(|l| LinkView { address: l.address, policy: crate::text::said(&l.policy) }))
}
