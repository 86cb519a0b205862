//! A new operation: what it is about, which objects, and what is changed of them; what is left alone is kept.

use crate::admin::settings::form::{by_section, card, posted_fields, title};
use crate::admin::settings::row::FormOf;
use crate::api::bulk::{ImportBulk, StartBulk, bulk_count};
use crate::ui::form::{Act, Select};
use crate::ui::{ActForm, Field, FormErrors, PageHead, format, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use model::settings::{DEFINITIONS, Level};
use model::view::bulk::{BulkFound, BulkPick};
use model::view::place::SettingState;
use model::view::{Feature, MailboxAccess};

const FORM: &str = "bulk-form";

/// What an operation may be about: the word of the URL, its title, the level of its settings.
const KINDS: [(&str, &str, Level); 3] = [
    ("mailboxes", "Mailboxes", Level::Mailbox),
    ("domains", "Domains", Level::Domain),
    ("outbound_ips", "Outbound IPs", Level::OutboundIp),
];

const STATES: [(&str, &str); 3] = [("active", "Active"), ("inactive", "Inactive"), ("unprotected", "Unprotected")];

#[component]
pub fn New() -> impl IntoView {
    let query = use_query_map();
    let pick = Memo::new(move |_| {
        let text = |name: &str| query.read().get(name).unwrap_or_default();
        let of = Some(text("of")).filter(|o| !o.is_empty()).unwrap_or_else(|| "mailboxes".into());
        BulkPick {
            of,
            q: text("q"),
            account: text("account"),
            domain: text("domain"),
            state: text("state"),
            ids: text("ids"),
            all: text("all") == "true",
        }
    });
    let act = use_act::<StartBulk>();
    let paste = use_act::<ImportBulk>();
    let refresh = use_refresh();
    let data = Resource::new_blocking(
        move || (pick.get(), refresh.get()),
        |(pick, _)| async move {
            if pick.is_open() || pick.of == "import" { Ok(None) } else { bulk_count(pick).await.map(Some) }
        },
    );
    view! {
        <PageHead title="New bulk operation" up=vec![("/admin/bulk".into(), "Bulk operations".into())] />
        {move || kinds(&pick.read().of)}
        {move || match pick.read().of.as_str() {
            "import" => import(paste, pick.get().domain),
            _ => choose(&pick.read()),
        }}
        {move || (pick.read().of != "import").then(|| load(data, move |count| match count {
            None => ().into_any(),
            Some(found) => change(act, pick.get_untracked(), &found),
        }))}
    }
}

fn kinds(now: &str) -> AnyView {
    let links: Vec<AnyView> = KINDS
        .iter()
        .map(|(word, title, _)| (*word, *title))
        .chain([("import", "Paste mailboxes")])
        .map(|(word, title)| {
            let current = (word == now).then_some("page");
            view! { <a href=format!("/admin/bulk/new?of={word}") aria-current=current>{title}</a> }.into_any()
        })
        .collect();
    view! { <nav class="segments wrap mb-5" aria-label="What it is about">{links}</nav> }.into_any()
}

fn choices(first: &str, rest: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(v, l): &(&str, &str)| ((*v).to_owned(), (*l).to_owned());
    std::iter::once((String::new(), first.to_owned())).chain(rest.iter().map(owned)).collect()
}

/// The choice lands in the URL, and its number is shown.
fn choose(pick: &BulkPick) -> AnyView {
    let of_mailboxes = pick.of == "mailboxes";
    let by_id = (!pick.ids.is_empty()).then(|| {
        let n = pick.ids.split(',').count() as u64;
        view! { <p class="mb-3">{format!("{} chosen one by one.", format::count(n, "object", "objects"))}" "<a href=format!("/admin/bulk/new?of={}", pick.of)>"Choose others"</a></p> }
    });
    let form = pick.ids.is_empty().then(|| {
        let pick = pick.clone();
        view! {
            <Form method="GET" action="/admin/bulk/new" attr:class="form">
                <input type="hidden" name="of" value=pick.of.clone() />
                <Field name="q" label="Search" value=pick.q.clone() maxlength=200 />
                <Field name="account" label="Account" value=pick.account.clone() maxlength=100 help="Its whole name." />
                {of_mailboxes.then(|| view! {
                    <Field name="domain" label="Domain" value=pick.domain.clone() maxlength=255 help="Its whole name." />
                    <Select name="state" label="Status" options=choices("Any", &STATES) value=pick.state.clone() />
                })}
                <label class="choice mb-3"><input type="checkbox" name="all" value="true" checked=pick.all /><span>"All that I may change, where nothing above narrows"</span></label>
                <button class="btn primary" type="submit">"Choose"</button>
            </Form>
        }
    });
    view! { <section class="card mb-5" aria-labelledby="choose"><h2 id="choose">"1. Choose"</h2>{by_id}{form}</section> }.into_any()
}

fn change(act: Act<StartBulk>, pick: BulkPick, found: &BulkFound) -> AnyView {
    let count = found.count;
    let Some((_, what, level)) = KINDS.into_iter().find(|(word, ..)| *word == pick.of) else { return ().into_any() };
    let what = what.trim_end_matches('s').to_owned();
    let many = match what.as_str() {
        "Mailboxe" => format::count(count, "mailbox", "mailboxes"),
        "Domain" => format::count(count, "domain", "domains"),
        _ => format::count(count, "outbound IP", "outbound IPs"),
    };
    if count == 0 {
        return view! { <p class="banner warn">"Nothing is found by this choice."</p> }.into_any();
    }
    let of = FormOf {
        form: FORM,
        level,
        may_edit: true,
        in_clear: found.off.contains(&Feature::Encryption),
        keep: true,
        failure: act.failure(),
        find: RwSignal::new(String::new()),
    };
    let posted = act.posted(posted_fields);
    let settings: Vec<SettingState> = DEFINITIONS
        .iter()
        .filter(|d| d.levels.contains(level) && d.feature.is_none_or(|f| !found.off.contains(&f)))
        .map(|d| SettingState {
            path: d.path(),
            own: None,
            below: d.default(),
            from: None,
            held: false,
            held_keys: Vec::new(),
        })
        .collect();
    let sections: Vec<AnyView> = by_section(level, &settings)
        .into_iter()
        .map(|(section, settings)| {
            let open = posted.is_some();
            let card = card(of, section, &settings, posted.as_ref(), false);
            view! { <details class="bulk-section" open=open><summary>{title(section)}</summary>{card}</details> }
                .into_any()
        })
        .collect();
    let hidden: Vec<AnyView> = [
        ("pick[of]", pick.of.clone()),
        ("pick[q]", pick.q),
        ("pick[account]", pick.account),
        ("pick[domain]", pick.domain),
        ("pick[state]", pick.state),
        ("pick[ids]", pick.ids),
        ("pick[all]", pick.all.to_string()),
        ("expected", count.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| view! { <input type="hidden" name=name value=value /> }.into_any())
    .collect();
    let fields = own_fields(level);
    let with_aliases = level == Level::Mailbox;
    view! {
        <p class="banner good" data-testid="bulk-count"><strong>{format!("{many} chosen")}</strong></p>
        <ActForm act id=FORM class="bulk-form">
            <FormErrors />
            {hidden}
            <section class="card" aria-labelledby="what"><h2 id="what">"2. Change"</h2>
                <p class="soft mb-3">"What is left alone is kept. Lists and maps that are set replace those that each object has."</p>
                {fields}
            </section>
        </ActForm>
        <div class="settings-body mt-3">{sections}</div>
        <section class="card mt-3" aria-labelledby="go"><h2 id="go">"3. Confirm"</h2>
            <label class="choice mb-3"><input id="f-sure" type="checkbox" name="sure" value="on" form=FORM required /><span>{format!("Yes, do this to {many}")}</span></label>
            {with_aliases.then(|| view! { <label class="choice mb-3"><input type="checkbox" name="fields[with_aliases]" value="on" form=FORM /><span>"Where mailboxes are deleted, their aliases may go with them"</span></label> })}
            <div class="form-acts mt-0">
                <button class="btn primary" type="submit" form=FORM name="act" value="change">{format!("Change {many}")}</button>
                <button class="btn danger" type="submit" form=FORM name="act" value="delete">{format!("Delete {many}")}</button>
            </div>
        </section>
    }
    .into_any()
}

/// Fields of the objects that are no settings.
fn own_fields(level: Level) -> AnyView {
    let select = |name: &'static str, label: &'static str, rest: &[(&str, &str)]| {
        let options = choices("Keep as it is", rest);
        view! { <Select name=name label=label options=options /> }.into_any()
    };
    match level {
        Level::Mailbox => {
            let parts = vec![
                select("fields[state]", "State", &STATES),
                select("fields[access]", "Access to the Personal Dashboard", MailboxAccess::CHOICES),
                select("fields[keep]", "Do Not Auto-Remove", &[("on", "On"), ("off", "Off")]),
            ];
            view! { <div class="form">{parts}</div> }.into_any()
        }
        Level::Domain => {
            let unrecognized = select("fields[unrecognized]", "Unrecognized recipients", &[("reject", "Reject"), ("accept", "Accept"), ("discard", "Discard")]);
            view! {
                <div class="form">
                    <Field name="fields[gateways]" label="Mail gateways" kind="textarea" help="One a line; empty: each keeps its own." />
                    {unrecognized}
                </div>
            }
            .into_any()
        }
        _ => view! { <div class="form"><Field name="fields[nickname]" label="Nickname" maxlength=100 help="Empty: each keeps its own." /></div> }.into_any(),
    }
}

fn import(act: Act<ImportBulk>, domain: String) -> AnyView {
    view! {
        <section class="card" aria-labelledby="paste"><h2 id="paste">"Paste mailboxes"</h2>
            <ActForm act>
                <FormErrors />
                <Field name="domain" label="Domain" required=true value=domain maxlength=255 help="Its whole name." />
                <Field name="text" label="Mailboxes" kind="textarea" required=true
                    help="A mailbox a line: its name or address, then its aliases with commas between them. At most 100,000 lines." />
                <button class="btn primary" type="submit">"Add mailboxes"</button>
            </ActForm>
        </section>
    }
    .into_any()
}
