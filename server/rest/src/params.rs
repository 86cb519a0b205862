//! Ids in paths and parameters in queries.

use crate::error::ApiError;
use crate::fields;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The `{id}` of the path. What is no id names nothing.
pub struct Id(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let none = || ApiError::not_found("id");
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(|_| none())?;
        let id = params.iter().find(|(name, _)| *name == "id").map(|(_, value)| value).ok_or_else(none)?;
        id.bytes().all(|b| b.is_ascii_digit()).then(|| id.parse().ok()).flatten().map(Id).ok_or_else(none)
    }
}

/// The parameters of the query; unknown ones are refused by name.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let text = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
        serde_path_to_error::deserialize(pairs).map(Query).map_err(|e| {
            let problem = fields::problem(&e.path().to_string(), &e.inner().to_string());
            ApiError::field(problem.field, problem.message)
        })
    }
}
