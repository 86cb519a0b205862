//! The WebAssembly entry point: it hydrates the page that the server rendered, and nothing else.

/// Called by the script in the page's head.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_lazy(app::App);
}
