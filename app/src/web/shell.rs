//! The document round every hydrated page.

use super::look::PageLook;
use super::{Assets, language};
use crate::App;
use crate::text;
use crate::ui::theme::BEFORE_PAINT;
use axum::http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// A part of the module that is gone (410): the server has a new version since this page was opened.
const OUTDATED: &str = "window.fetch=(f=>async(...a)=>{const r=await f(...a);\
if(r.status===410&&!document.getElementById('outdated')){\
const d=document.createElement('div'),p=document.createElement('p'),b=document.createElement('button');\
d.id='outdated';d.className='banner warn outdated';d.setAttribute('role','alert');\
p.textContent='There is a new version of these pages.';b.type='button';b.className='btn';b.textContent='Load again';\
b.onclick=()=>location.reload();d.append(p,b);document.body.append(d)}return r})(window.fetch);";

/// Head and body. The scripts carry the page's nonce; without script the page is complete as it is.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let assets = use_context::<Assets>().unwrap_or_else(|| Assets::find(&options));
    let language = text::language();
    let module = format!(
        "{OUTDATED}import('{}').then(m=>m.default({{module_or_path:'{}'}}).then(()=>m))",
        assets.js, assets.wasm
    );
    let texts = language::texts_path(language);
    let start = match &texts {
        None => format!("{module}.then(m=>m.hydrate())"),
        Some(path) => format!(
            "{OUTDATED}Promise.all([{},fetch('{path}').then(r=>r.json())]).then(([m,t])=>m.hydrate('{}',t))",
            module.trim_start_matches(OUTDATED),
            language.code()
        ),
    };
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
        <html lang=language.code()>
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
