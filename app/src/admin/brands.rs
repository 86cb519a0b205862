//! Brands: list and add (guide chapter 2 "Adding a Brand").

use crate::api::brands::AddBrand;
use crate::lists::{ListKind, ListPage};
use crate::ui::{ActForm, Field, FormErrors, PageHead, use_act};
use leptos::prelude::*;

const PATH: &str = "/admin/brands";

#[component]
pub fn List() -> impl IntoView {
    view! { <ListPage kind=ListKind::Brands /> }
}

#[component]
pub fn Add() -> impl IntoView {
    let act = use_act::<AddBrand>();
    view! {
        <PageHead title="Add brand" up=vec![(PATH.into(), "Brands".into())] />
        <ActForm act>
            <FormErrors />
            <Field name="name" label="Name" required=true maxlength=63 help="One word of letters, digits and hyphens. It stays, and is what pages call the product." />
            <Field name="host" label="Host name" maxlength=253 help="Pages asked for under this name look as the brand does, and links in its mails lead there. It must lead to this server in DNS." />
            <div class="form-acts">
                <button class="btn primary" type="submit">"Add brand"</button>
                <a class="btn quiet" href=PATH>"Cancel"</a>
            </div>
        </ActForm>
    }
}
