//! Test Connection (guide chapters 6 and 7): each host that mail would go to, step by step, with its certificate and what
//! every encryption would make of it. Nothing is sent.

use super::status::{line, mark};
use crate::api::status::{TrustCertificate, test_gateways, test_onward};
use crate::ui::copy::Copyable;
use crate::ui::form::Act;
use crate::ui::{ActForm, Empty, FormErrors, Icon, PageHead, format, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::settings::ExceptionEncryption;
use model::view::status::Health;
use model::view::{CertificateView, HostTest};
use model::{DomainId, Timestamp};

/// The gateways of a domain.
#[component]
pub fn Domain() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| DomainId(params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0)));
    let again = Memo::new(move |_| query.read().get("again").and_then(|n| n.parse::<u32>().ok()).unwrap_or(0));
    let data = Resource::new_blocking(move || (id.get(), again.get()), |(id, _)| test_gateways(id));
    let busy = RwSignal::new(false);
    let trying = trying(data, busy);
    let page = load(data, move |(name, tests)| {
        let id = id.get_untracked();
        let next = again.get_untracked().wrapping_add(1);
        view! {
            <PageHead title=format!("Connection to {name}") up=vec![("/admin/domains".into(), "Domains".into()), (format!("/admin/domains/{id}"), name.clone())]>
                <a class="btn primary" href=format!("/admin/domains/{id}/test?again={next}") on:click=move |_| busy.set(true)><Icon name="send" />"Test again"</a>
            </PageHead>
            <p class="soft mb-4">"Each gateway is greeted and encrypted as the domain's boundary encryption asks. Nothing is sent."</p>
            {tests.into_iter().enumerate().map(|(n, t)| host(n, t, ().into_any())).collect::<Vec<_>>()}
        }
        .into_any()
    });
    view! { {trying}{page} }
}

/// From an outbound IP to a domain.
#[component]
pub fn Outbound() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let to = Memo::new(move |_| {
        let map = query.read();
        (map.get("domain").unwrap_or_default(), map.get("special").unwrap_or_default())
    });
    let refresh = use_refresh();
    let data = Resource::new_blocking(
        move || (id.get(), to.get(), refresh.get()),
        |(id, (domain, special), _)| test_onward(id, domain, special),
    );
    let trust = use_act::<TrustCertificate>();
    let busy = RwSignal::new(false);
    let trying = trying(data, busy);
    let form = move || {
        let (domain, special) = to.get();
        ask(id.get(), domain, special == "1")
    };
    let page = load(data, move |(name, tests)| {
        let (id, (domain, special)) = (id.get_untracked(), to.get_untracked());
        let none = tests.is_empty() && !domain.is_empty();
        let hosts = tests.into_iter().enumerate().map(|(n, t)| {
            let offer = if special == "1" { ().into_any() } else { offer(trust, id, &domain, &t) };
            host(n, t, offer)
        });
        view! {
            <PageHead title=format!("Connection from {name}") up=vec![("/admin/outbound-ips".into(), "Outbound IPs".into()), (format!("/admin/outbound-ips/{id}"), name.clone())] />
            {none.then(|| view! { <Empty icon="send" title="No host"><p>"Mail to this domain goes nowhere from here."</p></Empty> })}
            {hosts.collect::<Vec<_>>()}
        }
        .into_any()
    });
    view! { <div on:submit=move |_| busy.set(true)>{form}</div>{trying}{page} }
}

/// Said from the moment a test is asked for until its result is there; a page before stands meanwhile.
fn trying<T: Clone + Send + Sync + 'static>(data: Resource<T>, busy: RwSignal<bool>) -> AnyView {
    Effect::new(move |_| {
        data.track();
        busy.set(false);
    });
    view! { <p class="soft" role="status">{move || busy.get().then_some("Trying the hosts; this takes up to half a minute.")}</p> }.into_any()
}

fn ask(id: i64, domain: String, special: bool) -> AnyView {
    view! {
        <Form method="GET" action=format!("/admin/outbound-ips/{id}/test") attr:class="card mb-4 flex flex-wrap items-end gap-x-4 gap-y-3" attr:aria-label="What to test">
            <label class="block">"To the domain"<br/><input class="input" name="domain" value=domain required maxlength="253" autocomplete="off" /></label>
            <label class="choice"><input type="checkbox" name="special" value="1" checked=special /><span>"As mail with special routing"</span></label>
            <button class="btn primary" type="submit"><Icon name="send" />"Test"</button>
        </Form>
    }
    .into_any()
}

