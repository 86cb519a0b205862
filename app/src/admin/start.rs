//! Getting Started (guide chapter 4 "Quick Start"): account, domain and gateway, DNS records, live check. Where one stands
//! is in the URL, so that it can be left and come back to; every step is a plain form.

use super::status::line;
use crate::api::accounts::{AddAccount, accounts};
use crate::api::domains::{AddDomain, check_domain};
use crate::ui::copy::Copyable;
use crate::ui::{ActForm, Field, FormErrors, Icon, PageHead, load, use_act};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use model::DomainId;
use model::view::{AccountRow, ListQuery, StartCheck};

const STEPS: [&str; 3] = ["Account", "Domain", "Records and check"];

#[component]
pub fn Start() -> impl IntoView {
    let map = use_query_map();
    let at = Memo::new(move |_| {
        let map = map.read();
        (map.get("account").unwrap_or_default(), map.get("domain").and_then(|d| d.parse::<DomainId>().ok()))
    });
    view! {
        <PageHead title="Getting Started" />
        {move || match at.get() {
            (_, Some(domain)) => check(domain),
            (account, None) if !account.is_empty() => domain(account),
            _ => account(),
        }}
    }
    .into_any()
}

/// Where one stands.
fn steps(now: usize) -> AnyView {
    let items = STEPS.iter().enumerate().map(|(n, label)| {
        let current = (n == now).then_some("step");
        view! { <li class="step" class:done=n < now aria-current=current>{(n < now).then(|| view! { <Icon name="check" /> })}{format!("{}. {label}", n + 1)}</li> }
    });
    view! { <ol class="steps mb-4" aria-label="Steps">{items.collect::<Vec<_>>()}</ol> }.into_any()
}

fn account() -> AnyView {
    let first = ListQuery { sort: "name".into(), per_page: 500, ..ListQuery::default() };
    let list = Resource::new_blocking(|| (), move |()| accounts(first.clone()));
    let act = use_act::<AddAccount>();
    view! {
        {steps(0)}
        <p class="mb-4">"An account groups domains that the same people administer."</p>
        {load(list, |found| existing(found.rows))}
        <section class="card mb-4" aria-labelledby="new-account">
            <h2 id="new-account">"A new account"</h2>
            <ActForm act>
                <FormErrors />
                <input type="hidden" name="wizard" value="1" />
                <Field name="name" label="Name" help="Such as the organisation's name." required=true maxlength=100 />
                <div class="form-acts"><button class="btn primary" type="submit">"Add and go on"</button></div>
            </ActForm>
        </section>
    }
    .into_any()
}

fn existing(accounts: Vec<AccountRow>) -> AnyView {
    if accounts.is_empty() {
        return ().into_any();
    }
    let options = accounts.into_iter().map(|a| view! { <option value=a.id.to_string()>{a.name}</option> });
    view! {
        <section class="card mb-4" aria-labelledby="old-account">
            <h2 id="old-account">"An account that is there"</h2>
            <Form method="GET" action="/admin/start" attr:class="form">
                <div class="field"><label for="f-account">"Account"</label><select class="input" id="f-account" name="account">{options.collect::<Vec<_>>()}</select></div>
                <div class="form-acts"><button class="btn" type="submit">"Go on with it"</button></div>
            </Form>
        </section>
    }
    .into_any()
}

fn domain(account: String) -> AnyView {
    let act = use_act::<AddDomain>();
    view! {
        {steps(1)}
        <ActForm act>
            <FormErrors />
            <input type="hidden" name="wizard" value="1" />
            <input type="hidden" name="account" value=account />
            <input type="hidden" name="unrecognized" value="reject" />
            <Field name="name" label="Domain name" help="Whose mail is filtered, such as acme.test." required=true maxlength=253 />
            <Field name="gateways" label="Mail gateways" kind="textarea" required=true maxlength=4000
                help="Where clean mail goes. One a line: host, host:port, IP or IP:port. They are tried in the next step." />
            <div class="form-acts">
                <button class="btn primary" type="submit">"Add and go on"</button>
                <a class="btn quiet" href="/admin/start">"Back"</a>
            </div>
        </ActForm>
    }
    .into_any()
}

fn check(id: DomainId) -> AnyView {
    let data = Resource::new_blocking(|| (), move |()| check_domain(id));
    view! { {steps(2)}{load(data, move |c| checked(id, c))} }.into_any()
}

/// A record as it is written into the zone, to be copied.
fn record(name: &str, kind: &'static str, value: String) -> AnyView {
    view! { <Copyable id=format!("record-{kind}") label=format!("{kind} record of {name}") value /> }.into_any()
}

fn checked(id: DomainId, c: StartCheck) -> AnyView {
    let ready = c.mx.good && c.gateways.iter().any(|g| g.line.good);
    let gateways =
        c.gateways.iter().map(|g| view! { <dt class="mono">{g.gateway.clone()}</dt><dd>{line(&g.line)}</dd> });
    view! {
        {ready.then(|| view! {
            <div class="banner good" role="status"><Icon name="check" /><p><strong>{format!("{} filters", c.domain)}</strong>": its mail comes here and goes on to its gateway."</p></div>
        })}
        <section class="card mb-4" aria-labelledby="s-gateways">
            <h2 id="s-gateways">"Mail gateways"</h2>
            <dl class="facts">{gateways.collect::<Vec<_>>()}</dl>
        </section>
        <section class="card mb-4" aria-labelledby="s-mx">
            <h2 id="s-mx">"Incoming mail"</h2>
            {record(&c.domain, "MX", c.mx_wanted.clone())}
            <p class="help mb-3">"Put this record into the domain's zone, and take other MX records out."</p>
            {line(&c.mx)}
        </section>
        <section class="card mb-4" aria-labelledby="s-spf">
            <h2 id="s-spf">"Outgoing mail"</h2>
            {record(&c.domain, "TXT", c.spf_wanted.clone())}
            <p class="help mb-3">"Needed where the domain sends its mail through this server: it says that this server may (SPF)."</p>
            {line(&c.spf)}
        </section>
        <div class="form-acts">
            <a class="btn" href=format!("/admin/start?domain={id}") rel="external">"Check again"</a>
            <a class="btn primary" href=format!("/admin/domains/{id}")>"Go to the domain"</a>
        </div>
    }
    .into_any()
}
