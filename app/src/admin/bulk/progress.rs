//! One operation: how far it is, what failed, and how it is stopped. It goes on whether anybody looks or not.

use super::list::state;
use crate::api::bulk::{StopBulk, bulk_job};
use crate::ui::form::Act;
use crate::ui::{ActForm, FormErrors, PageHead, Time, format, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::view::bulk::BulkDetail;

/// Milliseconds between looks of a page with script.
#[cfg(feature = "hydrate")]
const LOOK: u64 = 1_000;

#[component]
pub fn Detail() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| bulk_job(id));
    let stop = use_act::<StopBulk>();
    // Whether there is anything to look for.
    let live = StoredValue::new(false);
    #[cfg(feature = "hydrate")]
    {
        let look = move || {
            if live.get_value() {
                data.refetch();
            }
        };
        if let Ok(handle) = set_interval_with_handle(look, std::time::Duration::from_millis(LOOK)) {
            on_cleanup(move || handle.clear());
        }
    }
    load(data, move |job| {
        live.set_value(job.line.finished.is_none());
        page(stop, job)
    })
}

fn page(stop: Act<StopBulk>, job: BulkDetail) -> AnyView {
    let line = job.line;
    let live = line.finished.is_none();
    // Rows that are gone count as done; an operation on nothing is at its end.
    let (done, total) = if line.total == 0 { (1, 1) } else { (line.done, line.total) };
    let said = format!(
        "{}: {} of {}, {} failed",
        state(&line),
        format::thousands(line.done),
        format::count(line.total, "object", "objects"),
        format::thousands(line.failed)
    );
    let failures: Vec<AnyView> = job
        .failures
        .into_iter()
        .map(|(object, reason)| view! { <tr><th scope="row">{object}</th><td>{reason}</td></tr> }.into_any())
        .collect();
    let more = line.failed.saturating_sub(failures.len() as u64);
    view! {
        <PageHead title=format!("{} (no. {})", line.what, line.id) up=vec![("/admin/bulk".into(), "Bulk operations".into())] />
        // Without script the page looks again by itself.
        {live.then(|| view! { <noscript inner_html="<meta http-equiv=\"refresh\" content=\"2\">"></noscript> })}
        <div class="grid gap-4">
            <section class="card" aria-labelledby="progress">
                <h2 id="progress">"Progress"</h2>
                <progress class="progress" max=total.to_string() value=done.to_string() aria-label="Progress">{said.clone()}</progress>
                <p class="mt-3" role="status" data-testid="bulk-state">{said}</p>
                <dl class="facts mt-3">
                    <dt>"Begun"</dt><dd><Time at=line.created />" by "{line.by}</dd>
                    {line.finished.map(|at| view! { <dt>"Ended"</dt><dd><Time at /></dd> })}
                </dl>
                {(live && job.may_stop && !line.stopping).then(|| view! {
                    <ActForm act=stop>
                        <FormErrors />
                        <input type="hidden" name="id" value=line.id.to_string() />
                        <button class="btn danger mt-3" type="submit">"Stop"</button>
                    </ActForm>
                })}
            </section>
            {(!failures.is_empty()).then(|| view! {
                <section class="card" aria-labelledby="failed">
                    <h2 id="failed">"What failed"</h2>
                    <div class="scroll-x"><table class="plain">
                        <thead><tr><th scope="col">"Object"</th><th scope="col">"Reason"</th></tr></thead>
                        <tbody>{failures}</tbody>
                    </table></div>
                    {(more > 0).then(|| view! { <p class="soft">{format!("and {} more", format::thousands(more))}</p> })}
                </section>
            })}
        </div>
    }
    .into_any()
}
