//! The settings of a place as one form, with its index, what narrows it, and what else the page shows among them.

use super::behave;
use super::fields::Fields;
use super::row::{FormOf, found, setting};
use crate::api::settings::ChangeSettings;
use crate::ui::form::Act;
use crate::ui::{ActForm, FormErrors, Icon, use_act};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::{use_location, use_query_map};
use model::settings::{Level, Section};
use model::view::Feature;
use model::view::place::{PlaceSettings, SettingState};

/// Id of the form; its controls stand all over the page and name it, so that other forms may stand among them.
const FORM: &str = "settings-form";

/// What of a page's settings outlives a reload of its data.
#[derive(Clone, Copy)]
pub struct SettingsState {
    act: Act<ChangeSettings>,
    find: RwSignal<String>,
    /// How many settings or other forms have changes that are not saved.
    dirty: RwSignal<usize>,
}

/// Once a page, outside of what is drawn again when data are loaded.
pub fn use_settings() -> SettingsState {
    let find = use_query_map().with_untracked(|m| m.get("find").unwrap_or_default());
    let state = SettingsState { act: use_act::<ChangeSettings>(), find: RwSignal::new(find), dirty: RwSignal::new(0) };
    behave::guard(state.dirty, state.act.succeeded());
    state
}

/// Something besides settings, which stands before or after a section.
pub struct Extra {
    /// Anchor.
    pub id: &'static str,
    pub title: &'static str,
    /// The section that it stands behind; empty: before all of them.
    pub after: &'static str,
    pub view: AnyView,
}

impl Extra {
    pub fn new(id: &'static str, title: &'static str, after: &'static str, view: AnyView) -> Extra {
        Extra { id, title, after, view }
    }
}

/// The sections of a level with what of `settings` is in them.
pub fn by_section(level: Level, settings: &[SettingState]) -> Vec<(&'static Section, Vec<&SettingState>)> {
    let of = |section: &'static Section| {
        let prefix = format!("{}.", section.name);
        (section, settings.iter().filter(|s| s.path.starts_with(&prefix)).collect::<Vec<_>>())
    };
    level.sections().into_iter().map(of).filter(|(_, all)| !all.is_empty()).collect()
}

/// The title of a section on its page; two of one name are told apart.
pub fn title(section: &Section) -> &'static str {
    match section.name {
        "filter_exceptions" => "Filter Exceptions",
        "password" => "Internal Authentication",
        // An account and the whole system have both halves on one page.
        "outbound_senders" => "Outbound Filter by Sender",
        "outbound_notification" => "Outbound Delivery Status Notification",
        "outbound_annotation" => "Outbound Message Annotation",
        "outbound_routing" => "Outbound Routing and Session Management",
        "outbound_login" => "Outbound Authentication",
        _ => section.title,
    }
}

/// What was posted, where the form has failed.
pub fn posted_fields(values: &[(String, String)]) -> Option<Fields> {
    let inner = |name: &str| Some(name.strip_prefix("values[")?.strip_suffix(']')?.to_owned());
    let fields: Fields = values.iter().filter_map(|(k, v)| Some((inner(k)?, v.clone()))).collect();
    (!fields.is_empty()).then_some(fields)
}

