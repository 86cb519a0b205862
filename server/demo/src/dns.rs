//! A DNS server on loopback that answers for the sample domains only, so that SPF, DKIM and DMARC of the sample mail
//! can be checked without a network. UDP, one question a packet (RFC 1035); everything else is NXDOMAIN.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::UdpSocket;

/// TXT records by name in lower case, without a trailing dot; one that is an IPv4 address is an A record.
pub type Zone = HashMap<String, Vec<String>>;

/// Starts to answer; the address it listens on.
pub async fn start(address: SocketAddr, zone: Zone) -> std::io::Result<SocketAddr> {
    let socket = UdpSocket::bind(address).await?;
    let local = socket.local_addr()?;
    let zone = Arc::new(zone);
    tokio::spawn(async move {
        let mut packet = [0u8; 1_500];
        while let Ok((n, peer)) = socket.recv_from(&mut packet).await {
            if let Some(reply) = answer(&packet[..n], &zone) {
                let _ = socket.send_to(&reply, peer).await;
            }
        }
    });
    Ok(local)
}

const A: u16 = 1;
const TXT: u16 = 16;

/// The reply to one query; none where it is not a query.
fn answer(query: &[u8], zone: &Zone) -> Option<Vec<u8>> {
    let header = query.get(..12)?;
    if header[2] & 0x80 != 0 || u16::from_be_bytes([header[4], header[5]]) != 1 {
        return None;
    }
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let len = usize::from(*query.get(at)?);
        at += 1;
        if len == 0 {
            break;
        }
        if len > 63 {
            return None;
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + len)?).to_ascii_lowercase());
        at += len;
    }
    let kind = u16::from_be_bytes([*query.get(at)?, *query.get(at + 1)?]);
    let question = query.get(12..at + 4)?;
    let name = labels.join(".");
    let below = format!(".{name}");
    let exists = zone.contains_key(&name) || zone.keys().any(|k| k.ends_with(&below));
    let all: &[String] = zone.get(&name).map_or(&[], Vec::as_slice);
    let address = |text: &String| text.parse::<Ipv4Addr>().ok();
    let records: Vec<&String> = match kind {
        TXT => all.iter().filter(|t| address(t).is_none()).collect(),
        A => all.iter().filter(|t| address(t).is_some()).collect(),
        _ => Vec::new(),
    };

    let mut reply = Vec::with_capacity(512);
    reply.extend_from_slice(&header[..2]);
    // QR, AA, RD as asked, RA; NXDOMAIN where the name is not there.
    reply.push(0x84 | header[2] & 0x01);
    reply.push(0x80 | if exists { 0 } else { 3 });
    reply.extend_from_slice(&[0, 1]);
    reply.extend_from_slice(&u16::try_from(records.len()).unwrap_or(0).to_be_bytes());
    reply.extend_from_slice(&[0, 0, 0, 0]);
    reply.extend_from_slice(question);
    for text in records {
        // The name by a pointer to the question, the type, IN, 300 s.
        reply.extend_from_slice(&[0xC0, 12]);
        reply.extend_from_slice(&kind.to_be_bytes());
        reply.extend_from_slice(&[0, 1, 0, 0, 1, 44]);
        let mut data = Vec::new();
        if let Some(address) = address(text) {
            data.extend_from_slice(&address.octets());
        }
        for chunk in text.as_bytes().chunks(255).filter(|_| kind == TXT) {
            data.push(u8::try_from(chunk.len()).unwrap_or(0));
            data.extend_from_slice(chunk);
        }
        reply.extend_from_slice(&u16::try_from(data.len()).ok()?.to_be_bytes());
        reply.extend_from_slice(&data);
    }
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(name: &str, kind: u16) -> Vec<u8> {
        let mut q = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            q.push(label.len() as u8);
            q.extend_from_slice(label.as_bytes());
        }
        q.push(0);
        q.extend_from_slice(&kind.to_be_bytes());
        q.extend_from_slice(&[0, 1]);
        q
    }

    #[test]
    fn a_name_in_the_zone_is_answered_and_others_do_not_exist() {
        let zone: Zone = [("a.test".to_owned(), vec!["v=spf1 -all".to_owned()])].into();
        let reply = answer(&query("A.test", TXT), &zone).unwrap();
        assert_eq!((reply[3] & 15, reply[7]), (0, 1));
        assert!(reply.ends_with(b"v=spf1 -all"));
        assert_eq!(answer(&query("b.test", TXT), &zone).unwrap()[3] & 15, 3);
        assert_eq!(answer(&query("a.test", 1), &zone).unwrap()[7], 0);
    }
    #[test]
    fn a_broken_packet_is_not_answered() {
        let q = query("a.test", TXT);
        for n in 0..q.len() {
            assert!(answer(&q[..n], &Zone::new()).is_none());
        }
    }
}
