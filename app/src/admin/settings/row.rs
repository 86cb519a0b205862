//! One setting: its label and help, its control, what is wrong with it, and where its value comes from.

use super::control::Draw;
use super::fields::{Fields, mark, write};
use super::words::{origin, short, words};
use crate::ui::Icon;
use leptos::prelude::*;
use model::UserError;
use model::settings::{Definition, Level};
use model::view::place::SettingState;

/// What the settings of one form have in common.
#[derive(Clone, Copy)]
pub struct FormOf {
    /// Id of the form.
    pub form: &'static str,
    pub level: Level,
    pub may_edit: bool,
    /// Nothing is offered that the Encryption Service must do.
    pub in_clear: bool,
    /// For many objects: what is left alone is kept.
    pub keep: bool,
    pub failure: Signal<Option<UserError>>,
    /// Narrows what is shown.
    pub find: RwSignal<String>,
}

/// Whether a setting is shown where one looks for `find`.
pub fn found(d: &Definition, section: &str, find: &str) -> bool {
    let text = format!("{} {} {section} {}.{}", d.label, d.help, d.section, d.name).to_lowercase();
    find.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// `posted`: what the form held when it failed; none where the page is fresh.
pub fn setting(of: FormOf, section: &'static str, s: &SettingState, posted: Option<&Fields>) -> AnyView {
    let Some(d) = s.definition() else { return ().into_any() };
    let path = s.path.clone();
    let hidden = move || !found(d, section, &of.find.read());
    let id = format!("l-{path}");
    let help_id = format!("h-{path}");
    if s.held || !of.may_edit {
        let why = if s.held { "Blocked by the domain; this cannot be loosened here" } else { "" };
        return view! {
            <div class="setting" id=format!("s-{path}") hidden=hidden>
                <div><p class="setting-label" id=id>{d.label}</p><p class="help">{d.help}</p></div>
                <div>
                    <p class="setting-value">{words(&d.kind, s.value())}</p>
                    <p class="origin">{why}{source(of, s, d)}</p>
                </div>
            </div>
        }
        .into_any();
    }
    let fresh;
    let fields = match posted {
        Some(fields) => fields,
        None => {
            let mut out = Fields::new();
            if !of.keep {
                write(&d.kind, &path, s.own.as_ref(), &s.below, &mut out);
            }
            fresh = out;
            &fresh
        }
    };
    let draw = Draw {
        fields,
        label: d.label,
        form: of.form,
        below: &s.below,
        held: &s.held_keys,
        in_clear: of.in_clear,
        keep: of.keep,
    };
    let control = draw.setting(&d.kind, &path);
    let wrong = {
        let path = path.clone();
        move || {
            let message = of
                .failure
                .read()
                .as_ref()
                .and_then(|e| e.fields.iter().find(|f| f.field == path).map(|f| f.message.clone()));
            message.map(|m| view! { <p class="wrong"><Icon name="alert" />{m}</p> })
        }
    };
    let was = posted.and_then(|f| f.get(&format!("{path}.was")).cloned()).unwrap_or_else(|| mark(s.own.as_ref()));
    let footer = (!of.keep).then(|| {
        let reset = s.own.is_some().then(|| {
            let to = format!("Reset to {}", short(&d.kind, &s.below));
            let from = s.from.map_or_else(|| "product default".to_owned(), |_| lower(&origin(s.from, of.level)));
            view! {
                <button class="link" type="submit" form=of.form name="take_back" value=path.clone() data-reset=path.clone() title=format!("{}: {to}, {from}", d.label)>
                    {to.clone()}<span class="sr-only">{format!(" ({}, {from})", d.label)}</span>
                </button>
            }
        });
        view! { <p class="origin">{source(of, s, d)}{reset.is_some().then_some(" \u{b7} ")}{reset}<span class="unsaved">"Not saved yet"</span></p> }
    });
    view! {
        <fieldset class="setting" id=format!("s-{path}") data-path=path.clone() hidden=hidden>
            <div>
                <label class="setting-label" id=id.clone() for=format!("f-{path}")>{d.label}</label>
                <p class="help" id=help_id.clone()>{d.help}</p>
            </div>
            <div class="setting-control">
                {control}
                {wrong}
                {footer}
                {(!of.keep).then(|| view! { <input type="hidden" name=format!("values[{path}.was]") form=of.form value=was /> })}
            </div>
        </fieldset>
    }
    .into_any()
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn source(of: FormOf, s: &SettingState, _: &'static Definition) -> String {
    match (&s.own, s.held) {
        (Some(_), false) => "Set here".into(),
        (_, true) => String::new(),
        (None, false) => origin(s.from, of.level),
    }
}
