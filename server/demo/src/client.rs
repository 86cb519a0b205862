//! A small SMTP client: what the demo and the load generator send with.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("no answer within 120 s")]
    Timeout,
    #[error("{0}")]
    Refused(String),
}

/// One connection, greeted and ready for MAIL.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub async fn connect(server: SocketAddr, helo: &str) -> Result<Client, ClientError> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let mut client = Client { stream: BufReader::with_capacity(16 * 1024, stream) };
        client.expect(2).await?;
        client.command(format!("EHLO {helo}\r\n").as_bytes(), 2).await?;
        Ok(client)
    }

    /// Sends one message in one transaction; the reply to the final dot.
    pub async fn send(&mut self, from: &str, to: &[&str], body: &[u8]) -> Result<String, ClientError> {
        let utf8 = if from.is_ascii() && to.iter().all(|t| t.is_ascii()) { "" } else { " SMTPUTF8" };
        let mut commands = format!("MAIL FROM:<{from}> SIZE={} BODY=8BITMIME{utf8}\r\n", body.len());
        for to in to {
            commands.push_str(&format!("RCPT TO:<{to}>\r\n"));
        }
        commands.push_str("DATA\r\n");
        self.stream.get_mut().write_all(commands.as_bytes()).await?;
        self.expect(2).await?;
        let mut refused = None;
        for _ in to {
            refused = self.expect(2).await.err().or(refused);
        }
        match self.expect(3).await {
            Ok(_) => {}
            Err(error) => {
                self.command(b"RSET\r\n", 2).await?;
                return Err(refused.unwrap_or(error));
            }
        }
        self.stream.get_mut().write_all(&stuffed(body)).await?;
        self.expect(2).await
    }

    pub async fn quit(mut self) -> Result<(), ClientError> {
        self.command(b"QUIT\r\n", 2).await.map(drop)
    }

    async fn command(&mut self, line: &[u8], class: u8) -> Result<String, ClientError> {
        self.stream.get_mut().write_all(line).await?;
        self.expect(class).await
    }

    async fn expect(&mut self, class: u8) -> Result<String, ClientError> {
        let mut line = String::new();
        loop {
            line.clear();
            let read = timeout(Duration::from_secs(120), self.stream.read_line(&mut line));
            if read.await.map_err(|_| ClientError::Timeout)?? == 0 {
                return Err(ClientError::Io(std::io::ErrorKind::UnexpectedEof.into()));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        let text = line.trim_end().to_owned();
        if text.as_bytes().first() == Some(&(b'0' + class)) { Ok(text) } else { Err(ClientError::Refused(text)) }
    }
}

/// The body with dots stuffed and the final dot (RFC 5321 §4.5.2). Lines must end in CRLF.
pub fn stuffed(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 8);
    let mut at_line_start = true;
    for line in body.split_inclusive(|b| *b == b'\n') {
        if at_line_start && line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
        at_line_start = line.ends_with(b"\n");
    }
    if !body.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
