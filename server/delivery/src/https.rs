//! One request over HTTPS to a stranger's server, with bounds on everything: no redirects, no cookies, nothing kept.

use crate::Encryption;
use crate::client::{Tls, server_name};
use crate::security::Demand;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Octets of a header, at most.
const HEADER_MAX: usize = 16 << 10;
const FIELDS_MAX: usize = 64;
/// How often it is looked whether the answer is complete.
const LOOKS_MAX: usize = 100;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// The name in the certificate and in `Host`.
    pub host: &'a str,
    pub path: &'a str,
    /// Of the body, which may be empty.
    pub content_type: &'a str,
    pub body: &'a [u8],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Lower case, without parameters; empty where there is none.
    pub content_type: String,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpsError {
    #[error("no connection: {0}")]
    Connect(String),
    /// The certificate is not of a trusted authority, or not of the host.
    #[error("TLS failed: {0}")]
    Tls(String),
    #[error("the answer is no HTTP")]
    Answer,
    #[error("the answer is too long")]
    TooLong,
    #[error("no answer in time")]
    Timeout,
}

/// Sends a request to an address and reads the answer, its body at most `max` octets.
pub async fn send(
    request: Request<'_>,
    address: SocketAddr,
    tls: &Tls,
    max: usize,
    limit: Duration,
) -> Result<Response, HttpsError> {
    tokio::time::timeout(limit, exchange(request, address, tls, max)).await.unwrap_or(Err(HttpsError::Timeout))
}

async fn exchange(r: Request<'_>, address: SocketAddr, tls: &Tls, max: usize) -> Result<Response, HttpsError> {
    let config = tls.config(&Demand::from(Encryption::Named(String::new())));
    let config = config.map_err(|e| HttpsError::Tls(e.to_string()))?;
    let name = server_name(r.host).map_err(HttpsError::Tls)?;
    let tcp = TcpStream::connect(address).await.map_err(|e| HttpsError::Connect(e.to_string()))?;
    let connected = TlsConnector::from(config).connect(name, tcp).await;
    let mut stream = connected.map_err(|e| HttpsError::Tls(e.to_string()))?;
    let mut head =
        format!("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: */*\r\n", r.method, r.path, r.host);
    if !r.body.is_empty() {
        head.push_str(&format!("Content-Type: {}\r\nContent-Length: {}\r\n", r.content_type, r.body.len()));
    }
    head.push_str("\r\n");
    let broken = |e: std::io::Error| HttpsError::Connect(e.to_string());
    stream.write_all(head.as_bytes()).await.map_err(broken)?;
    stream.write_all(r.body).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut text = Vec::new();
    for n in 0.. {
        match stream.read_buf(&mut text).await {
            Ok(0) => break,
            // Of an answer in very many pieces the end of the connection is waited for: each look costs time.
            Ok(_) if n < LOOKS_MAX && complete(&text, max) => break,
            Ok(_) if text.len() > HEADER_MAX + 2 * max => return Err(HttpsError::TooLong),
            Ok(_) => {}
            // Servers that hang up without a closing alert: the length in the header says whether all is here.
            Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(e) => return Err(broken(e)),
        }
    }
    parse(&text, max)
}

/// Whether nothing more has to be waited for: the answer can be read, or never will be.
fn complete(text: &[u8], max: usize) -> bool {
    match read(text, max) {
        Ok(Some((_, ended))) => ended,
        Ok(None) => false,
        Err(_) => true,
    }
}

/// An answer that has come in full.
pub fn parse(text: &[u8], max: usize) -> Result<Response, HttpsError> {
    read(text, max)?.map(|(response, _)| response).ok_or(HttpsError::Answer)
}

