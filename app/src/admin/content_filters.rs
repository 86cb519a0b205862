//! Content filters: rules of words, expressions and headers (guide chapter 10).

use super::choose::{Choices, WithAccount};
use crate::api::content_filters::{FilterForm, RuleForm, SaveContentFilter, content_filter};
use crate::lists::{ListKind, ListPage};
use crate::ui::form::kept;
use crate::ui::{ActForm, Field, FormErrors, Icon, PageHead, load, use_act, use_refresh};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

const PATH: &str = "/admin/content-filters";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::ContentFilters /> }
}

#[component]
pub fn Add() -> impl IntoView {
    view! {
        <PageHead title="Add content filter" up=vec![(PATH.into(), "Content filters".into())] />
        <WithAccount form=|account| form(FilterForm { may_edit: true, ..FilterForm::default() }, Some(account)) />
    }
}

#[component]
pub fn Edit() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").and_then(|i| i.parse::<i64>().ok()).unwrap_or(0));
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || (id.get(), refresh.get()), |(id, _)| content_filter(id));
    load(data, |f| {
        let (id, name, may_edit) = (f.id, f.name.clone(), f.may_edit);
        view! {
            <PageHead title=name.clone() up=vec![(PATH.into(), "Content filters".into())]>
                {may_edit.then(|| view! { <a class="btn danger" href=format!("/admin/delete?list=content-filters&ids={id}&names={}", crate::query::encode(&name))><Icon name="trash" />"Delete"</a> })}
            </PageHead>
            {form(f, None)}
        }
        .into_any()
    })
}

fn form(f: FilterForm, account: Option<Choices>) -> AnyView {
    let act = use_act::<SaveContentFilter>();
    let new = f.id == 0;
    view! {
        <ActForm act class="form wide">
            <FormErrors />
            <input type="hidden" name="id" value=f.id />
            {account.map(Choices::field)}
            <Field name="name" label="Name" value=f.name required=true maxlength=100 />
            {rules(f.rules)}
            <Field name="blank_headers" label="Match blank headers" value=f.blank_headers maxlength=2000
                help="A message matches where one of these headers is there and says nothing, such as Subject. Separated by commas." />
            <label class="choice"><input type="checkbox" name="outbound_attachments" value="1" checked=f.outbound_attachments />
                <span>"Search outbound mail with its attachments and headers as a whole"</span></label>
            {f.may_edit.then(|| view! {
                <div class="form-acts">
                    <button class="btn primary" type="submit">{if new { "Add content filter" } else { "Save" }}</button>
                    <a class="btn quiet" href=PATH>"Cancel"</a>
                </div>
            })}
        </ActForm>
    }
    .into_any()
}

/// The rules there are, and an empty one: saving it gives the next. Called within the form, so that what was typed is
/// kept when it fails.
fn rules(saved: Vec<RuleForm>) -> AnyView {
    let typed = (0..100).take_while(|n| kept(&format!("rules[{n}][expressions]")).is_some()).count();
    let count = (saved.len() + 1).max(typed);
    let all = (0..count).map(|n| rule(n, saved.get(n).cloned(), typed > 0));
    all.collect::<Vec<_>>().into_any()
}

fn rule(n: usize, saved: Option<RuleForm>, typed: bool) -> AnyView {
    let empty = saved.is_none();
    let saved = saved.unwrap_or_else(|| RuleForm { text: "1".into(), ..RuleForm::default() });
    let name = |field: &str| format!("rules[{n}][{field}]");
    let value = |field: &str, saved: String| if typed { kept(&name(field)).unwrap_or_default() } else { saved };
    let on = |field: &str, saved: &str| value(field, saved.to_owned()) == "1";
    let (text, headers, remove) = (on("text", &saved.text), on("headers", &saved.headers), on("remove", &saved.remove));
    let id = format!("f-rules[{n}][expressions]");
    let names_id = format!("rule-{n}-names");
    view! {
        <fieldset class="card mb-3">
            <legend class="legend">{if empty && n > 0 { "A further rule".to_owned() } else { format!("Rule {}", n + 1) }}</legend>
            <div class="field"><label for=id.clone()>"Expressions, one a line"</label>
            <textarea class="input mono" id=id name=name("expressions") rows="4" spellcheck="false">{value("expressions", saved.expressions)}</textarea>
            <p class="help">"A word or phrase is found as whole words, in letters of either case; anything else is a regular expression, such as f[aio]+t."</p></div>
            <label class="choice"><input type="checkbox" name=name("text") value="1" checked=text /><span>"Search the text"</span></label>
            <label class="choice"><input type="checkbox" name=name("headers") value="1" checked=headers /><span>"Search headers"</span></label>
            <div class="field"><label for=names_id.clone()>"Only these headers"<span class="soft small">" (optional)"</span></label>
            <input class="input" id=names_id name=name("names") value=value("names", saved.names) placeholder="Subject, X-Mailer" autocomplete="off" /></div>
            <label class="choice"><input type="checkbox" name=name("remove") value="1" checked=remove />
                <span>"Take what matched out of the subject, for filters that route or encrypt"</span></label>
        </fieldset>
    }
    .into_any()
}
