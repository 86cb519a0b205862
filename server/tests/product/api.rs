//! The REST API in the running program: its token comes from the command line, its changes reach the mail.

use crate::running::{CHAT, Running, message, sink, wait};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Status and JSON of a request to /api/v1.
pub fn call(server: &Running, token: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let mut stream = TcpStream::connect(server.http).unwrap();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    write!(
        stream,
        "{method} /api/v1{path} HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_and_mailbox_made_by_the_api_receive_mail_within_a_second() {
    let sink = sink().await;
    let server = Running::start("");
    let out = server.cli(&["token", "create", "--name", "ci"]);
    let token = String::from_utf8(out.stdout).unwrap().trim().to_owned();
    assert_eq!(call(&server, "postern_wrong", "GET", "/domains", &Value::Null).0, 401);
    let (status, account) = call(&server, &token, "POST", "/accounts", &json!({ "name": "acme" }));
    assert_eq!(status, 201, "{account}");
    let gateway = sink.address().to_string();
    let new = json!({ "account": account["id"], "name": "acme.test", "gateways": [gateway] });
    let (status, domain) = call(&server, &token, "POST", "/domains", &new);
    assert_eq!(status, 201, "{domain}");
    let new = json!({ "domain": domain["id"], "name": "bob" });
    assert_eq!(call(&server, &token, "POST", "/mailboxes", &new).0, 201);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    server.send("bob@acme.test", &message("by the api", CHAT)).await.unwrap();
    wait("the message", || sink.count() == 1).await;
    let (_, audit) = call(&server, &token, "GET", "/audit?q=domain.add", &Value::Null);
    assert_eq!(audit["items"][0]["actor"], "token ci");
    assert_eq!(audit["items"][0]["origin"], "127.0.0.1");
}

#[test]
fn the_document_is_there_and_what_is_no_route_is_refused_in_json() {
    let server = Running::start("");
    let (status, document) = server.get("/api/v1/openapi.json").unwrap();
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<Value>(&document).unwrap()["paths"].as_object().unwrap().len() > 10);
    let (status, body) = server.get("/api/v1/nonsense").unwrap();
    assert!(status == 401 && body.starts_with("{\"error\""), "{status} {body}");
}
