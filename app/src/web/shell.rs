//! The document round every hydrated page.

use super::{Assets, language};
use crate::App;
use crate::text;
use crate::ui::theme::BEFORE_PAINT;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// Head and body. The scripts carry the page's nonce; without script the page is complete as it is.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_else(|| Assets::find(&options));
    let language = text::language();
    let module =
        format!("import('{}').then(m=>m.default({{module_or_path:'{}'}}).then(()=>m))", assets.js, assets.wasm);
    let texts = language::texts_path(language);
    let start = match &texts {
        None => format!("{module}.then(m=>m.hydrate())"),
        Some(path) => format!(
            "Promise.all([{module},fetch('{path}').then(r=>r.json())]).then(([m,t])=>m.hydrate('{}',t))",
            language.code()
        ),
    };
    view! {
        <!DOCTYPE html>
        <html lang=language.code()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="robots" content="noindex" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=assets.css />
                <link rel="modulepreload" href=assets.js nonce=use_nonce() />
                <link rel="preload" href=assets.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
                {texts.map(|path| view! { <link rel="preload" href=path r#as="fetch" crossorigin="anonymous" /> })}
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
