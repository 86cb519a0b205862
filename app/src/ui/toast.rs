//! What the last acts came to, in the corner, read out by screen readers.

use crate::api::quarantine::ActOnMessages;
use crate::ui::state::Notices;
use crate::ui::{ActForm, Icon, use_act};
use leptos::prelude::*;

#[component]
pub fn Toasts() -> impl IntoView {
    let list = use_context::<Notices>().map_or_else(|| RwSignal::new(Vec::new()), |n| n.0);
    view! {
        <div class="toasts" role="status" aria-live="polite" data-testid="notices">
            <For each=move || list.get() key=|(id, _)| *id let((id, notice))>
                <div class=if notice.problems.is_empty() { "toast" } else { "toast partly" }>
                    <div class="grow">
                        <p>{notice.text.clone()}</p>
                        {(!notice.problems.is_empty())
                            .then(|| {
                                view! {
                                    <ul class="small">
                                        {notice.problems.iter().map(|p| view! { <li>{p.clone()}</li> }).collect_view()}
                                    </ul>
                                }
                            })}
                    </div>
                    {(!notice.undo.is_empty()).then(|| undo(notice.undo.clone()))}
                    <button
                        type="button"
                        class="btn quiet icon-only"
                        aria-label=t!("Dismiss")
                        on:click=move |_| list.update(|l| l.retain(|(i, _)| *i != id))
                    >
                        <Icon name="cross" />
                    </button>
                </div>
            </For>
        </div>
    }
}

/// Takes back a deletion.
fn undo(ids: Vec<i64>) -> AnyView {
    let act = use_act::<ActOnMessages>();
    view! {
        <ActForm act class="contents">
            {ids.into_iter().map(|id| view! { <input type="hidden" name="ids[]" value=id /> }).collect_view()}
            <button type="submit" class="btn" name="act" value="undelete" disabled=move || act.succeeded().get()>"Undo"</button>
        </ActForm>
    }
    .into_any()
}
