//! Forms that work alike with and without script: labels above, help below, errors beside the field
//! and summed at the top. Without script the same fields are posted and the answer comes back as a
//! [`crate::api::Flash`]; with script the server function is called and its answer shown in place.

use crate::api::{ApiError, Notice};
use crate::ui::state::{LastFlash, Notices, Refresh, notify};
use crate::ui::{Icon, me};
use leptos::ev::SubmitEvent;
use leptos::form::FromFormData;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{ErrorCode, UserError};
use serde::de::DeserializeOwned;

/// A server function that changes something, and what its last call came to.
pub struct Act<S: ServerFn + 'static>
where
    S::Output: 'static,
{
    action: ServerAction<S>,
    failure: Signal<Option<UserError>>,
    values: StoredValue<Vec<(String, String)>>,
}

impl<S: ServerFn + 'static> Clone for Act<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S: ServerFn + 'static> Copy for Act<S> {}

/// Prepares a form for the server function `S`. A success is shown as a notice, lists load again, and the
/// page that the notice names is opened.
pub fn use_act<S>() -> Act<S>
where
    S: ServerFn<Output = Notice, Error = ApiError> + Clone + Send + Sync + 'static,
{
    let action = ServerAction::<S>::new();
    let flash = use_context::<LastFlash>().and_then(|f| f.0.failure).filter(|f| f.path == S::PATH);
    let values = flash.as_ref().map(|f| f.values.clone()).unwrap_or_default();
    let before = flash.map(|f| f.error);
    let result = action.value();
    let failure = Signal::derive(move || match &*result.read() {
        Some(Ok(_)) => None,
        Some(Err(e)) => Some(e.0.clone()),
        None => before.clone(),
    });
    let navigate = use_navigate();
    let (notices, refresh) = (use_context::<Notices>(), use_context::<Refresh>());
    Effect::new(move |_| {
        let Some(Ok(notice)) = result.get() else { return };
        if let Some(Refresh(refresh)) = refresh {
            refresh.update(|n| *n += 1);
        }
        let to = notice.to.clone();
        if let Some(notices) = notices {
            provide_context(notices);
            notify(notice);
        }
        if let Some(to) = to {
            navigate(&to, NavigateOptions::default());
        }
    });
    Act { action, failure, values: StoredValue::new(values) }
}

impl<S> Act<S>
where
    S: ServerFn<Output = Notice, Error = ApiError> + Clone + Send + Sync + 'static,
{
    pub fn pending(self) -> Signal<bool> {
        self.action.pending().into()
    }
    /// What the last call, or the form that was posted without script, failed with.
    pub fn failure(self) -> Signal<Option<UserError>> {
        self.failure
    }
    /// What the form held that failed without script, read by `from`.
    pub fn posted<T>(self, from: impl FnOnce(&[(String, String)]) -> Option<T>) -> Option<T> {
        self.values.with_value(|v| from(v))
    }
    pub fn succeeded(self) -> Signal<bool> {
        let value = self.action.value();
        Signal::derive(move || matches!(&*value.read(), Some(Ok(_))))
    }
}

/// What the fields of the form around them ask.
#[derive(Clone, Copy)]
struct FormState {
    failure: Signal<Option<UserError>>,
    values: StoredValue<Vec<(String, String)>>,
}

/// A form that calls `S`.
#[component]
pub fn ActForm<S>(
    act: Act<S>,
    #[prop(default = "form")] class: &'static str,
    #[prop(optional)] id: Option<&'static str>,
    children: Children,
) -> impl IntoView
where
    S: ServerFn<Output = Notice, Error = ApiError> + DeserializeOwned + Clone + Send + Sync + 'static,
{
    provide_context(FormState { failure: act.failure, values: act.values });
    let submit = move |event: SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        match S::from_event(&event) {
            Ok(input) => {
                act.action.dispatch(input);
            }
            Err(_) => act.action.value().set(Some(Err(ApiError(UserError::new(
                ErrorCode::Invalid,
                "Something in this form could not be read. Check the fields and try again.",
            ))))),
        }
    };
    view! {
        <form class=class id=id method="post" action=S::url() on:submit=submit>
            <Token />
            {children()}
        </form>
    }
}

/// The session's token, which each form that changes something carries.
#[component]
pub fn Token() -> impl IntoView {
    let token = me().map(|m| m.form_token).unwrap_or_default();
    view! { <input type="hidden" name="form_token" value=token /> }
}

