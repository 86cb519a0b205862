//! What the pages of several objects have besides settings: friends and enemies, and how they are deleted.

use crate::api::delete::DeleteObject;
use crate::api::senders::SetSenders;
use crate::ui::form::Act;
use crate::ui::{ActForm, Field, FormErrors, Icon};
use leptos::prelude::*;
use model::settings::SENDER_LIST_TEXT_MAX;
use model::view::detail::SenderTexts;

/// Two text boxes; without the right to change them two lists.
pub fn senders(act: Act<SetSenders>, place: String, texts: SenderTexts, may_edit: bool) -> AnyView {
    if !may_edit {
        let list = |title: &'static str, text: String| {
            let entries: Vec<AnyView> =
                text.lines().map(|l| view! { <li class="mono">{l.to_owned()}</li> }.into_any()).collect();
            let none = entries.is_empty().then(|| view! { <p class="soft">"None"</p> });
            view! { <div><h3>{title}</h3>{none}<ul>{entries}</ul></div> }.into_any()
        };
        return view! { <div class="split">{list("Friends", texts.friends)}{list("Enemies", texts.enemies)}</div> }
            .into_any();
    }
    let max = u32::try_from(SENDER_LIST_TEXT_MAX).unwrap_or(u32::MAX);
    view! {
        <ActForm act class="form wide">
            <FormErrors />
            <input type="hidden" name="place" value=place />
            <p class="help mb-3">"Addresses, domains, IPs, networks or country codes, one a line; what stands behind // is a comment and is kept. At most 200,000 characters each."</p>
            <div class="split even">
                <Field name="friends" label="Friends" kind="textarea" value=texts.friends maxlength=max />
                <Field name="enemies" label="Enemies" kind="textarea" value=texts.enemies maxlength=max />
            </div>
            <button class="btn" type="submit">"Save friends and enemies"</button>
        </ActForm>
    }
    .into_any()
}

/// `what`: the object with its name. `goes`: what goes with it, a sentence.
pub fn delete(act: Act<DeleteObject>, place: String, what: String, goes: String) -> AnyView {
    view! {
        <ActForm act>
            <FormErrors />
            <p class="mb-3">{goes}</p>
            <input type="hidden" name="place" value=place />
            <label class="choice mb-3"><input id="f-sure" type="checkbox" name="sure" value="on" required /><span>{format!("Yes, delete {what}")}</span></label>
            <button class="btn danger" type="submit"><Icon name="trash" />"Delete"</button>
        </ActForm>
    }
    .into_any()
}
