//! The quarantine: find held messages, release or delete them, many at once.

use super::home::subject;
use crate::api::quarantine::{ActOnMessages, quarantine};
use crate::query::{href, quarantine_from, quarantine_pairs, quarantine_sorted};
use crate::ui::select::{RowBox, SelectAll};
use crate::ui::{
    ActForm, CategoryBadge, DispositionTag, Empty, FormErrors, Icon, PageHead, Pager, SortHead, Time, format, load,
    use_act, use_refresh,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{Page, QuarantineQuery, QuarantineRow};

pub(crate) mod bulk;
pub(crate) mod filters;

pub const PATH: &str = "/admin/quarantine";

#[component]
pub fn List() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| quarantine_from(&map.read()));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (query.get(), refresh.get()), |(q, _)| quarantine(q));
    view! {
        <PageHead title=t!("Quarantine") />
        {move || view! { <filters::Filters query=query.get() /> }}
        {load(data, move |page| view! { <Rows page query=query.get_untracked() /> }.into_any())}
    }
}

#[component]
fn Rows(page: Page<QuarantineRow>, query: QuarantineQuery) -> impl IntoView {
    if page.rows.is_empty() {
        let narrowed =
            quarantine_pairs(&QuarantineQuery { sort: String::new(), asc: false, page: 0, ..query }).is_empty();
        return if narrowed {
            view! {
                <div class="table-wrap">
                    <Empty icon="shield" title=t!("Nothing is held")>
                        <p>"What the filter stops appears here, and can be released or deleted."</p>
                    </Empty>
                </div>
            }
            .into_any()
        } else {
            view! {
                <div class="table-wrap">
                    <Empty icon="search" title=t!("No held message matches")>
                        <p><a href=PATH>{t!("Show all held messages")}</a></p>
                    </Empty>
                </div>
            }
            .into_any()
        };
    }
    let act = use_act::<ActOnMessages>();
    let selected = RwSignal::new(0usize);
    let (page_query, per_page) = (query.clone(), page.per_page);
    let now = if query.sort.is_empty() { "received".to_owned() } else { query.sort.clone() };
    let sorted = |column: &str| (now == column).then_some(!query.asc);
    let by = |column: &str| href(PATH, &quarantine_pairs(&quarantine_sorted(&query, column)));
    let (pages, total, at) = (page.pages(), page.total, page.page);
    let all = query.all;
    let head = view! {
        <tr>
            <th scope="col"><SelectAll selected /></th>
            <SortHead label=t!("Received") href=by("received") sorted=sorted("received") />
            <SortHead label=t!("From") href=by("sender") sorted=sorted("sender") />
            <SortHead label=t!("To") href=by("recipient") sorted=sorted("recipient") />
            <SortHead label=t!("Subject") href=by("subject") sorted=sorted("subject") />
            <SortHead label=t!("Category") href=by("category") sorted=sorted("category") />
            <SortHead label=t!("Size") href=by("size") sorted=sorted("size") class="num" />
            <SortHead label="Score" href=by("score") sorted=sorted("score") class="num" />
        </tr>
    };
    view! {
        <ActForm act class="">
            <FormErrors />
            <div class="table-wrap">
                <table class="table stack" data-testid="quarantine">
                    <thead>{head}</thead>
                    <tbody>{page.rows.into_iter().enumerate().map(|(at, row)| view! { <Row at row all selected /> }).collect_view()}</tbody>
                </table>
            </div>
            <bulk::BulkBar selected />
        </ActForm>
        <Pager total page=at per_page pages what=("message", "messages")
            href=Box::new(move |n| href(PATH, &quarantine_pairs(&QuarantineQuery { page: n, ..page_query.clone() }))) />
    }
    .into_any()
}

#[component]
fn Row(at: usize, row: QuarantineRow, all: bool, selected: RwSignal<usize>) -> impl IntoView {
    let title = subject(&row.subject);
    view! {
        <tr>
            <td><RowBox at id=row.id label=filled!("Select {what}", what = title) selected /></td>
            <td data-label=t!("Received")><Time at=row.received /></td>
            <td data-label=t!("From")><span class="truncate-2" title=format!("Envelope: {}", if row.envelope_from.is_empty() { "<>" } else { &row.envelope_from })>{row.sender.clone()}</span></td>
            <td data-label=t!("To")>{row.recipient.clone()}</td>
            <td data-label=t!("Subject") class="wide">
                <a class="truncate-2" href=format!("{PATH}/{}", row.id)>{title}</a>
                {row.system.then(|| view! { <span class="tag">"System quarantine"</span> })}
                {all.then(|| view! { " "<DispositionTag disposition=row.disposition /> })}
            </td>
            <td data-label=t!("Category")><CategoryBadge category=row.category /></td>
            <td data-label=t!("Size") class="num">{format::size(row.size)}</td>
            <td data-label="Score" class="num">{format!("{:.1}", row.score)}</td>
        </tr>
    }
}

/// Asks before a deletion where there is no script to ask in place.
#[component]
pub fn ConfirmDelete() -> impl IntoView {
    view! { <Confirm path=PATH label=t!("Quarantine") /> }
}

/// `path`, `label`: the list that the messages stand in.
#[component]
pub(crate) fn Confirm(path: &'static str, label: &'static str) -> impl IntoView {
    let map = use_query_map();
    let (ids, back) = map.with_untracked(|m| {
        let ids: Vec<i64> =
            m.get("ids").unwrap_or_default().split(',').filter_map(|i| i.parse().ok()).take(500).collect();
        let back =
            m.get("back").filter(|b| b.starts_with('/') && !b.starts_with("//")).unwrap_or_else(|| path.to_owned());
        (ids, back)
    });
    let act = use_act::<ActOnMessages>();
    let n = ids.len() as u64;
    let title = counted!("Delete {n} message?|Delete {n} messages?", n);
    view! {
        <PageHead title=title up=vec![(path.into(), label.into())] />
        <ActForm act>
            <FormErrors />
            {ids.into_iter().map(|id| view! { <input type="hidden" name="ids[]" value=id /> }).collect_view()}
            <input type="hidden" name="back" value=back.clone() />
            <p>{t!("This cannot be undone. The recipients will not get them.")}</p>
            <div class="form-acts">
                <a class="btn" href=back>{t!("Keep them")}</a>
                <button class="btn danger fill" type="submit" name="act" value="delete_confirmed">
                    <Icon name="trash" />{counted!("Delete {n} message|Delete {n} messages", n)}
                </button>
            </div>
        </ActForm>
    }
}
