//! Whether a mail server is there: its greeting.

use model::HostPort;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const CONNECT: Duration = Duration::from_secs(5);
const GREETING: Duration = Duration::from_secs(10);
/// A line of a greeting is shorter (RFC 5321 section 4.5.3.1.5).
const LINE: usize = 512;

/// The first line of a greeting; control characters are left out.
pub(crate) async fn greeting(gateway: &HostPort) -> Result<String, String> {
    let connect = timeout(CONNECT, TcpStream::connect((gateway.host.as_str(), gateway.port))).await;
    let mut stream = match connect {
        Err(_) => return Err(format!("No connection within {} s.", CONNECT.as_secs())),
        Ok(Err(e)) => return Err(format!("No connection: {e}.")),
        Ok(Ok(stream)) => stream,
    };
    let mut line = Vec::new();
    let read = async {
        let mut byte = [0u8; LINE];
        while !line.contains(&b'\n') && line.len() < LINE {
            match stream.read(&mut byte).await? {
                0 => break,
                n => line.extend_from_slice(&byte[..n]),
            }
        }
        Ok::<_, std::io::Error>(())
    };
    match timeout(GREETING, read).await {
        Err(_) => return Err(format!("Connected, but no greeting within {} s.", GREETING.as_secs())),
        Ok(Err(e)) => return Err(format!("Connected, but lost: {e}.")),
        Ok(Ok(())) => {}
    }
    // Polite, and of no weight if it fails.
    let _ = timeout(CONNECT, stream.write_all(b"QUIT\r\n")).await;
    let text = String::from_utf8_lossy(&line);
    let first: String =
        text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(LINE).collect();
    match first.starts_with("220") {
        true => Ok(format!("Answers: {first}")),
        false if first.is_empty() => Err("Connected, but it said nothing.".to_owned()),
        false => Err(format!("Connected, but it takes no mail: {first}")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::net::TcpListener;

    async fn said(text: &'static str) -> Result<String, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut peer, _) = listener.accept().await.unwrap();
            peer.write_all(text.as_bytes()).await.unwrap();
        });
        greeting(&HostPort { host: "127.0.0.1".into(), port }).await
    }

    #[tokio::test]
    async fn a_gateway_is_good_when_it_greets() {
        assert_eq!(said("220 mail.acme.test ready\r\n").await.unwrap(), "Answers: 220 mail.acme.test ready");
        assert!(said("554 go away\r\n").await.unwrap_err().contains("554 go away"));
        assert!(said("").await.unwrap_err().contains("said nothing"));
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert!(
            greeting(&HostPort { host: "127.0.0.1".into(), port: closed }).await.unwrap_err().contains("No connection")
        );
    }
}
