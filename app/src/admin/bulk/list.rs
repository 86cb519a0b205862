//! Operations that were asked for, the newest first.

use crate::api::bulk::bulk_jobs;
use crate::ui::{Empty, Icon, PageHead, Time, format, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::bulk::{BulkLine, BulkList};

#[component]
pub fn List() -> impl IntoView {
    let query = use_query_map();
    let after = Memo::new(move |_| query.read().get("after").unwrap_or_default());
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (after.get(), refresh.get()), |(after, _)| bulk_jobs(after));
    view! {
        <PageHead title="Bulk operations">
            <a class="btn" href="/admin/bulk/new?of=import"><Icon name="plus" />"Paste mailboxes"</a>
            <a class="btn primary" href="/admin/bulk/new"><Icon name="plus" />"New bulk operation"</a>
        </PageHead>
        {load(data, rows)}
    }
}

/// What has become of an operation, in a word.
pub fn state(line: &BulkLine) -> &'static str {
    match line.state.as_str() {
        _ if line.stopping && line.finished.is_none() => "Stopping",
        "waiting" => "Waiting",
        "running" => "Running",
        "stopped" => "Stopped",
        _ => "Done",
    }
}

fn rows(list: BulkList) -> AnyView {
    if list.rows.is_empty() {
        return view! {
            <div class="table-wrap"><Empty icon="rows" title="No bulk operations yet">
                <p>"One changes settings of many domains, outbound IPs or mailboxes at once."</p>
            </Empty></div>
        }
        .into_any();
    }
    let rows: Vec<AnyView> = list.rows.into_iter().map(row).collect();
    let next = list.next.map(|n| view! { <p class="mt-3"><a class="btn" href=format!("/admin/bulk?after={n}")>"Older"<Icon name="right" /></a></p> });
    view! {
        <div class="table-wrap"><table class="table stack">
            <thead><tr>
                <th scope="col">"Operation"</th><th scope="col">"State"</th><th scope="col" class="num">"Done"</th>
                <th scope="col" class="num">"Failed"</th><th scope="col">"By"</th><th scope="col">"Begun"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
        {next}
    }
    .into_any()
}

fn row(line: BulkLine) -> AnyView {
    view! {
        <tr>
            <td><a href=format!("/admin/bulk/{}", line.id)>{format!("{} (no. {})", line.what, line.id)}</a></td>
            <td data-label="State">{state(&line)}</td>
            <td class="num" data-label="Done">{format!("{} of {}", format::thousands(line.done), format::thousands(line.total))}</td>
            <td class="num" data-label="Failed">{format::thousands(line.failed)}</td>
            <td data-label="By">{line.by}</td>
            <td data-label="Begun"><Time at=line.created /></td>
        </tr>
    }
    .into_any()
}
