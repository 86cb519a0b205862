//! Signing keys of a domain (guide chapter 6 "DKIM Options"): from one to the next in four steps, none of which leaves mail
//! with a signature that nobody can verify.

use super::status::{mark, publish};
use crate::api::dkim::{ActOnDkimKey, AddDkimKey, dkim_keys};
use crate::ui::copy::Copyable;
use crate::ui::form::{Act, Select};
use crate::ui::{ActForm, Empty, Field, FormErrors, Icon, PageHead, Time, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::view::status::{DkimLine, DkimPage, Health};
use model::{DkimAlgorithm, DomainId};

#[component]
pub fn Keys() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| DomainId(params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0)));
    let again = Memo::new(move |_| query.read().get("again").unwrap_or_default());
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get(), again.get()), |(id, ..)| dkim_keys(id));
    let (add, act) = (use_act(), use_act());
    load(data, move |p| page(add, act, p))
}

fn page(add: Act<AddDkimKey>, act: Act<ActOnDkimKey>, p: DkimPage) -> AnyView {
    let id = p.id;
    let (none, may_edit) = (p.keys.is_empty(), p.may_edit);
    let signing = p.keys.iter().filter(|k| k.active).count();
    let next = p.keys.iter().map(|k| k.created.0).max().unwrap_or(0);
    let off = !p.signs && signing > 0;
    view! {
        <PageHead title=format!("DKIM keys of {}", p.domain) up=vec![("/admin/domains".into(), "Domains".into()), (format!("/admin/domains/{id}"), p.domain.clone())]>
            <a class="btn" href=format!("/admin/domains/{id}/status")><Icon name="globe" />"Status"</a>
            <a class="btn" href=format!("/admin/domains/{id}/dkim?again={next}{signing}")><Icon name="check" />"Check again"</a>
        </PageHead>
        {off.then(|| view! {
            <div class="banner warn"><Icon name="alert" /><p>"Signing is switched off in "<a href=format!("/admin/domains/{id}?find=dkim")>"the domain's settings"</a>": no key signs."</p></div>
        })}
        <section class="card mb-4" aria-labelledby="s-steps">
            <h2 id="s-steps">"Changing keys safely"</h2>
            <ol class="list-decimal pl-5">
                <li>"Generate a key. It does not sign yet."</li>
                <li>"Publish its record in the zone of the domain."</li>
                <li>"When the record is found here, let the key sign. The one before it of its kind is retired in the same moment."</li>
                <li>"After a week no mail of the old key is on its way any more: take its record out and delete it."</li>
            </ol>
        </section>
        <FormErrorsOf act />
        {none.then(|| view! { <div class="table-wrap mb-4"><Empty icon="seal" title="No key"><p>"What the domain sends through this server is not signed."</p></Empty></div> })}
        {p.keys.into_iter().map(|k| key(act, k, may_edit, signing)).collect::<Vec<_>>()}
        {may_edit.then(|| generate(add, id))}
    }
    .into_any()
}

/// What the last act failed with, above all keys: the form that it came from may be gone.
#[component]
fn FormErrorsOf(act: Act<ActOnDkimKey>) -> impl IntoView {
    let failure = act.failure();
    move || {
        failure
            .get()
            .map(|e| view! { <div class="banner bad" role="alert"><Icon name="alert" /><p>{e.message}</p></div> })
    }
}

fn generate(act: Act<AddDkimKey>, id: DomainId) -> AnyView {
    let kinds = DkimAlgorithm::CHOICES.iter().map(|(v, l)| ((*v).to_owned(), (*l).to_owned())).collect();
    view! {
        <section class="card mb-4" aria-labelledby="s-generate">
            <h2 id="s-generate">"Generate a key"</h2>
            <ActForm act>
                <FormErrors />
                <input type="hidden" name="domain" value=id.to_string() />
                <Select name="algorithm" label="Kind" options=kinds help="Every receiver verifies RSA; many verify Ed25519, whose record is short. Both may sign at once." />
                <Field name="selector" label="Selector" maxlength=63 help="Part of the record's name. Empty: that of the settings, or one of today." />
                <button class="btn primary" type="submit"><Icon name="plus" />"Generate key"</button>
            </ActForm>
        </section>
    }
    .into_any()
}

