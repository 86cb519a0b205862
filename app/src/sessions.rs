//! Where one is logged in, and logging out there.

use crate::api::sessions::{EndOtherSessions, EndSession, sessions};
use crate::ui::{ActForm, FormErrors, PageHead, Time, load, use_act, use_refresh};
use leptos::prelude::*;
use model::view::SessionRow;

#[component]
pub fn List() -> impl IntoView {
    let refresh = use_refresh();
    let data = Resource::new_blocking(move || refresh.get(), |_| sessions());
    let others = use_act::<EndOtherSessions>();
    view! {
        <PageHead title=t!("Sessions")>
            <ActForm act=others class="">
                <button class="btn" type="submit">{t!("Log out everywhere else")}</button>
            </ActForm>
        </PageHead>
        <p class="soft mb-5">{t!("Browsers in which you are logged in. Change your password if you do not know one of them.")}</p>
        {load(data, |rows| view! { <Rows rows /> }.into_any())}
    }
}

#[component]
fn Rows(rows: Vec<SessionRow>) -> impl IntoView {
    let act = use_act::<EndSession>();
    view! {
        <div class="table-wrap">
            <table class="table stack">
                <thead><tr>
                    <th scope="col">{t!("From")}</th>
                    <th scope="col">{t!("Since")}</th>
                    <th scope="col">{t!("Last seen")}</th>
                    <th scope="col"><span class="sr-only">{t!("Acts")}</span></th>
                </tr></thead>
                <tbody>
                    {rows.into_iter().map(|r| view! {
                        <tr>
                            <td data-label=t!("From")>
                                <strong>{r.origin.clone()}</strong>
                                {r.by_link.then_some(t!(" by a digest's link"))}
                            </td>
                            <td data-label=t!("Since")><Time at=r.since /></td>
                            <td data-label=t!("Last seen")><Time at=r.last_seen /></td>
                            <td>
                                {if r.current {
                                    view! { <span class="soft">{t!("This session")}</span> }.into_any()
                                } else {
                                    view! {
                                        <ActForm act class="">
                                            <FormErrors />
                                            <input type="hidden" name="id" value=r.id.clone() />
                                            <button class="btn" type="submit" aria-label=filled!("Log out {where}", where = r.origin)>{t!("Log out")}</button>
                                        </ActForm>
                                    }.into_any()
                                }}
                            </td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}
