//! JSON, and text to be imported, in: what is not JSON, too large, too slow or not what the operation takes is refused with the place.

use crate::error::{ApiError, Code};
use crate::fields;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use std::error::Error;
use std::time::Duration;

/// Largest body of a request.
pub const BODY_MAX: usize = 1024 * 1024;
/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

/// A JSON body of type T.
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            let message = "The body must be JSON: Content-Type: application/json.";
            return Err(ApiError::new(Code::UnsupportedMediaType, message));
        }
        parse(&read(request, BODY_MAX).await?).map(Json)
    }
}

/// The largest body that an operation takes: text to be imported is longer than what is written by hand.
pub fn max_of(path: &str) -> usize {
    let imports = ["/mailboxes/import", "/mailboxes/import/check"];
    if imports.iter().any(|i| path.ends_with(i)) { service::IMPORT_BYTES } else { BODY_MAX }
}

/// A body of plain text or CSV in UTF-8, as long as imports may be.
pub struct Text(pub String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = ApiError;
    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let kind = media_type(request.headers());
        if !matches!(kind.as_deref(), Some("text/plain" | "text/csv")) {
            let message = "The body must be text: Content-Type: text/plain or text/csv.";
            return Err(ApiError::new(Code::UnsupportedMediaType, message));
        }
        let bytes = read(request, service::IMPORT_BYTES).await?;
        let text = String::from_utf8(bytes.into()).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            ApiError::new(Code::Malformed, format!("The body is not UTF-8: byte {at} is wrong."))
        })?;
        Ok(Text(text))
    }
}

fn media_type(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = media_type(headers) else { return false };
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The whole body, of at most `max` bytes.
pub async fn read(request: Request, max: usize) -> Result<bytes::Bytes, ApiError> {
    let large = || ApiError::new(Code::TooLarge, format!("The body may have at most {max} bytes."));
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|n| n > max) {
        return Err(large());
    }
    match tokio::time::timeout(ARRIVAL, axum::body::to_bytes(request.into_body(), max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Err(_) => Err(ApiError::new(Code::Timeout, "The body did not arrive within 30 s.")),
        Ok(Err(error)) if error.source().is_some_and(|s| s.is::<http_body_util::LengthLimitError>()) => Err(large()),
        Ok(Err(_)) => Err(ApiError::new(Code::Malformed, "The body broke off.")),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let path = e.path().to_string();
        let error = e.into_inner();
        if error.is_data() {
            let problem = fields::problem(&path, &error.to_string());
            let field = if problem.field.is_empty() { "body".to_owned() } else { problem.field };
            ApiError::field(field, problem.message)
        } else {
            ApiError::new(Code::Malformed, format!("The body is not JSON: {error}."))
        }
    })?;
    json.end().map_err(|e| ApiError::new(Code::Malformed, format!("The body is not JSON: {e}.")))?;
    Ok(value)
}

/// For fields of a change: absent leaves the value as it is, so null is no value and is refused.
pub fn present<'de, D: serde::Deserializer<'de>, T: serde::Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

impl<T: serde::Serialize> axum::response::IntoResponse for Json<T> {
    fn into_response(self) -> axum::response::Response {
        axum::Json(self.0).into_response()
    }
}
