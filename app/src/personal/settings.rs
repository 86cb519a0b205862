//! What owners set of their digest and pages (guide chapter 8 "Settings").

use crate::api::personal::{FREQUENCIES, OwnSettings, SetOwnSettings, own_settings};
use crate::text::named;
use crate::ui::form::Select;
use crate::ui::{ActForm, Field, FormErrors, PageHead, load, use_act, use_refresh};
use leptos::prelude::*;
use texts::Language;

/// The words of a choice: value and label.
pub fn formats() -> [(&'static str, &'static str); 2] {
    [("html", t!("Formatted, with buttons")), ("text", t!("Plain text"))]
}

/// The same of what the digest lists.
pub fn contents() -> [(&'static str, &'static str); 4] {
    [
        ("summary", t!("Numbers only")),
        ("green", t!("Up to the green zone: junk")),
        ("yellow", t!("Up to the yellow zone: also foreign languages and attachments")),
        ("red", t!("Up to the red zone: everything")),
    ]
}

fn owned<const N: usize>(list: [(&'static str, &'static str); N]) -> Vec<(String, String)> {
    list.into_iter().map(|(v, l)| (v.to_owned(), l.to_owned())).collect()
}

#[component]
pub fn Settings() -> impl IntoView {
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || refresh.get(), |_| own_settings());
    view! {
        <PageHead title=t!("Settings")><super::ToLight href="/light/settings".into() /></PageHead>
        {load(data, |own| match own {
            Some(own) => view! { <Form own /> }.into_any(),
            None => view! { <p class="soft">{t!("Your administrator keeps these settings.")}</p> }.into_any(),
        })}
    }
}

#[component]
fn Form(own: OwnSettings) -> impl IntoView {
    let act = use_act::<SetOwnSettings>();
    let frequencies = FREQUENCIES.map(|(_, word, label)| (word, named(label)));
    let languages = Language::ALL.map(|l| (l.code(), l.name()));
    view! {
        <section class="card" aria-labelledby="digest">
            <h2 id="digest">{t!("Digest and language")}</h2>
            <ActForm act>
                <FormErrors />
                <Select name="frequency" label=t!("How often") options=owned(frequencies) value=own.frequency />
                <Select name="format" label=t!("Report format") options=owned(formats()) value=own.format />
                <Select name="content" label=t!("What is listed") options=owned(contents()) value=own.content />
                <label class="choice"><input type="checkbox" name="ascending" value="on" checked=own.ascending /><span>{t!("Oldest messages first")}</span></label>
                <label class="choice"><input type="checkbox" name="send_empty" value="on" checked=own.send_empty /><span>{t!("A digest also when nothing was held")}</span></label>
                <Field name="time_zone" label=t!("Time zone") help=t!("A name such as Europe/Berlin.") value=own.time_zone required=true maxlength=64 />
                <Select name="language" label=t!("Language") options=owned(languages) value=own.language />
                <button class="btn primary" type="submit" disabled=act.pending()>{t!("Save")}</button>
            </ActForm>
        </section>
    }
}