/// The failure of the form around it: a sentence, and a link to each field that is wrong.
#[component]
pub fn FormErrors() -> impl IntoView {
    let state = use_context::<FormState>();
    move || {
        let error = state.and_then(|s| s.failure.get())?;
        let fields = error.fields.clone();
        let said_by_field = fields.iter().any(|f| f.message == error.message);
        Some(view! {
            <div class="banner bad" role="alert">
                <Icon name="alert" />
                <div>
                    {(!said_by_field).then(|| view! { <p><strong>{error.message.clone()}</strong></p> })}
                    {(!fields.is_empty()).then(|| view! {
                        <ul>
                            {fields.into_iter().map(|f| view! { <li><a href=format!("#f-{}", f.field) rel="external">{f.message}</a></li> }).collect_view()}
                        </ul>
                    })}
                </div>
            </div>
        })
    }
}

/// One labelled input.
#[component]
pub fn Field(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] help: &'static str,
    /// An input's type, or `textarea`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional)] required: bool,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(default = "off")] autocomplete: &'static str,
    /// Stands behind the input: a unit, or `@acme.test`.
    #[prop(optional, into)]
    suffix: Option<String>,
    /// The error where there is no form around (`FormErrors` knows).
    #[prop(optional, into)]
    wrong: Option<String>,
    /// The same, where it is not known whether there is one.
    #[prop(default = None)]
    wrong_if: Option<String>,
) -> impl IntoView {
    let wrong = wrong.or(wrong_if);
    let state = use_context::<FormState>();
    let value = kept(name).unwrap_or(value);
    let wrong = Signal::derive(move || {
        let from_form = state.and_then(|s| {
            s.failure.read().as_ref().and_then(|e| e.fields.iter().find(|f| f.field == name).map(|f| f.message.clone()))
        });
        from_form.or_else(|| wrong.clone())
    });
    let (id, help_id, wrong_id) = (format!("f-{name}"), format!("f-{name}-help"), format!("f-{name}-wrong"));
    let described = {
        let (help_id, wrong_id) = (help_id.clone(), wrong_id.clone());
        move || match (help.is_empty(), wrong.read().is_some()) {
            (true, false) => None,
            (true, true) => Some(wrong_id.clone()),
            (false, false) => Some(help_id.clone()),
            (false, true) => Some(format!("{wrong_id} {help_id}")),
        }
    };
    let invalid = move || wrong.read().is_some().then_some("true");
    let input = if kind == "textarea" {
        view! {
            <textarea class="input" id=id.clone() name=name required=required maxlength=maxlength rows="4" spellcheck="false" aria-invalid=invalid aria-describedby=described>
                {value}
            </textarea>
        }
        .into_any()
    } else {
        view! {
            <input class="input" id=id.clone() name=name type=kind value=value required=required maxlength=maxlength autocomplete=autocomplete aria-invalid=invalid aria-describedby=described />
        }
        .into_any()
    };
    view! {
        <div class="field">
            <label for=id>{label}{(!required).then(|| view! { <span class="soft small">" (optional)"</span> })}</label>
            {match suffix {
                Some(suffix) => view! { <div class="suffixed">{input}<span>{suffix}</span></div> }.into_any(),
                None => input,
            }}
            {move || wrong.get().map(|w| view! { <p class="wrong" id=wrong_id.clone()><Icon name="alert" />{w}</p> })}
            {(!help.is_empty()).then(|| view! { <p class="help" id=help_id>{help}</p> })}
        </div>
    }
}

/// What is wrong with this field of the form around.
pub fn complaint(name: String) -> Signal<Option<String>> {
    let state = use_context::<FormState>();
    Signal::derive(move || {
        let failure = state?.failure.read();
        failure.as_ref()?.fields.iter().find(|f| f.field == name).map(|f| f.message.clone())
    })
}

/// What was typed into this field of the form around, where the form was sent without script and failed.
pub fn kept(name: &str) -> Option<String> {
    let state = use_context::<FormState>()?;
    state.values.with_value(|v| v.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()))
}

/// A labelled choice of one from (value, label).
#[component]
pub fn Select(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] help: &'static str,
    options: Vec<(String, String)>,
    #[prop(optional, into)] value: String,
) -> impl IntoView {
    let value = kept(name).unwrap_or(value);
    let id = format!("f-{name}");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id name=name>
                {options.into_iter().map(|(v, text)| { let selected = v == value; view! { <option value=v selected=selected>{text}</option> } }).collect_view()}
            </select>
            {(!help.is_empty()).then(|| view! { <p class="help">{help}</p> })}
        </div>
    }
}
