//! The owner's held messages as a table, with what can be done with the selected ones.

use super::PATH;
use crate::admin::home::subject;
use crate::admin::quarantine::bulk::BulkBar;
use crate::api::quarantine::ActOnMessages;
use crate::query::{href, quarantine_pairs, quarantine_sorted};
use crate::ui::select::{RowBox, SelectAll};
use crate::ui::{ActForm, CategoryBadge, DispositionTag, Empty, FormErrors, Pager, SortHead, Time, format, use_act};
use leptos::prelude::*;
use model::Direction;
use model::view::{OwnerHome, Page, QuarantineQuery, QuarantineRow};

#[component]
pub fn Rows(home: OwnerHome, page: Page<QuarantineRow>, query: QuarantineQuery) -> impl IntoView {
    if page.rows.is_empty() {
        let narrowed = home.held > 0 || query.all;
        return view! {
            <div class="table-wrap">
                {if narrowed {
                    view! { <Empty icon="search" title=t!("No held message matches")><p><a href=PATH>{t!("Show all held messages")}</a></p></Empty> }.into_any()
                } else {
                    view! { <Empty icon="shield" title=t!("Nothing is held")><p>{t!("What the filter stops on its way to you appears here, and can be released or deleted.")}</p></Empty> }.into_any()
                }}
            </div>
        }
        .into_any();
    }
    let act = use_act::<ActOnMessages>();
    let selected = RwSignal::new(0usize);
    let (page_query, per_page) = (query.clone(), page.per_page);
    let now = if query.sort.is_empty() { "received".to_owned() } else { query.sort.clone() };
    let sorted = |column: &str| (now == column).then_some(!query.asc);
    let by = |column: &str| href(PATH, &quarantine_pairs(&quarantine_sorted(&query, column)));
    let (pages, total, at) = (page.pages(), page.total, page.page);
    let may_act = home.may_release || home.may_delete;
    let (address, all) = (home.address.clone(), query.all);
    let head = view! {
        <tr>
            {may_act.then(|| view! { <th scope="col"><SelectAll selected /></th> })}
            <SortHead label=t!("Received") href=by("received") sorted=sorted("received") />
            <SortHead label=t!("From") href=by("sender") sorted=sorted("sender") />
            <SortHead label=t!("Subject") href=by("subject") sorted=sorted("subject") />
            <SortHead label=t!("Category") href=by("category") sorted=sorted("category") />
            <SortHead label=t!("Size") href=by("size") sorted=sorted("size") class="num" />
        </tr>
    };
    let rows = page
        .rows
        .into_iter()
        .enumerate()
        .map(|(at, row)| view! { <Row at row address=address.clone() all may_act selected /> })
        .collect_view();
    view! {
        <ActForm act class="">
            <FormErrors />
            <div class="table-wrap">
                <table class="table stack" data-testid="quarantine">
                    <thead>{head}</thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {may_act.then(|| view! { <BulkBar selected release=home.may_release to_sender=false delete=home.may_delete /> })}
        </ActForm>
        <Pager total page=at per_page pages what=("message", "messages")
            href=Box::new(move |n| href(PATH, &quarantine_pairs(&QuarantineQuery { page: n, ..page_query.clone() }))) />
    }
    .into_any()
}

#[component]
fn Row(
    at: usize,
    row: QuarantineRow,
    address: String,
    all: bool,
    may_act: bool,
    selected: RwSignal<usize>,
) -> impl IntoView {
    let title = subject(&row.subject);
    let alias = row.direction == Direction::Inbound && row.recipient != address;
    view! {
        <tr>
            {may_act.then(|| view! { <td><RowBox at id=row.id label=filled!("Select {what}", what = title) selected /></td> })}
            <td data-label=t!("Received")><Time at=row.received /></td>
            <td data-label=t!("From")><span class="truncate-2">{row.sender.clone()}</span></td>
            <td data-label=t!("Subject")>
                <a class="truncate-2" href=format!("{PATH}/message/{}", row.id)>{title.clone()}</a>
                {alias.then(|| view! { <span class="soft small">{filled!("to {address}", address = row.recipient)}</span> })}
                {(row.direction == Direction::Outbound).then(|| view! { <span class="tag">{filled!("Outbound to {address}", address = row.recipient)}</span> })}
                {all.then(|| view! { " "<DispositionTag disposition=row.disposition /> })}
            </td>
            <td data-label=t!("Category")><CategoryBadge category=row.category /></td>
            <td data-label=t!("Size") class="num">{format::size(row.size)}</td>
        </tr>
    }
}
