//! Text that is copied into another place: a record of a zone, a fingerprint. Focus selects it; with script a button copies.

use crate::ui::Icon;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};

/// A labelled field that cannot be changed. `id` is unique in the page.
#[component]
pub fn Copyable(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    /// Lines that are shown; one is an input.
    #[prop(default = 1)]
    rows: u32,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    // Only where there is script, and a page that may (https, or this machine).
    let can = RwSignal::new(false);
    Effect::new(move |_| can.set(clipboard().is_some()));
    let text = value.clone();
    let copy = move |_| {
        write(&text);
        copied.set(true);
    };
    let field = if rows > 1 {
        view! { <textarea class="input mono" id=id.clone() rows=rows readonly spellcheck="false" on:focus=|e| select(&e)>{value}</textarea> }.into_any()
    } else {
        view! { <input class="input mono" id=id.clone() readonly value=value on:focus=|e| select(&e) /> }.into_any()
    };
    let what = label.clone();
    view! {
        <div class="field copyable">
            <label for=id>{label}</label>
            <div class="copyable-row">
                {field}
                <button class="btn" type="button" hidden=move || !can.get() aria-label=format!("Copy {what}") on:click=copy>
                    <Icon name="page" />{move || if copied.get() { "Copied" } else { "Copy" }}
                </button>
            </div>
            <span class="sr-only" role="status">{move || copied.get().then_some("Copied")}</span>
        </div>
    }
    .into_any()
}

/// Selects what stands in the field, ready to be copied.
fn select(event: &leptos::ev::FocusEvent) {
    let Some(target) = event.target() else { return };
    if let Some(field) = target.dyn_ref::<web_sys::HtmlInputElement>() {
        field.select();
    } else if let Some(field) = target.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        field.select();
    }
}

fn clipboard() -> Option<JsValue> {
    let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    js_sys::Reflect::get(&navigator, &"clipboard".into()).ok().filter(|c| c.is_object())
}

fn write(text: &str) {
    let Some(clipboard) = clipboard() else { return };
    let write = js_sys::Reflect::get(&clipboard, &"writeText".into()).ok();
    if let Some(write) = write.and_then(|w| w.dyn_into::<js_sys::Function>().ok()) {
        let _ = write.call1(&clipboard, &text.into());
    }
}