/// None: more must come. Otherwise the answer so far, and whether that is all of it; an answer without a length ends with the
/// connection.
fn read(text: &[u8], max: usize) -> Result<Option<(Response, bool)>, HttpsError> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut head = httparse::Response::new(&mut fields);
    let at = match head.parse(text).map_err(|_| HttpsError::Answer)? {
        httparse::Status::Complete(at) => at,
        httparse::Status::Partial if text.len() > HEADER_MAX => return Err(HttpsError::TooLong),
        httparse::Status::Partial => return Ok(None),
    };
    let status = head.code.ok_or(HttpsError::Answer)?;
    let field = |name: &str| {
        let found = head.headers.iter().find(|h| h.name.eq_ignore_ascii_case(name));
        found.map(|h| String::from_utf8_lossy(h.value).trim().to_ascii_lowercase())
    };
    let content_type = field("content-type").unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_owned();
    let rest = text.get(at..).unwrap_or_default();
    let response = |body: Vec<u8>| Response { status, content_type: content_type.clone(), body };
    if field("transfer-encoding").is_some_and(|t| t != "identity") {
        return Ok(chunks(rest, max)?.map(|body| (response(body), true)));
    }
    match field("content-length") {
        Some(length) => {
            let length: usize = length.parse().map_err(|_| HttpsError::Answer)?;
            if length > max {
                return Err(HttpsError::TooLong);
            }
            Ok(rest.get(..length).map(|body| (response(body.to_vec()), true)))
        }
        None if rest.len() > max => Err(HttpsError::TooLong),
        None => Ok(Some((response(rest.to_vec()), false))),
    }
}

/// A body in chunks (RFC 9112 §7.1); None: the last one has not come.
fn chunks(mut text: &[u8], max: usize) -> Result<Option<Vec<u8>>, HttpsError> {
    let mut body = Vec::new();
    loop {
        let (at, size) = match httparse::parse_chunk_size(text).map_err(|_| HttpsError::Answer)? {
            httparse::Status::Complete(found) => found,
            httparse::Status::Partial => return Ok(None),
        };
        let size = usize::try_from(size).map_err(|_| HttpsError::TooLong)?;
        if size == 0 {
            return Ok(Some(body));
        }
        if size > max || body.len() + size > max {
            return Err(HttpsError::TooLong);
        }
        let Some(chunk) = text.get(at..at + size) else { return Ok(None) };
        body.extend_from_slice(chunk);
        let Some(after) = text.get(at + size..at + size + 2) else { return Ok(None) };
        if after != b"\r\n" {
            return Err(HttpsError::Answer);
        }
        text = text.get(at + size + 2..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn body(text: &str) -> Result<String, HttpsError> {
        parse(text.as_bytes(), 20).map(|r| String::from_utf8(r.body).unwrap())
    }

    #[test]
    fn a_body_is_read_by_length_in_chunks_or_to_the_end() {
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd").unwrap(), "abc");
        assert_eq!(body("HTTP/1.1 200 OK\r\n\r\nabcd").unwrap(), "abcd");
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n";
        assert_eq!(body(chunked).unwrap(), "abcd");
        let typed = parse(b"HTTP/1.1 404 No\r\nContent-Type: Text/Plain; charset=utf-8\r\n\r\n", 20).unwrap();
        assert_eq!((typed.status, typed.content_type.as_str()), (404, "text/plain"));
    }
    #[test]
    fn what_is_too_long_cut_or_no_http_is_an_error() {
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n"), Err(HttpsError::TooLong));
        assert_eq!(body(&format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(21))), Err(HttpsError::TooLong));
        let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n";
        assert!(body(chunk).is_err());
        assert_eq!(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"), Err(HttpsError::Answer));
        assert_eq!(body("220 mail.test ESMTP\r\n"), Err(HttpsError::Answer));
    }
    proptest! {
        #[test]
        fn any_answer_is_read_without_panic(text in proptest::collection::vec(any::<u8>(), 0..200), length in any::<u64>()) {
            let _ = parse(&text, 50);
            let head = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n");
            let _ = parse(&[head.as_bytes(), &text].concat(), 50);
        }
    }
}
