//! What the Internet says of a domain right now: nothing is taken from a cache.

use model::HostPort;
use service::{BoxFuture, Probe};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

const DNS: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(5);
const GREETING: Duration = Duration::from_secs(10);
/// A line of a greeting is shorter (RFC 5321 section 4.5.3.1.5).
const LINE: usize = 512;

/// Asks these servers; none: those of the system.
pub struct Live {
    pub servers: Vec<SocketAddr>,
}

impl Live {
    async fn look_up(&self, name: &str, kind: hickory_resolver::proto::rr::RecordType) -> Result<Vec<String>, String> {
        use hickory_resolver::proto::rr::RData;
        let resolver = crate::serve::resolver(&self.servers).map_err(|e| format!("The DNS cannot be asked: {e}"))?;
        let answer = timeout(DNS, resolver.lookup(format!("{name}."), kind)).await;
        let found = match answer {
            Err(_) => return Err(format!("No answer from the DNS within {} s.", DNS.as_secs())),
            Ok(Err(e)) if e.is_nx_domain() => return Err(format!("The DNS knows no {name}.")),
            Ok(Err(e)) if e.is_no_records_found() => return Ok(Vec::new()),
            Ok(Err(e)) => return Err(format!("The DNS did not answer: {e}")),
            Ok(Ok(found)) => found,
        };
        let mut out: Vec<(u16, String)> = found
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::MX(mx) => Some((mx.preference, mx.exchange.to_utf8().trim_end_matches('.').to_owned())),
                RData::TXT(txt) => {
                    let joined: Vec<u8> = txt.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
                    Some((0, String::from_utf8_lossy(&joined).into_owned()))
                }
                _ => None,
            })
            .collect();
        out.sort_by_key(|(preference, _)| *preference);
        Ok(out.into_iter().map(|(_, text)| text).collect())
    }
}

/// The first line of a greeting; control characters are left out.
async fn greeting(gateway: &HostPort) -> Result<String, String> {
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

impl Probe for Live {
    fn mx<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(self.look_up(name, hickory_resolver::proto::rr::RecordType::MX))
    }
    fn txt<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, String>> {
        Box::pin(self.look_up(name, hickory_resolver::proto::rr::RecordType::TXT))
    }
    fn gateway<'a>(&'a self, gateway: &'a HostPort) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(greeting(gateway))
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
