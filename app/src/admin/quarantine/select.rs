//! Choosing rows, with shift for a range, and what can be done with the chosen ones.

use crate::ui::time::Clock;
use crate::ui::{Icon, format};
use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// The id of the box in a row, counted from 0.
fn box_id(at: usize) -> String {
    format!("row-{at}")
}

/// The rows' boxes, in order. Only in the browser.
fn boxes() -> Vec<web_sys::HtmlInputElement> {
    (0..).map_while(|at| document().get_element_by_id(&box_id(at))).filter_map(|e| e.dyn_into().ok()).collect()
}

fn count() -> usize {
    boxes().iter().filter(|b| b.checked()).count()
}

/// Rows that were ticked before the page was hydrated stay ticked; rows that replace others never start ticked,
/// though the browser keeps the boxes.
fn start(selected: RwSignal<usize>) {
    let first = use_context::<Clock>().is_some_and(|c| c.0.read_untracked().is_none());
    Effect::new(move |_| {
        if !first {
            for b in boxes() {
                b.set_checked(false);
            }
        }
        selected.set(count());
    });
}

/// The row that was clicked last: where a range starts.
#[derive(Clone, Copy)]
struct Last(StoredValue<Option<usize>>);

/// The box of a row.
#[component]
pub fn RowBox(at: usize, id: i64, label: String, selected: RwSignal<usize>) -> impl IntoView {
    let last = use_context::<Last>();
    let click = move |event: MouseEvent| {
        let all = boxes();
        let before = last.and_then(|l| l.0.get_value());
        if let (true, Some(from), Some(to)) =
            (event.shift_key(), before.filter(|b| *b < all.len()), Some(at).filter(|a| *a < all.len()))
        {
            let on = all[to].checked();
            for b in &all[from.min(to)..=from.max(to)] {
                b.set_checked(on);
            }
        }
        if let Some(Last(last)) = last {
            last.set_value(Some(at));
        }
        selected.set(count());
    };
    view! { <input type="checkbox" id=box_id(at) name="ids[]" value=id aria-label=label on:click=click /> }
}

/// The box in the head; it needs script, and appears with it.
#[component]
pub fn SelectAll(selected: RwSignal<usize>) -> impl IntoView {
    provide_context(Last(StoredValue::new(None)));
    let clock = use_context::<Clock>();
    let scripted = move || clock.is_some_and(|c| c.0.read().is_some());
    let click = move |event: MouseEvent| {
        let on =
            event.target().and_then(|t| t.dyn_into::<web_sys::HtmlInputElement>().ok()).is_some_and(|b| b.checked());
        for b in boxes() {
            b.set_checked(on);
        }
        selected.set(count());
    };
    view! {
        <span class="sr-only">"Select"</span>
        {move || scripted().then(|| view! { <input type="checkbox" aria-label="Select all on this page" on:click=click /> })}
    }
}

/// Release, return, delete, as far as permitted; the last asks first.
#[component]
pub fn BulkBar(
    selected: RwSignal<usize>,
    #[prop(default = true)] release: bool,
    #[prop(default = true)] to_sender: bool,
    #[prop(default = true)] delete: bool,
) -> impl IntoView {
    start(selected);
    let ask = NodeRef::<Dialog>::new();
    let open = move |event: MouseEvent| {
        event.prevent_default();
        if selected.get_untracked() > 0
            && let Some(dialog) = ask.get_untracked()
        {
            let _ = dialog.show_modal();
        }
    };
    let close = move |_: MouseEvent| {
        if let Some(dialog) = ask.get_untracked() {
            dialog.close();
        }
    };
    let clock = use_context::<Clock>();
    let none = move || clock.is_some_and(|c| c.0.read().is_some()) && selected.get() == 0;
    let how_many = move || format::count(selected.get() as u64, "message", "messages");
    view! {
        <div class="bulk" role="group" aria-label="With the selected messages">
            <span data-testid="selected" class="soft">{move || if selected.get() == 0 { "Select messages to release or delete".to_owned() } else { format!("{} selected", selected.get()) }}</span>
            <span class="flex flex-wrap gap-2 ml-auto">
                {release.then(|| view! { <button class="btn primary" type="submit" name="act" value="release" disabled=none><Icon name="release" />"Release"</button> })}
                {to_sender.then(|| view! { <button class="btn" type="submit" name="act" value="release_sender" disabled=none><Icon name="reply" />"Release to sender"</button> })}
                {delete.then(|| view! { <button class="btn danger" type="submit" name="act" value="delete" disabled=none on:click=open><Icon name="trash" />"Delete"</button> })}
            </span>
        </div>
        <dialog class="ask" node_ref=ask aria-labelledby="ask-title">
            <h2 id="ask-title">{move || format!("Delete {}?", how_many())}</h2>
            <p class="mt-2">"This cannot be undone. The recipients will not get them."</p>
            <div class="form-acts">
                <button class="btn" type="button" autofocus on:click=close>"Keep them"</button>
                <button class="btn danger fill" type="submit" name="act" value="delete_confirmed" on:click=close><Icon name="trash" />{move || format!("Delete {}", how_many())}</button>
            </div>
        </dialog>
    }
}
