//! OmniSearch in the top bar: a combobox whose list narrows as one types (WAI-ARIA "combobox with listbox popup"). Arrow
//! keys choose, Enter takes the chosen or the first, Escape closes. Without script it is a form that leads to the page of
//! results.

use crate::api::search::{CATEGORIES, FoundIn, search};
use crate::text::named;
use crate::ui::Icon;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::{use_location, use_navigate};

/// How long the box waits for another letter, in milliseconds.
const PAUSE: u64 = 80;

fn option_id(n: usize) -> String {
    format!("omni-{n}")
}

#[component]
pub fn Omni(action: &'static str) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let asked = RwSignal::new(String::new());
    let found: RwSignal<Vec<FoundIn>> = RwSignal::new(Vec::new());
    let chosen = RwSignal::new(0usize);
    let open = RwSignal::new(false);
    let all = move || {
        found.with_untracked(|f| f.iter().flat_map(|c| c.found.iter().map(|x| x.href.clone())).collect::<Vec<_>>())
    };
    let category = RwSignal::new(String::new());
    ask(text, category, asked, found, chosen, open);

    // Any navigation closes the list.
    let path = use_location().pathname;
    Effect::new(move |_| {
        path.track();
        open.set(false);
    });
    let navigate = use_navigate();
    let go = move |to: &str| {
        open.set(false);
        text.set(String::new());
        navigate(to, leptos_router::NavigateOptions::default());
    };
    let keys = move |event: KeyboardEvent| {
        let found = all();
        let count = found.len();
        // What was typed last may not be answered yet: then the form is sent, and the page of results is the answer.
        let fresh = asked.get_untracked() == text.get_untracked().trim();
        let step = |by: usize| {
            if count > 0 {
                chosen.update(|c| *c = (*c + by) % count)
            }
        };
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(count.saturating_sub(1)),
            "Escape" if open.get_untracked() => open.set(false),
            "Enter" if fresh && open.get_untracked() => match found.get(chosen.get_untracked()) {
                Some(to) => go(to),
                None => return,
            },
            _ => return,
        }
        event.prevent_default();
    };
    let shown = move || open.get() && !found.with(Vec::is_empty);
    view! {
        <Form method="GET" action=action attr:class="omni" attr:role="search" attr:aria-label=t!("Everything")>
            <Icon name="search" />
            <input id="omni" type="search" name="q" aria-label=t!("Search everything") placeholder=t!("Search or jump to") autocomplete="off"
                role="combobox" aria-autocomplete="list" aria-controls="omni-list"
                aria-expanded=move || if shown() { "true" } else { "false" }
                aria-activedescendant=move || shown().then(|| option_id(chosen.get()))
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
                on:focus=move |_| open.set(true)
                on:keydown=keys />
            <select class="omni-category" name="category" aria-label=t!("Search in") on:change=move |event| category.set(event_target_value(&event))>
                <option value="">{t!("Everything")}</option>
                {CATEGORIES.iter().map(|(key, title)| view! { <option value=*key>{named(title)}</option> }).collect_view()}
            </select>
            <kbd aria-hidden="true">{t!("Ctrl K")}</kbd>
            <div id="omni-list" class="omni-list" role="listbox" aria-label=t!("Found") hidden=move || !shown()>
                {move || list(found.get(), chosen)}
            </div>
        </Form>
    }
    .into_any()
}

fn list(found: Vec<FoundIn>, chosen: RwSignal<usize>) -> AnyView {
    let mut n = 0;
    found
        .into_iter()
        .map(|c| {
            let title = format!("omni-{}", c.key);
            let heading = title.clone();
            let rows = c.found.into_iter().map(|f| {
                let at = n;
                n += 1;
                view! {
                    <a class="omni-row" role="option" tabindex="-1" id=option_id(at) href=f.href aria-selected=move || if chosen.get() == at { "true" } else { "false" }>
                        <span>{f.name}</span><span class="soft small">{f.detail}</span>
                    </a>
                }
                .into_any()
            });
            let rows = rows.collect::<Vec<_>>();
            view! { <div role="group" aria-labelledby=title><p class="nav-title" id=heading>{c.title}</p>{rows}</div> }.into_any()
        })
        .collect::<Vec<_>>()
        .into_any()
}

/// Asks while one types, after a short pause; an answer to an older text is dropped. Only in the browser.
fn ask(
    text: RwSignal<String>,
    category: RwSignal<String>,
    asked: RwSignal<String>,
    found: RwSignal<Vec<FoundIn>>,
    chosen: RwSignal<usize>,
    open: RwSignal<bool>,
) {
    Effect::new(move |before: Option<Option<TimeoutHandle>>| {
        if let Some(Some(waiting)) = before {
            waiting.clear();
        }
        let (now, within) = (text.get().trim().to_owned(), category.get());
        if now.is_empty() {
            found.set(Vec::new());
            asked.set(now);
            return None;
        }
        let wait = move || {
            leptos::task::spawn_local(async move {
                let answer = search(now.clone(), within.clone()).await.unwrap_or_default();
                if text.get_untracked().trim() == now && category.get_untracked() == within {
                    found.set(answer);
                    asked.set(now);
                    chosen.set(0);
                    open.set(true);
                }
            });
        };
        set_timeout_with_handle(wait, std::time::Duration::from_millis(PAUSE)).ok()
    });
}
