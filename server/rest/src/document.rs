//! The OpenAPI document: what it says of the whole, and what every operation has in common.

use crate::error::{Code, ErrorBody};
use crate::resources;
use serde_json::{Value, json};
use service::TOKEN_SCOPES;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContactBuilder, Info, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder};
use utoipa::{PartialSchema, ToSchema};

/// Tags in the order in which they are read, with what each is about.
const TAGS: &[(&str, &str)] = &[
    ("accounts", "Organisations whose domains one set of administrators looks after."),
    ("domains", "Domains whose mail is filtered, their gateways and lists of senders."),
    ("mailboxes", "Recipients and their other names."),
    ("groups", "Mailboxes of a domain that have settings and senders in common."),
    ("brands", "How the dashboards and mails of some accounts look."),
    ("outbound-ips", "Networks whose hosts may send through the gateway."),
    ("relay-users", "Senders who log in from wherever they are."),
    ("verifiers", "Who says whether a recipient exists and whether a password is right."),
    ("content-filters", "Words, phrases and regular expressions that messages are searched for."),
    ("notifications", "Mail to administrators when something happens."),
    ("administrators", "People who look after the system or an account."),
    ("messages", "What became of each message."),
    ("quarantine", "Held messages."),
    ("queue", "What waits for the filter and for other servers."),
    ("reports", "Figures."),
    ("audit", "Who did what."),
    ("bulk-operations", "One change to many objects, and adding many mailboxes: progress, failures, stopping."),
    ("settings", "What can be set, and what is set at each level."),
    ("tokens", "Tokens of this API."),
];

/// The document without its operations.
pub fn frame() -> OpenApi {
    let token =
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(token_text())).build());
    let mut components = utoipa::openapi::Components::new();
    components.add_security_scheme("token", token);
    let mut parts = Vec::new();
    ErrorBody::schemas(&mut parts);
    components.schemas.extend(parts);
    components.schemas.insert(ErrorBody::name().into_owned(), ErrorBody::schema());
    let tags = TAGS
        .iter()
        .map(|(name, text)| utoipa::openapi::tag::TagBuilder::new().name(*name).description(Some(*text)).build());
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .components(Some(components))
        .tags(Some(tags.collect::<Vec<_>>()))
        .build()
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Postern")
        .version("1")
        .description(Some(
            "Everything that an administrator does on the dashboard, for programs.\n\n\
             Requests and answers are JSON; times are RFC 3339 in UTC. Fields that an operation does not know are \
             refused. Lists come in pages: pass `next` of one page as `after` of the next. A refusal has one form \
             everywhere, `Error`: test its `code`, show its `message`.",
        ))
        .contact(Some(ContactBuilder::new().name(Some("Postern")).build()))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build()
}

fn token_text() -> String {
    let mut text = "Made by `postern token create --name NAME [--scope SCOPE]... [--account NAME]`. A token with an \
                    account sees only what belongs to that account. Scopes:\n"
        .to_owned();
    for (word, meaning) in TOKEN_SCOPES {
        text.push_str(&format!("\n- `{word}`: {meaning}"));
    }
    text
}

/// What may be refused: by every operation, by those with a body, by those that name one thing, by those with a query.
const ALWAYS: &[Code] = &[Code::Unauthenticated, Code::Forbidden, Code::Throttled, Code::Internal, Code::Unavailable];
const WITH_BODY: &[Code] =
    &[Code::Malformed, Code::Timeout, Code::Conflict, Code::TooLarge, Code::UnsupportedMediaType, Code::Invalid];
const WITH_PATH: &[Code] = &[Code::NotFound];
const WITH_QUERY: &[Code] = &[Code::Invalid];

/// The whole document.
pub fn document() -> Value {
    let (_, document) = resources::all().split_for_parts();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            add_errors(path, method, operation);
            if method == "post" {
                add_key(operation);
            }
        }
    }
    document
}

/// The header by which a POST may be sent again.
fn add_key(operation: &mut Value) {
    let key = json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "A request with a key is done once: the same request with the same key is answered as the first time, for a day.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        "example": "7c1f3b0e-3c1c-4b8e-9f57-0d5a1c2e9b11",
    });
    if let Some(operation) = operation.as_object_mut() {
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        if let Some(list) = parameters.as_array_mut() {
            list.push(key);
        }
    }
    let wrong = json!({
        "description": meaning(Code::Invalid),
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
    });
    if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
        responses.entry(Code::Invalid.status().as_str()).or_insert(wrong);
    }
}

fn add_errors(path: &str, method: &str, operation: &mut Value) {
    let mut codes = ALWAYS.to_vec();
    if operation.get("requestBody").is_some() {
        codes.extend(WITH_BODY);
    }
    if path.contains('{') {
        codes.extend(WITH_PATH);
    }
    let in_query = |p: &Value| p.get("in").is_some_and(|i| i == "query");
    if operation.get("parameters").and_then(Value::as_array).is_some_and(|p| p.iter().any(in_query)) {
        codes.extend(WITH_QUERY);
    }
    if method != "get" && !codes.contains(&Code::Conflict) {
        codes.push(Code::Conflict);
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for code in codes {
        let body = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
        let mut response = json!({ "description": meaning(code), "content": body });
        let header = match code {
            Code::Throttled | Code::Unavailable => Some(("Retry-After", "Seconds to wait.", "integer")),
            Code::Unauthenticated => Some(("WWW-Authenticate", "How to authenticate (RFC 6750).", "string")),
            _ => None,
        };
        if let Some((name, text, kind)) = header {
            response["headers"] = json!({ name: { "description": text, "schema": { "type": kind } } });
        }
        responses.entry(code.status().as_str()).or_insert(response);
    }
}

fn meaning(code: Code) -> &'static str {
    match code {
        Code::Malformed => "The body cannot be read",
        Code::Unauthenticated => "No token, or one that is not known",
        Code::Forbidden => "The token's scopes or role do not allow it",
        Code::NotFound => "There is no such thing within the token's account",
        Code::MethodNotAllowed => "The resource has no such method",
        Code::Timeout => "The body came too slowly",
        Code::Conflict => "It exists already, or its state does not allow this any more",
        Code::TooLarge => "The body is larger than it may be",
        Code::UnsupportedMediaType => "The body is not declared as what the operation takes",
        Code::Invalid => "A value is wrong; the fields say which, and what would be accepted",
        Code::Throttled => "Too many requests",
        Code::Internal => "Our fault; the log has the details under the id",
        Code::Unavailable => "Something outside does not answer",
    }
}
