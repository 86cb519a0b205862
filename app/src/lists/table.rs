//! The rows of a list as a table, which becomes cards on a phone.

use super::acts::ActBar;
use super::query::{ListAsk, ask_pairs};
use super::{Cell, Column, ListKind, ListRow, ListView, Spec};
use crate::api::lists::ActOnRows;
use crate::query::{href, without};
use crate::ui::select::{RowBox, SelectAll};
use crate::ui::{ActForm, FormErrors, Pager, SortHead, Time, format, use_act};
use leptos::prelude::*;
use leptos_router::components::Form;
use model::view::ListQuery;

/// The list's URL sorted by a column; a second click turns the order round.
fn sorted_by(spec: &Spec, ask: &ListAsk, column: &str) -> String {
    let q = &ask.query;
    let (now, desc) = if q.sort.is_empty() { spec.natural } else { (q.sort.as_str(), q.desc) };
    let query = ListQuery { sort: column.to_owned(), desc: now == column && !desc, page: 0, ..q.clone() };
    href(spec.path, &ask_pairs(&ListAsk { query, ..ask.clone() }))
}

/// Whether the list is in the order of this column, and which way.
fn order(spec: &Spec, ask: &ListAsk, column: &str) -> Option<bool> {
    let (now, desc) = if ask.query.sort.is_empty() { spec.natural } else { (ask.query.sort.as_str(), ask.query.desc) };
    (now == column).then_some(desc)
}

#[component]
pub fn Table(kind: ListKind, page: ListView, ask: ListAsk) -> impl IntoView {
    let spec = kind.spec();
    let act = use_act::<ActOnRows>();
    let selected = RwSignal::new(0usize);
    let ListView { rows, total, page: number, per_page, acts, may_bulk, .. } = page;
    let choose = !acts.is_empty() || may_bulk;
    let shown: Vec<(usize, &'static Column)> =
        spec.columns.iter().enumerate().filter(|(_, c)| !ask.hide.iter().any(|h| h == c.key)).collect();
    let pages = u32::try_from(total.div_ceil(u64::from(per_page.max(1)))).unwrap_or(u32::MAX).max(1);
    let head = view! {
        <tr>
            {choose.then(|| view! { <th scope="col" class="box"><SelectAll selected /></th> })}
            {shown.iter().map(|(_, c)| {
                let class = if c.number { "num" } else { "" };
                if c.sortable {
                    view! { <SortHead label=c.label href=sorted_by(spec, &ask, c.key) sorted=order(spec, &ask, c.key) class /> }.into_any()
                } else {
                    view! { <th scope="col">{c.label}</th> }.into_any()
                }
            }).collect_view()}
        </tr>
    };
    let body =
        rows.into_iter().enumerate().map(|(at, r)| row(at, r, &shown, choose.then_some(selected))).collect_view();
    let bulk = may_bulk.then(|| {
        let narrowed = without(ask_pairs(&ask), &["page", "per_page", "sort", "desc", "hide"]);
        let of = vec![("of".to_owned(), kind.slug().replace('-', "_"))];
        href("/admin/bulk/new", &of.into_iter().chain(narrowed).collect::<Vec<_>>())
    });
    let table = view! { <div class="table-wrap"><table class="table stack"><thead>{head}</thead><tbody>{body}</tbody></table></div> };
    let here = href(spec.path, &ask_pairs(&ask));
    let columns = columns(spec, &ask);
    let next = ask.clone();
    let pager = view! {
        <Pager total page=number per_page pages what=spec.what
            href=Box::new(move |n| {
                let query = ListQuery { page: n, ..next.query.clone() };
                href(spec.path, &ask_pairs(&ListAsk { query, ..next.clone() }))
            }) />
    };
    if !choose {
        return view! { {table}{pager}{columns} }.into_any();
    }
    view! {
        <ActForm act class="">
            <FormErrors />
            <input type="hidden" name="list" value=kind.slug() />
            <input type="hidden" name="back" value=here />
            {table}
            <ActBar kind acts selected bulk />
        </ActForm>
        {pager}
        {columns}
    }
    .into_any()
}

fn row(at: usize, row: ListRow, shown: &[(usize, &'static Column)], selected: Option<RwSignal<usize>>) -> AnyView {
    let mut cells: Vec<Option<Cell>> = row.cells.into_iter().map(Some).collect();
    let (id, label) = (row.id, format!("Select {}", row.name));
    let cells = shown.iter().map(|(n, c)| {
        let cell = cells.get_mut(*n).and_then(Option::take).unwrap_or(Cell::Text(String::new()));
        // The thing itself needs no label on a phone.
        let named = (*n > 0).then_some(c.label);
        view! { <td class=if c.number { "num" } else { "" } data-label=named>{show(cell)}</td> }.into_any()
    });
    view! {
        <tr>
            {selected.map(|selected| view! { <td class="box"><RowBox at id label selected /></td> })}
            {cells.collect_view()}
        </tr>
    }
    .into_any()
}

fn show(cell: Cell) -> AnyView {
    match cell {
        Cell::Text(t) if t.is_empty() => "–".into_any(),
        Cell::Text(t) => t.into_any(),
        Cell::Link(t, to) => view! { <a href=to>{t}</a> }.into_any(),
        Cell::Name(t, to) => view! { <a href=to><strong>{t}</strong></a> }.into_any(),
        Cell::Code(t) => view! { <span class="mono">{t}</span> }.into_any(),
        Cell::Number(n) => format::thousands(n).into_any(),
        Cell::Counted(n, to) => view! { <a href=to>{format::thousands(n)}</a> }.into_any(),
        Cell::Time(at) => view! { <Time at /> }.into_any(),
        Cell::State(word, true) => word.into_any(),
        Cell::State(word, false) => view! { <span class="tag">{word}</span> }.into_any(),
    }
}

/// Which columns are shown; the first always is.
fn columns(spec: &'static Spec, ask: &ListAsk) -> AnyView {
    let kept = without(ask_pairs(ask), &["hide"]);
    let hidden = ask.hide.clone();
    view! {
        <details class="mt-3">
            <summary class="small">"Columns"</summary>
            <Form method="GET" action=spec.path attr:class="card mt-2 flex flex-wrap items-center gap-x-4 gap-y-1">
                {kept.into_iter().map(|(k, v)| view! { <input type="hidden" name=k value=v /> }).collect_view()}
                <input type="hidden" name="columns" value="1" />
                {spec.columns.iter().skip(1).map(|c| {
                    let on = !hidden.iter().any(|h| h == c.key);
                    view! { <label class="choice small"><input type="checkbox" name="show" value=c.key checked=on />{c.label}</label> }
                }).collect_view()}
                <button class="btn" type="submit">"Show"</button>
            </Form>
        </details>
    }
    .into_any()
}
