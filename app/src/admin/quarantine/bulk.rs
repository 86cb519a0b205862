//! What can be done with the chosen messages.

use crate::ui::Icon;
use crate::ui::select::start;
use crate::ui::time::Clock;
use leptos::ev::MouseEvent;
use leptos::html::Dialog;
use leptos::prelude::*;

/// Release, return, delete, as far as permitted; the last asks first.
#[component]
pub fn BulkBar(
    selected: RwSignal<usize>,
    #[prop(default = true)] release: bool,
    #[prop(default = true)] to_sender: bool,
    #[prop(default = true)] delete: bool,
) -> impl IntoView {
    start(selected);
    let ask = NodeRef::<Dialog>::new();
    let open = move |event: MouseEvent| {
        event.prevent_default();
        if selected.get_untracked() > 0
            && let Some(dialog) = ask.get_untracked()
        {
            let _ = dialog.show_modal();
        }
    };
    let close = move |_: MouseEvent| {
        if let Some(dialog) = ask.get_untracked() {
            dialog.close();
        }
    };
    let clock = use_context::<Clock>();
    let none = move || clock.is_some_and(|c| c.0.read().is_some()) && selected.get() == 0;
    let how_many = move || selected.get() as u64;
    view! {
        <div class="bulk" role="group" aria-label=t!("With the selected messages")>
            <span data-testid="selected" class="soft">{move || if selected.get() == 0 { t!("Select messages to release or delete").to_owned() } else { counted!("{n} selected", selected.get() as u64) }}</span>
            <span class="flex flex-wrap gap-2 ml-auto">
                {release.then(|| view! { <button class="btn primary" type="submit" name="act" value="release" disabled=none><Icon name="release" />{t!("Release")}</button> })}
                {to_sender.then(|| view! { <button class="btn" type="submit" name="act" value="release_sender" disabled=none><Icon name="reply" />{t!("Release to sender")}</button> })}
                {delete.then(|| view! { <button class="btn danger" type="submit" name="act" value="delete" disabled=none on:click=open><Icon name="trash" />{t!("Delete")}</button> })}
            </span>
        </div>
        <dialog class="ask" node_ref=ask aria-labelledby="ask-title">
            <h2 id="ask-title">{move || counted!("Delete {n} message?|Delete {n} messages?", how_many())}</h2>
            <p class="mt-2">{t!("This cannot be undone. The recipients will not get them.")}</p>
            <div class="form-acts">
                <button class="btn" type="button" autofocus on:click=close>{t!("Keep them")}</button>
                <button class="btn danger fill" type="submit" name="act" value="delete_confirmed" on:click=close><Icon name="trash" />{move || counted!("Delete {n} message|Delete {n} messages", how_many())}</button>
            </div>
        </dialog>
    }
}
