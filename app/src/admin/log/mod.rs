//! The message log: what became of every message, for each recipient (guide chapter 13).

pub(crate) mod filters;
pub mod kept;
pub mod message;

use super::home::subject;
use crate::api::log::log;
use crate::query::{href, log_from, log_pairs};
use crate::ui::{CategoryBadge, DispositionTag, Empty, Icon, PageHead, Time, format, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::Action;
use model::view::{LogPage, LogQuery, LogRow};

pub const PATH: &str = "/admin/messages";

#[component]
pub fn List() -> impl IntoView {
    let map = use_query_map();
    let asked = Memo::new(move |_| (log_from(&map.read()), map.read().get("after").unwrap_or_default()));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (asked.get(), refresh.get()), |((q, after), _)| log(q, after));
    view! {
        <PageHead title="Message log" />
        {move || view! { <filters::Filters query=asked.get().0 /> }}
        {load(data, move |page| {
            let (query, after) = asked.get_untracked();
            view! { <Rows page query later=!after.is_empty() /> }.into_any()
        })}
    }
}

/// `later`: whether there are newer rows than these.
#[component]
fn Rows(page: LogPage, query: LogQuery, later: bool) -> impl IntoView {
    if page.rows.is_empty() {
        let narrowed = query != LogQuery::default();
        return view! {
            <div class="table-wrap">
                <Empty icon="inbox" title=if narrowed { "No message matches" } else { "No messages yet" }>
                    {if narrowed {
                        view! { <p><a href=PATH>"Show the whole log"</a></p> }.into_any()
                    } else {
                        view! { <p>"Every message that passes through here is kept in this log for 35 days."</p> }.into_any()
                    }}
                </Empty>
            </div>
        }
        .into_any();
    }
    let pairs = log_pairs(&query);
    let newest = href(PATH, &pairs);
    let next = page.next.map(|next| href(PATH, &[pairs, vec![("after".to_owned(), next)]].concat()));
    let shown = format::count(page.rows.len() as u64, "row", "rows");
    view! {
        <div class="table-wrap">
            <table class="table stack" data-testid="log">
                <thead><tr>
                    <th scope="col">"Received"</th>
                    <th scope="col">"From"</th>
                    <th scope="col">"To"</th>
                    <th scope="col">"Subject"</th>
                    <th scope="col">"Category"</th>
                    <th scope="col">"Outcome"</th>
                    <th scope="col" class="num">"Size"</th>
                </tr></thead>
                <tbody>{page.rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        <div class="pager">
            <span data-testid="list-count">{shown}</span>
            <nav aria-label="Pages">
                {later.then(|| view! { <a class="btn" href=newest><Icon name="left" />"Newest"</a> })}
                {next.map(|href| view! { <a class="btn" href=href rel="next">"Older"<Icon name="right" /></a> })}
            </nav>
        </div>
    }
    .into_any()
}

fn row(r: LogRow) -> impl IntoView {
    let envelope = format!("Envelope: {}", if r.envelope_from.is_empty() { "<>" } else { &r.envelope_from });
    let sender = if r.header_from.is_empty() { r.envelope_from.clone() } else { r.header_from.clone() };
    // What the filter did, where the outcome does not say it already.
    let acted = (!matches!(r.action, Action::Allow | Action::Quarantine | Action::Block)).then(|| r.action.label());
    view! {
        <tr>
            <td data-label="Received"><Time at=r.received /></td>
            <td data-label="From"><span class="truncate-2" title=envelope>{sender}</span></td>
            <td data-label="To">{r.recipient}</td>
            <td data-label="Subject" class="wide"><a class="truncate-2" href=format!("{PATH}/{}", r.message)>{subject(&r.subject)}</a></td>
            <td data-label="Category"><CategoryBadge category=r.category /></td>
            <td data-label="Outcome"><span title=r.reply><DispositionTag disposition=r.disposition /></span>{acted.map(|a| view! { <div class="soft small">{a}</div> })}</td>
            <td data-label="Size" class="num">{format::size(r.size)}</td>
        </tr>
    }
}
