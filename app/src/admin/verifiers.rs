//! Verifiers: list, add, edit (guide chapter 9).

use super::choose::{Choices, WithOwner};
use super::verifier_parts::{Input, Part, parts};
use crate::api::verifiers::{SaveVerifier, VerifierForm, verifier};
use crate::lists::{ListKind, ListPage};
use crate::ui::form::{complaint, kept};
use crate::ui::{ActForm, Field, FormErrors, Icon, PageHead, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::definition::verifier::Method;

const PATH: &str = "/admin/verifiers";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Verifiers /> }
}

/// The type is chosen first, by a link: each has a form of its own.
#[component]
pub fn Add() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| query.read().get("type").unwrap_or_default());
    view! {
        <PageHead title="Add verifier" up=vec![(PATH.into(), "Verifiers".into())] />
        {move || kinds(&kind.read())}
        {move || {
            let now = kind.get();
            match Method::CHOICES.iter().find(|(word, _)| *word == now) {
                None => view! { <p class="soft">"Choose what is asked."</p> }.into_any(),
                Some((word, label)) => {
                    let new = VerifierForm { kind: (*word).into(), kind_label: (*label).into(), may_edit: true, ..VerifierForm::default() };
                    view! { <WithOwner form=std::sync::Arc::new(move |owner| form(&new, Some(owner))) /> }.into_any()
                }
            }
        }}
    }
}

fn kinds(now: &str) -> AnyView {
    let links: Vec<AnyView> = Method::CHOICES
        .iter()
        .map(|(word, label)| {
            let current = (*word == now).then_some("page");
            view! { <a href=format!("{PATH}/new?type={word}") aria-current=current>{*label}</a> }.into_any()
        })
        .collect();
    view! { <nav class="segments wrap mb-5" aria-label="Type">{links}</nav> }.into_any()
}

#[component]
pub fn Edit() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| verifier(id));
    load(data, |v| {
        let delete = format!("/admin/delete?list=verifiers&ids={}&names={}", v.id, crate::query::encode(&v.name));
        view! {
            <PageHead title=v.name.clone() up=vec![(PATH.into(), "Verifiers".into())]>
                {v.may_edit.then(|| view! { <a class="btn danger" href=delete><Icon name="trash" />"Delete"</a> })}
            </PageHead>
            <dl class="facts mb-5">
                <dt>"Type"</dt><dd>{v.kind_label.clone()}</dd>
                <dt>"Account"</dt><dd>{v.whose.clone()}</dd>
            </dl>
            {(!v.may_edit).then(|| view! { <p class="banner warn">"Others change this verifier: it is of the whole system, or your role may only look."</p> })}
            {form(&v, None)}
        }
        .into_any()
    })
}

fn form(v: &VerifierForm, owner: Option<Choices>) -> AnyView {
    let act = use_act::<SaveVerifier>();
    let new = v.id == 0;
    let v = v.clone();
    view! {
        <ActForm act class="form wide">
            <FormErrors />
            <input type="hidden" name="id" value=v.id />
            <input type="hidden" name="kind" value=v.kind.clone() />
            {owner.map(Choices::field)}
            <Field name="name" label="Name" value=v.name.clone() required=true maxlength=100 />
            {inputs(&v)}
            <Field name="notes" label="Notes" kind="textarea" value=v.notes.clone() maxlength=20_000 />
            {v.may_edit.then(|| view! {
                <div class="form-acts">
                    <button class="btn primary" type="submit">{if new { "Add verifier" } else { "Save" }}</button>
                    <a class="btn quiet" href=PATH>"Cancel"</a>
                </div>
            })}
        </ActForm>
    }
    .into_any()
}

/// Called within the form, so that what was typed is kept when it fails.
fn inputs(v: &VerifierForm) -> AnyView {
    let typed = kept("kind").is_some();
    let all = parts(&v.kind).unwrap_or_default().iter();
    all.map(|p| {
        let saved = v.options.get(p.path).cloned().unwrap_or_else(|| first(p, v.id == 0));
        let value = if typed && !p.input.is_secret() {
            kept(&format!("options[{}]", p.path)).unwrap_or_default()
        } else {
            saved
        };
        input(p, value, v.secrets.iter().any(|s| s == p.path))
    })
    .collect::<Vec<_>>()
    .into_any()
}

/// What a new verifier begins with.
fn first(part: &Part, new: bool) -> String {
    if new && part.path == "use_brackets" { "1".into() } else { String::new() }
}

fn input(p: &'static Part, value: String, is_set: bool) -> AnyView {
    let name = format!("options[{}]", p.path);
    if p.input == Input::Flag {
        return view! {
            <label class="choice mb-3"><input type="checkbox" id=format!("f-{name}") name=name value="1" checked=value == "1" /><span>{p.label}</span></label>
        }
        .into_any();
    }
    let id = format!("f-{name}");
    let help_id = format!("{id}-help");
    let said = complaint(name.clone());
    let wrong = move || said.get().map(|m| view! { <p class="wrong"><Icon name="alert" />{m}</p> });
    let help = match (p.input, is_set) {
        (Input::Secret, true) => "It is set. Empty: it stays as it is.",
        _ => p.help,
    };
    let control = match p.input {
        Input::Choice(choices) => {
            let options: Vec<AnyView> = choices
                .iter()
                .map(|(word, label)| view! { <option value=*word selected=*word == value>{*label}</option> }.into_any())
                .collect();
            view! { <select class="input" id=id.clone() name=name aria-describedby=help_id.clone()>{options}</select> }.into_any()
        }
        Input::Number(min, max) => view! { <input class="input" type="number" id=id.clone() name=name value=value min=min max=max aria-describedby=help_id.clone() /> }.into_any(),
        Input::Secret => view! { <input class="input" type="password" id=id.clone() name=name autocomplete="new-password" aria-describedby=help_id.clone() /> }.into_any(),
        Input::Line => view! { <input class="input" type="text" id=id.clone() name=name value=value autocomplete="off" spellcheck="false" aria-describedby=help_id.clone() /> }.into_any(),
        _ => view! { <textarea class="input mono" id=id.clone() name=name rows="4" spellcheck="false" aria-describedby=help_id.clone()>{value}</textarea> }.into_any(),
    };
    view! {
        <div class="field">
            <label for=id>{p.label}</label>
            {control}
            {wrong}
            <p class="help" id=help_id>{help}</p>
        </div>
    }
    .into_any()
}
