//! The document round every hydrated page.

use super::Assets;
use super::look::PageLook;
use crate::App;
use crate::ui::theme::BEFORE_PAINT;
use axum::http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// Head and body. The scripts carry the page's nonce; without script the page is complete as it is.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_else(|| Assets::find(&options));
    let start = format!(
        "import('{}').then(m=>m.default({{module_or_path:'{}'}}).then(()=>m.hydrate()))",
        assets.js, assets.wasm
    );
    let look =
        use_context::<Parts>().and_then(|p| p.extensions.get::<PageLook>().map(|l| l.0.clone())).unwrap_or_default();
    let colors = look.colors.as_ref().map(|(behind, ink)| {
        let style = format!(":root{{--logo-area:{behind};--logo-ink:{ink};--logo-pad:4px 8px}}");
        view! { <style nonce=use_nonce()>{style}</style> }
    });
    let icon = if look.icon.is_empty() {
        view! { <link rel="icon" href="/favicon.svg" type="image/svg+xml" /> }.into_any()
    } else {
        view! { <link rel="icon" href=look.icon /> }.into_any()
    };
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                {icon}
                <link rel="stylesheet" href=assets.css />
                {colors}
                <link rel="modulepreload" href=assets.js nonce=use_nonce() />
                <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                <script nonce=use_nonce()>{BEFORE_PAINT}</script>
                <script type="module" nonce=use_nonce()>{start}</script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
