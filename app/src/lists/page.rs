//! The page of a list: title, search, what narrows it, the rows.

use super::query::{ListAsk, ask_from, ask_pairs};
use super::table::Table;
use super::{Choice, ListKind, ListView};
use crate::api::lists::list;
use crate::query::{href, without};
use crate::ui::{Empty, Icon, PageHead, SearchBox, load, use_refresh};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

#[component]
pub fn ListPage(kind: ListKind) -> impl IntoView {
    let spec = kind.spec();
    let map = use_query_map();
    let ask = Memo::new(move |_| ask_from(kind, &map.read()));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (ask.get(), refresh.get()), move |(a, _)| list(kind, a));
    let may_add = move || data.get().and_then(Result::ok).is_some_and(|v: ListView| v.may_add);
    view! {
        <PageHead title=spec.title>
            <a class="btn quiet" rel="external" download="" href=move || href(&format!("/admin/lists/{}.csv", kind.slug()), &without(ask_pairs(&ask.get()), &["page", "per_page"]))>
                <Icon name="download" />"CSV"<span class="sr-only">" of all that match"</span>
            </a>
            <Transition>
                {move || may_add().then(|| view! { <a class="btn primary" href=format!("{}/new", spec.path)><Icon name="plus" />{spec.add}</a> })}
            </Transition>
        </PageHead>
        <div class="list-bar">
            {move || {
                let a = ask.get();
                let label = format!("Search {}", spec.title.to_lowercase());
                let hidden = without(ask_pairs(&a), &["q", "page"]);
                view! { <SearchBox action=spec.path label value=a.query.q.clone() hidden /> }
            }}
        </div>
        {load(data, move |view| body(kind, view, ask.get_untracked()))}
    }
    .into_any()
}

fn body(kind: ListKind, page: ListView, ask: ListAsk) -> AnyView {
    let spec = kind.spec();
    let choices = choices(spec.path, &page.choices, &ask);
    if page.rows.is_empty() {
        let title =
            if ask.narrowed() { format!("No {} matches", spec.what.0) } else { format!("No {} yet", spec.what.1) };
        let next = if ask.narrowed() {
            view! { <p><a href=spec.path>{format!("Show all {}", spec.what.1)}</a></p> }.into_any()
        } else {
            view! { <p>{spec.empty}</p> }.into_any()
        };
        return view! { {choices}<div class="table-wrap"><Empty icon=spec.icon title>{next}</Empty></div> }.into_any();
    }
    view! { {choices}<Table kind page ask /> }.into_any()
}

/// Chips of short choices, a form of long ones, and what narrows the list now.
fn choices(path: &'static str, all: &[Choice], ask: &ListAsk) -> AnyView {
    let link = |a: &ListAsk| href(path, &ask_pairs(a));
    let (short, long): (Vec<_>, Vec<_>) =
        all.iter().cloned().partition(|c| c.options.len() <= 5 && !c.more && c.name != "account" && c.name != "domain");
    let chips: Vec<_> = short
        .iter()
        .flat_map(|c| c.options.iter().map(move |o| (c.name.clone(), o.clone())))
        .map(|(name, (value, label))| {
            let on = ask.filter(&name) == value;
            let to = link(&ask.with(&name, if on { "" } else { &value }));
            view! { <a class="chip" href=to aria-current=on.then_some("true")>{label}{on.then(|| view! { <Icon name="cross" /> })}</a> }
        })
        .collect();
    let active: Vec<_> = long
        .iter()
        .filter_map(|c| {
            let value = ask.filter(&c.name);
            let label = c.options.iter().find(|(v, _)| *v == value).map(|(_, l)| l.clone());
            (!value.is_empty()).then(|| (format!("{}: {}", c.label, label.unwrap_or(value)), link(&ask.with(&c.name, ""))))
        })
        .chain((!ask.query.q.is_empty()).then(|| (format!("“{}”", ask.query.q), link(&ask.with("q", "")))))
        .map(|(label, to)| view! { <a class="chip" aria-current="true" href=to>{label}<Icon name="cross" /><span class="sr-only">"Remove this filter"</span></a> })
        .collect();
    let named: Vec<&str> = long.iter().map(|c| c.name.as_str()).chain(["page"]).collect();
    let kept = without(ask_pairs(ask), &named);
    let fields: Vec<AnyView> = long.into_iter().map(|c| one(c, ask)).collect();
    let form = (!fields.is_empty()).then(|| {
        view! {
            <details class="mb-3">
                <summary class="small">"Filters"</summary>
                <Form method="GET" action=path attr:class="card mt-2 flex flex-wrap items-end gap-x-4 gap-y-3">
                    {kept.into_iter().map(|(k, v)| view! { <input type="hidden" name=k value=v /> }).collect_view()}
                    {fields}
                    <button class="btn" type="submit">"Apply"</button>
                </Form>
            </details>
        }
    });
    let any = !chips.is_empty() || !active.is_empty();
    view! {
        {any.then(|| view! { <nav class="chips mb-3" aria-label="Filters">{chips}{active}</nav> })}
        {form}
    }
    .into_any()
}

fn one(choice: Choice, ask: &ListAsk) -> AnyView {
    let chosen = ask.filter(&choice.name);
    view! {
        <label class="block small">{choice.label}<br/>
            <select class="input" name=choice.name>
                <option value="">"All"</option>
                {choice.options.into_iter().map(|(v, l)| { let on = v == chosen; view! { <option value=v selected=on prop:selected=on>{l}</option> } }).collect_view()}
            </select>
            {choice.more.then(|| view! { <span class="help block">"The first 500 by name"</span> })}
        </label>
    }
    .into_any()
}
