//! The help of a page, on a page of its own that works everywhere.

use crate::api::help::{Block, HelpText, help};
use crate::ui::{PageHead, load};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

#[component]
pub fn Help() -> impl IntoView {
    let params = use_params_map();
    let topic = Memo::new(move |_| params.read().get("topic").unwrap_or_default());
    let data = Resource::new_blocking(move || topic.get(), help);
    load(data, text)
}

fn text(text: HelpText) -> AnyView {
    let blocks = text.blocks.into_iter().map(|b| match b {
        Block::Paragraph(p) => view! { <p class="mb-3">{p}</p> }.into_any(),
        Block::List(items) => {
            view! { <ul class="list-disc pl-5 mb-3">{items.into_iter().map(|i| view! { <li>{i}</li> }).collect_view()}</ul> }
                .into_any()
        }
    });
    view! {
        <PageHead title=text.title up=vec![("/admin/help/dashboard".into(), "Help".into())] />
        <div class="card form wide">{blocks.collect_view()}</div>
    }
    .into_any()
}