fn host(n: usize, t: HostTest, offer: AnyView) -> AnyView {
    let (heading, labelled) = (format!("host-{n}"), format!("host-{n}"));
    let title = if t.host.is_empty() { "No host was found".to_owned() } else { t.host.clone() };
    let (health, said) = match t.problem.as_str() {
        "" => (Health::Good, "Mail would go to it.".to_owned()),
        why => (Health::Bad, format!("Mail would not go to it: {why}.")),
    };
    let steps = t.steps.iter().map(|s| view! { <li>{line(s)}</li> }).collect::<Vec<_>>();
    let levels = (!t.levels.is_empty()).then(|| levels(n, t.levels));
    let chain: Vec<_> = t.certificate.into_iter().chain(t.chain).collect();
    let shown = (!chain.is_empty()).then(|| view! {
        <h3 class="mt-3">"Certificates"</h3>
        {chain.into_iter().enumerate().map(|(at, c)| certificate(&format!("host-{n}-{at}"), at, c)).collect::<Vec<_>>()}
    });
    view! {
        <section class="card mb-4" aria-labelledby=labelled>
            <h2 id=heading class="mono">{title}</h2>
            {mark(health, said)}
            {(!steps.is_empty()).then(|| view! { <h3 class="mt-3">"Steps"</h3><ol class="list-decimal pl-5">{steps}</ol> })}
            {levels}
            {shown}
            {offer}
        </section>
    }
    .into_any()
}

fn levels(n: usize, levels: Vec<(String, String)>) -> AnyView {
    let rows = levels.into_iter().map(|(word, problem)| {
        let label = word.parse::<ExceptionEncryption>().map_or_else(|_| word.clone(), |e| e.label().to_owned());
        let (health, said) = match problem.as_str() {
            "" => (Health::Good, "Mail goes.".to_owned()),
            why => (Health::Bad, format!("Mail waits: {why}.")),
        };
        view! { <tr><th scope="row">{label}</th><td>{mark(health, said)}</td></tr> }
    });
    let rows = rows.collect::<Vec<_>>();
    view! {
        <h3 class="mt-3" id=format!("levels-{n}")>"What each encryption would do"</h3>
        <div class="scroll-x" role="region" tabindex="0" aria-labelledby=format!("levels-{n}")><table class="plain">
            <thead><tr><th scope="col">"Encryption"</th><th scope="col">"Outcome"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn certificate(id: &str, at: usize, c: CertificateView) -> AnyView {
    let day = |seconds: i64| format::exact(Timestamp(seconds.saturating_mul(1_000)));
    let names = if c.names.is_empty() { "None".to_owned() } else { c.names.join(", ") };
    view! {
        <details class="mt-2" open=at == 0>
            <summary>{if at == 0 { format!("Of the host: {}", c.subject) } else { format!("Above it: {}", c.subject) }}</summary>
            <dl class="facts mt-2">
                <dt>"Names"</dt><dd class="mono">{names}</dd>
                <dt>"Issuer"</dt><dd>{c.issuer}</dd>
                <dt>"Valid from"</dt><dd>{day(c.not_before)}</dd>
                <dt>"Valid until"</dt><dd>{day(c.not_after)}</dd>
            </dl>
            <Copyable id=format!("{id}-print") label="SHA-256" value=c.fingerprint />
        </details>
    }
    .into_any()
}

/// Trusting the certificate that was shown, where the encryption does not take it.
fn offer(act: Act<TrustCertificate>, id: i64, domain: &str, t: &HostTest) -> AnyView {
    let Some(c) = t.certificate.as_ref().filter(|_| !t.problem.is_empty()) else { return ().into_any() };
    let (domain, fingerprint) = (domain.to_owned(), c.fingerprint.clone());
    let help = format!(
        "Compare the SHA-256 with whoever runs the host. Mail to {domain} then goes only to a host that shows exactly this certificate."
    );
    view! {
        <ActForm act class="form mt-4">
            <FormErrors />
            <input type="hidden" name="id" value=id.to_string() />
            <input type="hidden" name="domain" value=domain />
            <input type="hidden" name="fingerprint" value=fingerprint />
            <p class="help mb-2">{help}</p>
            <button class="btn" type="submit"><Icon name="seal" />"Trust this certificate"</button>
        </ActForm>
    }
    .into_any()
}