/// The whole page below its title.
pub fn settings_page(state: SettingsState, page: PlaceSettings, extras: Vec<Extra>) -> AnyView {
    let of = FormOf {
        form: FORM,
        level: page.level,
        may_edit: page.may_edit,
        in_clear: page.off.contains(&Feature::Encryption),
        keep: false,
        failure: state.act.failure(),
        find: state.find,
    };
    behave::drawn(state.dirty);
    let posted = state.act.posted(posted_fields);
    let mut parts: Vec<AnyView> = Vec::new();
    let mut index: Vec<AnyView> = Vec::new();
    let mut extras: Vec<Option<Extra>> = extras.into_iter().map(Some).collect();
    let mut place = |parts: &mut Vec<AnyView>, index: &mut Vec<AnyView>, after: &str, all: bool| {
        for extra in &mut extras {
            if let Some(e) = extra.take_if(|e| all || e.after == after) {
                index.push(link(e.id, e.title));
                parts.push(view! { <section class="card anchor" id=e.id aria-labelledby=format!("t-{}", e.id)><h2 id=format!("t-{}", e.id)>{e.title}</h2>{e.view}</section> }.into_any());
            }
        }
    };
    place(&mut parts, &mut index, "", false);
    for (section, settings) in by_section(page.level, &page.settings) {
        index.push(link(section.name, title(section)));
        parts.push(card(of, section, &settings, posted.as_ref(), page.may_edit));
        place(&mut parts, &mut index, section.name, false);
    }
    place(&mut parts, &mut index, "", true);
    let act = state.act;
    let dirty = state.dirty;
    view! {
        <div class="settings" on:input=move |e| behave::edited(&e, dirty) on:change=move |e| behave::edited(&e, dirty)
            on:click=move |e| behave::clicked(&e, dirty) on:submit:capture=move |e| behave::submitting(&e)>
            <Index find=state.find links=index />
            <div class="settings-body">
                <ActForm act id=FORM class="settings-form">
                    <input type="hidden" name="place" value=page.place.clone() />
                    <FormErrors />
                </ActForm>
                {(!page.may_edit).then(|| view! { <p class="banner warn"><Icon name="info" />"Your role may look at these settings; others change them."</p> })}
                {parts}
                {page.may_edit.then(|| save_bar(dirty, act))}
            </div>
        </div>
    }
    .into_any()
}

fn link(id: &'static str, title: &'static str) -> AnyView {
    view! { <li><a href=format!("#{id}") rel="external">{title}</a></li> }.into_any()
}

/// One section; nothing of it is shown where no setting of it is found.
pub fn card(
    of: FormOf,
    section: &'static Section,
    settings: &[&SettingState],
    posted: Option<&Fields>,
    save: bool,
) -> AnyView {
    let names: Vec<_> = settings.iter().filter_map(|s| s.definition()).collect();
    let hidden = move || {
        let find = of.find.read();
        !find.is_empty() && !names.iter().any(|d| found(d, title(section), &find))
    };
    let rows: Vec<AnyView> = settings.iter().map(|s| setting(of, title(section), s, posted)).collect();
    let id = format!("t-{}", section.name);
    view! {
        <section class="card anchor" id=section.name aria-labelledby=id.clone() hidden=hidden>
            <h2 id=id.clone()>{title(section)}</h2>
            {rows}
            {save.then(|| view! { <div class="section-acts"><button class="btn" type="submit" form=of.form>{format!("Save {}", title(section))}</button></div> })}
        </section>
    }
    .into_any()
}

#[component]
fn Index(find: RwSignal<String>, links: Vec<AnyView>) -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let account = use_query_map().with_untracked(|m| m.get("account"));
    view! {
        <aside class="settings-index">
            <Form method="GET" action=path attr:class="find" attr:role="search" attr:aria-label="Settings of this page">
                {account.map(|a| view! { <input type="hidden" name="account" value=a /> })}
                <input class="input" type="search" name="find" aria-label="Find a setting" placeholder="Find a setting" autocomplete="off"
                    value=find.get_untracked() on:input=move |e| find.set(event_target_value(&e)) />
            </Form>
            <nav aria-label="Sections"><ol>{links}</ol></nav>
        </aside>
    }
}

/// Shown by script while something is not saved.
fn save_bar(dirty: RwSignal<usize>, act: Act<ChangeSettings>) -> AnyView {
    let text = move || match dirty.get() {
        1 => "1 unsaved change".to_owned(),
        n => format!("{n} unsaved changes"),
    };
    view! {
        <div class="bulk save-bar" role="region" aria-label="Unsaved changes" hidden=move || dirty.get() == 0>
            <strong aria-live="polite">{text}</strong>
            <span class="grow"></span>
            <button class="btn" type="button" data-discard="">"Discard"</button>
            <button class="btn primary" type="submit" form=FORM disabled=act.pending()>"Save"</button>
        </div>
    }
    .into_any()
}
