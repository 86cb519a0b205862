//! Who calls: the bearer token (RFC 6750) and how fast it may go.

use crate::api::Api;
use crate::error::{ApiError, Code};
use crate::limit::{Left, Limiter, Rate};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use model::{Actor, Principal};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::{Duration, Instant};

/// Tokens that are not known, from one address: a fifth of what a good one may do at once, a fortieth in the long run.
fn failures(rate: Rate) -> Rate {
    Rate { per_second: rate.per_second / 40.0, burst: rate.burst / 5 }
}

/// A token that was good is looked up without asking how often its address failed, so that one wrong script does not
/// shut out the others behind the same proxy.
const GOOD_FOR: Duration = Duration::from_secs(900);

/// The caller, found once a request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub actor: Actor,
    /// Made of the token and stored nowhere.
    pub secret: [u8; 32],
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(missing)
    }
}

/// Buckets of tokens, and of addresses that come with wrong ones.
pub struct Guard {
    tokens: Limiter<i64>,
    failures: Limiter<IpAddr>,
    good: Cache<[u8; 32], ()>,
}

impl Guard {
    pub fn new(rate: Rate) -> Self {
        Guard {
            tokens: Limiter::new(rate),
            failures: Limiter::new(failures(rate)),
            good: Cache::builder().max_capacity(10_000).time_to_live(GOOD_FOR).build(),
        }
    }
}

fn missing() -> ApiError {
    ApiError::new(Code::Unauthenticated, "A token is needed: Authorization: Bearer postern_….")
        .challenge("Bearer realm=\"postern\"")
}

fn unknown() -> ApiError {
    ApiError::new(Code::Unauthenticated, "This token is not known; make one with `postern token create`.")
        .challenge("Bearer realm=\"postern\", error=\"invalid_token\"")
}

fn throttled(wait: u64, why: &str) -> ApiError {
    ApiError::new(Code::Throttled, format!("{why}; try again in {wait} s.")).retry_after(wait)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|t| !t.is_empty())
}

/// An IPv6 host has a whole /64 to call from.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

/// Middleware: lets nobody by without a token, and tells each how fast it may go.
pub async fn authenticate(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let caller = match bearer(request.headers()) {
        None => return missing().into_response(),
        Some(token) => identify(&api, token, from).await,
    };
    let (caller, left) = match caller {
        Ok(found) => found,
        Err(error) => return error.into_response(),
    };
    let mut response = match left.wait {
        0 => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        wait => throttled(wait, "This token asks too often").into_response(),
    };
    let mut set = |name, value: u64| {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from(value));
    };
    set("ratelimit-limit", left.limit.into());
    set("ratelimit-remaining", left.remaining.into());
    set("ratelimit-reset", left.reset);
    response
}

async fn identify(api: &Api, token: &str, from: Option<IpAddr>) -> Result<(Caller, Left), ApiError> {
    let now = Instant::now();
    let address = network(from.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
    let fingerprint: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    if !api.guard.good.contains_key(&fingerprint) {
        let wait = api.guard.failures.take(address, 0, now).wait;
        if wait > 0 {
            return Err(throttled(wait, "Too many unknown tokens came from this address"));
        }
    }
    let origin = from.map_or_else(|| "unknown".to_owned(), |ip| ip.to_canonical().to_string());
    let actor = api.service.check_token(token, &origin).await?;
    let Some((actor, id)) = actor.and_then(|a| match a.principal {
        Principal::Token { id, .. } => Some((a, id)),
        _ => None,
    }) else {
        api.guard.good.invalidate(&fingerprint);
        api.guard.failures.take(address, 1, now);
        return Err(unknown());
    };
    api.guard.good.insert(fingerprint, ());
    let secret = Sha256::new_with_prefix("postern request\n").chain_update(token).finalize().into();
    Ok((Caller { actor, secret }, api.guard.tokens.take(id, 1, now)))
}
