#![allow(clippy::unwrap_used)]
use super::*;
use hickory_resolver::proto::op::{Message, MessageType, OpCode};
use hickory_resolver::proto::rr::Record;
use hickory_resolver::proto::rr::rdata::TXT;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// A server on loopback that knows `known.test TXT` and nothing else; counts the questions for it.
async fn server() -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    tokio::spawn(async move {
        let mut buffer = [0u8; 1500];
        while let Ok((n, peer)) = socket.recv_from(&mut buffer).await {
            let query = Message::from_vec(&buffer[..n]).unwrap();
            let mut reply = Message::new(query.metadata.id, MessageType::Response, OpCode::Query);
            reply.metadata.recursion_available = true;
            for question in &query.queries {
                reply.add_query(question.clone());
                if question.name().to_utf8().eq_ignore_ascii_case("known.test.")
                    && question.query_type() == RecordType::TXT
                {
                    counter.fetch_add(1, Ordering::Relaxed);
                    let data = RData::TXT(TXT::new(vec!["v=spf1 ".into(), "-all".into()]));
                    reply.add_answer(Record::from_rdata(question.name().clone(), 300, data));
                } else if !question.name().is_root() {
                    reply.metadata.response_code = ResponseCode::NXDomain;
                }
            }
            socket.send_to(&reply.to_vec().unwrap(), peer).await.unwrap();
        }
    });
    (address, asked)
}

#[tokio::test]
async fn answers_come_from_the_server_once_and_then_from_the_cache() {
    let (address, asked) = server().await;
    let dns = Resolver::new(&DnsConfig { servers: vec![address] });
    assert_eq!(dns.txt("known.test").await, Ok(vec![b"v=spf1 -all".to_vec()]));
    assert_eq!(dns.txt("known.test").await, Ok(vec![b"v=spf1 -all".to_vec()]));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(dns.txt("unknown.test").await, Err(Failure::NxDomain));
}

#[tokio::test]
async fn a_server_that_is_down_costs_no_time() {
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let dns = Resolver::new(&DnsConfig { servers: vec![closed] });
    let start = Instant::now();
    for n in 0..50 {
        assert!(matches!(dns.txt(&format!("n{n}.test")).await, Err(Failure::Temporary(_))));
    }
    assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_server_that_swallows_questions_is_left_alone_after_the_probe() {
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let dns = Resolver::new(&DnsConfig { servers: vec![silent.local_addr().unwrap()] });
    let start = Instant::now();
    for _ in 0..20 {
        assert!(matches!(dns.a("x.test").await, Err(Failure::Temporary(_))));
    }
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}
