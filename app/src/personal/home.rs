//! An owner's home: what is held now, what came in the last 30 days, how often a digest is sent.

use super::{PATH, ToLight, list};
use crate::admin::quarantine::filters::Chips;
use crate::api::personal::{FREQUENCIES, SetDigest, owner_home};
use crate::api::quarantine::quarantine;
use crate::query::{quarantine_from, quarantine_pairs, without};
use crate::text::named;
use crate::ui::month::MonthChart;
use crate::ui::{ActForm, FormErrors, PageHead, SearchBox, Time, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::view::{OwnerHome, QuarantineQuery};

/// Rows of a page, unless the address says otherwise: few, so that what stands below the list is near.
const PER_PAGE: u32 = 25;

#[component]
pub fn Home() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| quarantine_from(&map.read()));
    let refresh = use_refresh();
    let data = Resource::new_blocking(
        move || (query.get(), refresh.get()),
        |(q, _)| async move {
            let per_page = if q.per_page == 0 { PER_PAGE } else { q.per_page };
            Ok((owner_home().await?, quarantine(QuarantineQuery { per_page, ..q }).await?))
        },
    );
    view! {
        <PageHead title=t!("Held mail")><ToLight href="/light".into() /></PageHead>
        {move || {
            let q = query.get();
            let hidden = without(quarantine_pairs(&q), &["q", "page"]);
            view! {
                <div class="mb-3"><SearchBox action=PATH label=t!("Sender or subject") value=q.q.clone() hidden /></div>
                <Chips path=PATH query=q />
            }
        }}
        {load(data, move |(home, page)| view! {
            <list::Rows home=home.clone() page query=query.get_untracked() />
            <About home />
        }.into_any())}
    }
}

#[component]
fn About(home: OwnerHome) -> impl IntoView {
    let names = home.aliases.join(", ");
    view! {
        <div class="split mt-6">
            <section class="card" aria-labelledby="month">
                <h2 id="month">{t!("The last 30 days")}</h2>
                <MonthChart month=home.month />
            </section>
            <section class="card" aria-labelledby="digest">
                <h2 id="digest">{t!("Digest of held mail")}</h2>
                <p class="mb-3">
                    {t!("Sent to ")}<strong>{home.address}</strong>
                    {(!names.is_empty()).then(|| filled!(" (also {names})", names = names))}
                    {home.last_digest.map(|at| view! { {t!(", last ")}<Time at /> })}
                    "."
                </p>
                {home.settings.then(|| view! { <Frequency now=home.digest /> })}
            </section>
        </div>
    }
}

#[component]
fn Frequency(now: model::settings::DigestFrequency) -> impl IntoView {
    let act = use_act::<SetDigest>();
    view! {
        <ActForm act>
            <FormErrors />
            <fieldset id="f-digest">
                <legend class="legend">{t!("How often")}</legend>
                {FREQUENCIES.iter().map(|(frequency, word, label)| view! {
                    <label class="choice"><input type="radio" name="digest" value=*word checked=*frequency == now />{named(label)}</label>
                }).collect_view()}
            </fieldset>
            <button class="btn mt-3" type="submit" disabled=act.pending()>{t!("Save")}</button>
        </ActForm>
    }
}
