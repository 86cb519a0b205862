//! A name server on loopback that knows what a test tells it.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, MX};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::net::UdpSocket;

#[derive(Default, Clone)]
pub struct Zone {
    pub mx: HashMap<&'static str, Vec<(u16, &'static str)>>,
    pub a: HashMap<&'static str, Ipv4Addr>,
    /// Names whose questions fail.
    pub broken: Vec<&'static str>,
}

/// A resolver that asks a server that knows `zone`; every name that is not in it does not exist.
pub async fn resolver(zone: Zone) -> TokioResolver {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 1_500];
        while let Ok((n, from)) = socket.recv_from(&mut packet).await {
            let Ok(question) = Message::from_vec(&packet[..n]) else { continue };
            let _ = socket.send_to(&answer(&zone, &question).to_vec().unwrap(), from).await;
        }
    });
    to(at)
}

/// A resolver that asks the server at this address.
pub fn to(at: std::net::SocketAddr) -> TokioResolver {
    let mut server = NameServerConfig::udp(at.ip());
    server.connections.iter_mut().for_each(|c| c.port = at.port());
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.attempts = 0;
    options.timeout = Duration::from_millis(500);
    builder.build().unwrap()
}

fn answer(zone: &Zone, question: &Message) -> Message {
    let query = &question.queries[0];
    let name = query.name().to_utf8();
    let name = name.trim_end_matches('.');
    let mut reply = Message::response(question.metadata.id, question.metadata.op_code);
    reply.metadata.message_type = MessageType::Response;
    reply.metadata.recursion_available = true;
    reply.add_query(query.clone());
    let mut add = |data| reply.add_answer(Record::from_rdata(query.name().clone(), 60, data)).metadata.id;
    match query.query_type() {
        RecordType::MX => {
            for (preference, exchange) in zone.mx.get(name).into_iter().flatten() {
                add(RData::MX(MX::new(*preference, Name::from_utf8(exchange).unwrap())));
            }
        }
        RecordType::A => {
            zone.a.get(name).map(|ip| add(RData::A(A(*ip))));
        }
        _ => {}
    }
    if zone.broken.contains(&name) {
        reply.metadata.response_code = ResponseCode::ServFail;
    } else if !zone.mx.contains_key(name) && !zone.a.contains_key(name) {
        reply.metadata.response_code = ResponseCode::NXDomain;
    }
    reply
}