fn key(act: Act<ActOnDkimKey>, k: DkimLine, may_edit: bool, signing: usize) -> AnyView {
    let heading = format!("s-{}", k.check.key);
    let labelled = heading.clone();
    let state = match (k.active, k.retired) {
        (true, _) => view! { <span class="tag">"Signs"</span> }.into_any(),
        (false, Some(at)) => {
            view! { <span class="tag">"Retired"</span>" "<span class="soft small"><Time at /></span> }.into_any()
        }
        (false, None) => view! { <span class="tag">"New"</span> }.into_any(),
    };
    let last = k.active && signing == 1;
    let found = k.check.health != Health::Good;
    let other = found.then(|| {
        k.check.found.iter().map(|f| view! { <p class="mono mt-2">"In the DNS: "{f.clone()}</p> }).collect::<Vec<_>>()
    });
    view! {
        <section class="card mb-4" aria-labelledby=labelled data-health=k.check.health.as_str()>
            <h2 id=heading>{format!("{} ({})", k.selector, k.algorithm.label())}</h2>
            <p class="mb-2">{state}" "<span class="soft small">"Made "<Time at=k.created /></span></p>
            {mark(k.check.health, k.check.said.clone())}
            {other}
            <details class="mt-3" open=!k.active && k.retired.is_none()>
                <summary>"The record"</summary>
                <div class="mt-2">
                    {publish(&k.check.key, k.record.clone())}
                    <Copyable id=format!("{}-zone", k.check.key) label="As a line of a zone file" value=k.zone_line.clone() rows=4 />
                </div>
            </details>
            {may_edit.then(|| acts(act, &k, last))}
        </section>
    }
    .into_any()
}

fn acts(act: Act<ActOnDkimKey>, k: &DkimLine, last: bool) -> AnyView {
    let id = k.id;
    let name = k.selector.clone();
    if k.active {
        let what = if last {
            "Yes, stop it: no other key signs, so that the domain's mail goes out unsigned"
        } else {
            "Yes, this key signs no longer"
        };
        return view! {
            <details class="mt-3"><summary>"Retire"</summary>
                <ActForm act class="form mt-2">
                    <input type="hidden" name="id" value=id.to_string() />
                    <label class="choice mb-3"><input type="checkbox" name="sure" value="on" required /><span>{what}</span></label>
                    <button class="btn danger" type="submit" name="act" value="retire" aria-label=format!("Retire {name}")>"Retire key"</button>
                </ActForm>
            </details>
        }
        .into_any();
    }
    let (label, sure) =
        (format!("Let {name} sign"), format!("Yes, delete the key {name}; its private half cannot be had back"));
    let delete = format!("Delete {name}");
    let ready = k.check.publish.is_none() && k.check.health == Health::Good;
    view! {
        <ActForm act class="form mt-3">
            <input type="hidden" name="id" value=id.to_string() />
            {(!ready).then(|| view! {
                <label class="choice mb-3"><input type="checkbox" name="unchecked" value="on" /><span>"Let it sign although its record was not found: this server asks another DNS than the Internet does"</span></label>
            })}
            <button class="btn" class:primary=ready type="submit" name="act" value="switch" aria-label=label><Icon name="seal" />"Let it sign"</button>
        </ActForm>
        <details class="mt-3"><summary>"Delete"</summary>
            <ActForm act class="form mt-2">
                <input type="hidden" name="id" value=id.to_string() />
                <label class="choice mb-3"><input type="checkbox" name="sure" value="on" required /><span>{sure}</span></label>
                <button class="btn danger" type="submit" name="act" value="delete" aria-label=delete><Icon name="trash" />"Delete key"</button>
            </ActForm>
        </details>
    }
    .into_any()
}
