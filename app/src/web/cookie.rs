//! Cookies (RFC 6265): the session, and what the last form came to.

use axum::http::{HeaderMap, header};

pub const SESSION: &str = "postern_session";
/// The language that somebody chose, for a year.
pub const LANGUAGE: &str = "postern_language";
pub const FLASH: &str = "postern_flash";

/// The value of a cookie of the request.
pub fn get(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(k, _)| *k == name)
        .map(|(_, v)| v.to_owned())
}

fn set(name: &str, value: &str, attributes: &str, https: bool) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{attributes}{}", if https { "; Secure" } else { "" })
}

/// `Set-Cookie` of a new session: it lasts as long as the browser, and at most as long as the store keeps it.
pub fn session_cookie(token: &str, https: bool) -> String {
    set(SESSION, token, "", https)
}
/// `Set-Cookie` that ends the session in the browser.
pub fn clear_session(https: bool) -> String {
    set(SESSION, "", "; Max-Age=0", https)
}
pub fn language(code: &str, https: bool) -> String {
    set(LANGUAGE, code, "; Max-Age=31536000", https)
}
pub fn flash(value: &str, https: bool) -> String {
    set(FLASH, value, "; Max-Age=60", https)
}
pub fn clear_flash(https: bool) -> String {
    set(FLASH, "", "; Max-Age=0", https)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; postern_session=t0k=en"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=2"));
        assert_eq!(get(&headers, SESSION).as_deref(), Some("t0k=en"));
        assert_eq!(get(&headers, "b").as_deref(), Some("2"));
        assert_eq!(get(&headers, "session"), None);
    }
    #[test]
    fn the_session_is_for_http_only_and_secure_under_https() {
        assert_eq!(session_cookie("x", true), "postern_session=x; Path=/; HttpOnly; SameSite=Lax; Secure");
        assert!(!session_cookie("x", false).contains("Secure"));
    }
}
