//! The status of a domain (guide chapter 6) and of an outbound IP (chapter 7): each record as it is and as it should be.

use crate::api::status::{domain_status, outbound_status};
use crate::ui::copy::Copyable;
use crate::ui::{Icon, PageHead, Time, format, load, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::DomainId;
use model::view::status::{DomainStatus, Health, OutboundStatus, RecordCheck, ZoneRecord};
use model::view::{CheckLine, GatewayCheck};

#[component]
pub fn Domain() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| DomainId(params.read().get("id").and_then(|i| i.parse().ok()).unwrap_or(0)));
    // "Check again" is a link that differs each time, so that it works without script and asks anew with it.
    let again = Memo::new(move |_| query.read().get("again").unwrap_or_default());
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get(), again.get()), |(id, ..)| domain_status(id));
    load(data, domain)
}

#[component]
pub fn Outbound() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let again = Memo::new(move |_| query.read().get("again").unwrap_or_default());
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get(), again.get()), |(id, ..)| outbound_status(id));
    load(data, outbound)
}

/// How many checks came to what, worst first.
fn summary<'a>(
    checks: impl Iterator<Item = Health> + Clone,
    gateways: impl Iterator<Item = &'a GatewayCheck>,
) -> AnyView {
    let of = |h: Health| checks.clone().filter(|c| *c == h).count() as u64;
    let silent = gateways.filter(|g| !g.line.good).count() as u64;
    let (bad, advice, unknown) = (of(Health::Bad) + silent, of(Health::Advice), of(Health::Unknown));
    let (class, icon, text) = if bad > 0 {
        ("banner bad", "alert", format!("{} not as it should be.", format::count(bad, "thing is", "things are")))
    } else if unknown > 0 {
        (
            "banner warn",
            "help",
            format!("{} could not be made. Check again later.", format::count(unknown, "check", "checks")),
        )
    } else if advice > 0 {
        (
            "banner good",
            "check",
            format!("All that is needed is there; {} could be better.", format::count(advice, "thing", "things")),
        )
    } else {
        ("banner good", "check", "All is as it should be.".to_owned())
    };
    view! { <div class=class role="status" data-testid="status-summary"><Icon name=icon /><p><strong>{text}</strong></p></div> }.into_any()
}

fn domain(s: DomainStatus) -> AnyView {
    let id = s.id;
    let all = summary(s.records.iter().map(|r| r.health), s.gateways.iter());
    view! {
        <PageHead title=format!("Status of {}", s.domain) up=vec![("/admin/domains".into(), "Domains".into()), (format!("/admin/domains/{id}"), s.domain.clone())]>
            <a class="btn" href=format!("/admin/domains/{id}/dkim")><Icon name="seal" />"DKIM keys"</a>
            <a class="btn" href=format!("/admin/domains/{id}/test")><Icon name="send" />"Test connection"</a>
            <a class="btn primary" href=format!("/admin/domains/{id}/status?again={}", s.checked.0)><Icon name="check" />"Check again"</a>
        </PageHead>
        {all}
        <p class="soft small mb-4">"Checked "<Time at=s.checked />". "{if s.sends { "The domain sends its mail through this server." } else { "The domain is no member of an outbound IP: what concerns sending is advice." }}</p>
        <section class="card mb-4" aria-labelledby="s-gateways">
            <h2 id="s-gateways">"Mail gateways"</h2>
            <dl class="facts">{s.gateways.iter().map(|g| view! { <dt class="mono">{g.gateway.clone()}</dt><dd>{line(&g.line)}</dd> }).collect::<Vec<_>>()}</dl>
        </section>
        {s.records.into_iter().map(record).collect::<Vec<_>>()}
    }
    .into_any()
}

fn outbound(s: OutboundStatus) -> AnyView {
    let id = s.id;
    let name = if s.nickname.is_empty() { s.range.clone() } else { s.nickname.clone() };
    let health = s.records.iter().map(|r| r.health).chain(s.members.iter().map(|(_, r)| r.health)).collect::<Vec<_>>();
    let none = s.members.is_empty();
    view! {
        <PageHead title=format!("Status of {name}") up=vec![("/admin/outbound-ips".into(), "Outbound IPs".into()), (format!("/admin/outbound-ips/{id}"), name.clone())]>
            <a class="btn" href=format!("/admin/outbound-ips/{id}/test")><Icon name="send" />"Test connection"</a>
            <a class="btn primary" href=format!("/admin/outbound-ips/{id}/status?again={}", s.checked.0)><Icon name="check" />"Check again"</a>
        </PageHead>
        {summary(health.into_iter(), [].iter())}
        <p class="soft small mb-4">"Checked "<Time at=s.checked />"."</p>
        {s.records.into_iter().map(record).collect::<Vec<_>>()}
        <h2 class="mb-3">"Member domains: may this server send for them?"</h2>
        {none.then(|| view! { <p class="soft">"No member domains."</p> })}
        {s.members.into_iter().map(|(domain, check)| {
            let more = domain.map(|d| view! { <p class="mt-2"><a href=format!("/admin/domains/{d}/status")>"All of its records"</a></p> });
            view! { <div>{record(check)}{more}</div> }.into_any()
        }).collect::<Vec<_>>()}
        {(s.more > 0).then(|| view! { <p class="soft">{format!("{} more are not shown.", s.more)}</p> })}
    }
    .into_any()
}

/// A check as one line: a mark, and words for who does not see it.
pub fn line(line: &CheckLine) -> AnyView {
    mark(if line.good { Health::Good } else { Health::Bad }, line.said.clone())
}

pub fn mark(health: Health, said: String) -> AnyView {
    let (class, icon) = match health {
        Health::Good => ("check good", "check"),
        Health::Advice => ("check advice", "info"),
        Health::Bad => ("check bad", "alert"),
        Health::Unknown => ("check advice", "help"),
    };
    view! { <p class=class><Icon name=icon /><span><span class="sr-only">{format!("{}: ", health.label())}</span>{said}</span></p> }.into_any()
}

/// A record to be copied into the zone.
pub fn publish(id: &str, p: ZoneRecord) -> AnyView {
    let rows = if p.value.len() > 120 { 4 } else { 1 };
    view! {
        <div class="publish">
            <Copyable id=format!("{id}-name") label=format!("Name of the {} record", p.kind) value=p.name />
            <Copyable id=format!("{id}-value") label="Its value" value=p.value rows=rows />
        </div>
    }
    .into_any()
}

pub fn record(check: RecordCheck) -> AnyView {
    let heading = format!("s-{}", check.key);
    let labelled = heading.clone();
    let wanted = check.publish.map(|p| {
        let to = if check.found.is_empty() { "Publish this" } else { "It should be" };
        view! { <h3 class="mt-3">{to}</h3>{publish(&format!("publish-{}", check.key), p)} }
    });
    let found = (!check.found.is_empty()).then(|| {
        let all = check.found.into_iter().map(|f| view! { <li class="mono">{f}</li> });
        view! { <h3 class="mt-3">"In the DNS now"</h3><ul>{all.collect::<Vec<_>>()}</ul> }
    });
    view! {
        <section class="card mb-4" aria-labelledby=labelled data-health=check.health.as_str()>
            <h2 id=heading>{check.title}</h2>
            {mark(check.health, check.said)}
            {found}
            {wanted}
        </section>
    }
    .into_any()
}
