//! Choosing rows of a list, with shift for a range.

use crate::ui::time::Clock;
use leptos::ev::MouseEvent;
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
pub fn start(selected: RwSignal<usize>) {
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
        <span class="sr-only">{t!("Select")}</span>
        {move || scripted().then(|| view! { <input type="checkbox" aria-label=t!("Select all on this page") on:click=click /> })}
    }
}
