//! Data on its way: skeleton rows while it is loaded, a sentence where it failed.

use crate::api::ApiError;
use crate::ui::Icon;
use crate::ui::time::mark_hydrated;
use leptos::either::Either;
use leptos::prelude::*;
use model::ErrorCode;

/// Renders `data` with `view` when it is there; keeps the old rendering while it is loaded again.
pub fn load<T, F>(data: Resource<Result<T, ApiError>>, view: F) -> impl IntoView
where
    T: Clone + Send + Sync + serde::Serialize + serde::de::DeserializeOwned + 'static,
    F: Fn(T) -> AnyView + Clone + Send + Sync + 'static,
{
    view! {
        <Transition fallback=Skeleton>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match data.await {
                        Ok(value) => Either::Left(view(value)),
                        Err(error) => Either::Right(view! { <Problem error /> }),
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div aria-busy="true" aria-label=t!("Loading")>
            <div class="skeleton"></div>
            <div class="skeleton"></div>
            <div class="skeleton"></div>
        </div>
    }
}

/// What went wrong, and the way on.
#[component]
pub fn Problem(error: ApiError) -> impl IntoView {
    mark_hydrated();
    let login = error.0.code == ErrorCode::Unauthenticated;
    let title = match error.0.code {
        ErrorCode::Unauthenticated => t!("Your session has ended"),
        ErrorCode::Forbidden => t!("Not permitted"),
        ErrorCode::NotFound => t!("Not found"),
        _ => t!("This could not be loaded"),
    };
    view! {
        <div class="banner bad" role="alert">
            <Icon name="alert" />
            <div>
                <p>
                    <strong>{title}</strong>
                </p>
                <p>{error.0.message.clone()}</p>
                {login.then(|| view! { <p><a href="/login" rel="external">{t!("Log in again")}</a></p> })}
            </div>
        </div>
    }
}
