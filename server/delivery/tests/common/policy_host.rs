//! A web server that serves an MTA-STS policy, or whatever a test says.

use super::peer::{Certificate, acceptor};
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub struct PolicyHost {
    pub at: SocketAddr,
    /// What is answered from now on, header and all.
    pub answer: Arc<Mutex<String>>,
    requests: Arc<Mutex<Vec<String>>>,
    accept: tokio::task::JoinHandle<()>,
}

impl Drop for PolicyHost {
    fn drop(&mut self) {
        self.accept.abort();
    }
}

/// An answer with a policy in it.
pub fn policy(text: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}", text.len())
}

impl PolicyHost {
    pub async fn start(certificate: &Certificate, answer: String) -> PolicyHost {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let acceptor = acceptor(Some(certificate));
        let (answer, requests) = (Arc::new(Mutex::new(answer)), Arc::new(Mutex::new(Vec::new())));
        let accept = tokio::spawn({
            let (answer, requests) = (answer.clone(), requests.clone());
            async move {
                while let Ok((tcp, _)) = listener.accept().await {
                    let Ok(mut stream) = acceptor.accept(tcp).await else { continue };
                    let mut text = Vec::new();
                    while !text.ends_with(b"\r\n\r\n") && stream.read_buf(&mut text).await.is_ok_and(|n| n > 0) {}
                    requests.lock().push(String::from_utf8_lossy(&text).into_owned());
                    let reply = answer.lock().clone();
                    let _ = stream.write_all(reply.as_bytes()).await;
                    let _ = stream.shutdown().await;
                }
            }
        });
        PolicyHost { at, answer, requests, accept }
    }
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().clone()
    }
}
