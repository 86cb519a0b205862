//! The WebAssembly entry point: it hydrates the page that the server rendered, and nothing else.

/// Called by the script in the page's head. `language`, `texts`: of the page, where it is not in English.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate(language: Option<String>, texts: Option<Vec<String>>) {
    #[cfg(target_arch = "wasm32")]
    app::speak(language.as_deref(), texts.unwrap_or_default());
    #[cfg(not(target_arch = "wasm32"))]
    let _ = (language, texts);
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
