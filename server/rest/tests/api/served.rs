//! The API on a port of its own, and a client that shows exactly what was sent and answered.

use crate::world::{World, system};
use model::AccountId;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Served {
    pub world: World,
    pub address: SocketAddr,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Null where there is none, or it is no JSON.
    pub body: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    /// The code of the error, and the fields that it names.
    pub fn error(&self) -> (&str, Vec<&str>) {
        let error = &self.body["error"];
        let fields = error["fields"].as_array().unwrap_or_else(|| panic!("{self:?} has no fields"));
        (error["code"].as_str().unwrap(), fields.iter().map(|f| f["field"].as_str().unwrap()).collect())
    }
    pub fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap()
    }
    pub fn items(&self) -> &Vec<Value> {
        self.body["items"].as_array().unwrap_or_else(|| panic!("{self:?} has no items"))
    }
}

impl Served {
    /// Without a limit that a test could meet.
    pub async fn start() -> Served {
        Served::with(rest::Options { per_second: 100_000.0, burst: 100_000 }).await
    }

    pub async fn with(options: rest::Options) -> Served {
        let world = World::new().await;
        let router = rest::router(world.service.clone(), options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap()
        });
        Served { world, address }
    }

    pub async fn token(&self, scopes: &[&str], account: Option<i64>) -> String {
        let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
        self.world.service.create_token(&system(), "test", &scopes, account.map(AccountId)).await.unwrap()
    }

    pub async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, "GET", path, None).await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, "POST", path, Some(&body)).await
    }

    pub async fn call(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let authorization = format!("Bearer {token}");
        let mut headers = vec![("authorization", authorization.as_str())];
        // A string is sent as the text that it is.
        let (kind, body) = match body {
            None => ("", String::new()),
            Some(Value::String(text)) => ("text/plain", text.clone()),
            Some(json) => ("application/json", json.to_string()),
        };
        if !kind.is_empty() {
            headers.push(("content-type", kind));
        }
        self.request(method, path, &headers, body.as_bytes()).await
    }

    /// `path` below /api/v1.
    pub async fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.request_at(method, &format!("/api/v1{path}"), headers, body).await
    }

    pub async fn request_at(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.0\r\nHost: api.test\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses by the length alone closes before it has read all.
        let _ = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {method} {path}"));
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect();
        Answer { status, headers, body: serde_json::from_str(body).unwrap_or_default(), text: body.to_owned() }
    }
}
