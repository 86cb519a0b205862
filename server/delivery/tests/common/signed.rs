//! A name server on loopback whose zone, the root, is signed, and a resolver that trusts its key alone.

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::dnssec::crypto::Ed25519SigningKey;
use hickory_resolver::proto::dnssec::rdata::{DNSKEY, DNSSECRData, NSEC, RRSIG};
use hickory_resolver::proto::dnssec::{DnssecSigner, SigningKey, TrustAnchors};
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, CNAME, MX, NS, SOA, TXT};
use hickory_resolver::proto::rr::{DNSClass, Name, RData, Record, RecordSet, RecordType};
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;

#[derive(Default, Clone)]
pub struct Zone {
    pub records: Vec<(Name, RData)>,
    /// Zones that are delegated without a key: what is in them is not signed.
    pub unsigned: Vec<Name>,
    /// Names whose signatures are wrong.
    pub forged: Vec<Name>,
    /// Names and types whose questions fail.
    pub broken: Vec<(Name, RecordType)>,
}

pub fn name(text: &str) -> Name {
    Name::from_str(&format!("{}.", text.trim_end_matches('.'))).unwrap()
}

impl Zone {
    pub fn mx(mut self, domain: &str, host: &str) -> Zone {
        self.records.push((name(domain), RData::MX(MX::new(10, name(host)))));
        self
    }
    pub fn a(mut self, host: &str) -> Zone {
        self.records.push((name(host), RData::A(A(Ipv4Addr::LOCALHOST))));
        self
    }
    pub fn cname(mut self, host: &str, target: &str) -> Zone {
        self.records.push((name(host), RData::CNAME(CNAME(name(target)))));
        self
    }
    pub fn txt(mut self, at: &str, text: &str) -> Zone {
        self.records.push((name(at), RData::TXT(TXT::new(vec![text.to_owned()]))));
        self
    }
    /// Record data in wire format.
    pub fn tlsa(mut self, port: u16, host: &str, rdata: &[u8]) -> Zone {
        use hickory_resolver::proto::rr::rdata::TLSA;
        let tlsa = TLSA::new(rdata[0].into(), rdata[1].into(), rdata[2].into(), rdata[3..].to_vec());
        self.records.push((name(&format!("_{port}._tcp.{host}")), RData::TLSA(tlsa)));
        self
    }
}

/// A validating resolver that asks a server which knows `zone`.
pub async fn resolver(zone: Zone) -> TokioResolver {
    let key = Ed25519SigningKey::from_pkcs8(&Ed25519SigningKey::generate_pkcs8().unwrap()).unwrap();
    let public = key.to_public_key().unwrap();
    let mut anchors = TrustAnchors::empty();
    anchors.insert(&public);
    let dnskey = DNSKEY::from_key(&public);
    let signer = DnssecSigner::new(dnskey.clone(), Box::new(key), Name::root(), Duration::from_secs(3_600));
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    let server = Server { zone, signer, dnskey };
    tokio::spawn(async move {
        let mut packet = [0; 1_500];
        while let Ok((n, from)) = socket.recv_from(&mut packet).await {
            let Ok(question) = Message::from_vec(&packet[..n]) else { continue };
            let _ = socket.send_to(&server.answer(&question).to_vec().unwrap(), from).await;
        }
    });
    let mut server = NameServerConfig::udp(at.ip());
    server.connections.iter_mut().for_each(|c| c.port = at.port());
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let mut builder = builder.with_trust_anchor(Arc::new(anchors));
    let options = builder.options_mut();
    options.validate = true;
    options.attempts = 1;
    options.timeout = Duration::from_millis(1_000);
    builder.build().unwrap()
}

struct Server {
    zone: Zone,
    signer: DnssecSigner,
    dnskey: DNSKEY,
}

impl Server {
    fn answer(&self, question: &Message) -> Message {
        let query = &question.queries[0];
        let (name, kind) = (query.name().clone(), query.query_type());
        let mut reply = Message::response(question.metadata.id, question.metadata.op_code);
        reply.metadata.message_type = MessageType::Response;
        reply.metadata.recursion_available = true;
        reply.add_query(query.clone());
        reply.edns.clone_from(&question.edns);
        if self.zone.broken.contains(&(name.clone(), kind)) {
            reply.metadata.response_code = ResponseCode::ServFail;
            return reply;
        }
        let mut at = name.clone();
        if let Some(RData::CNAME(target)) =
            self.of(&at, RecordType::CNAME).first().filter(|_| kind != RecordType::CNAME)
        {
            let target = target.0.clone();
            self.set(&at, self.of(&at, RecordType::CNAME)).into_iter().for_each(|r| reply.answers.push(r));
            at = target;
        }
        let data = self.of(&at, kind);
        if data.is_empty() {
            let soa = SOA::new(name_of("ns."), name_of("admin."), 1, 60, 60, 60, 60);
            let apex = self.zone.unsigned.iter().find(|z| z.zone_of(&at) && (kind != RecordType::DS || **z != at));
            let owner = apex.cloned().unwrap_or_else(Name::root);
            self.set(&owner, vec![RData::SOA(soa)]).into_iter().for_each(|r| reply.authorities.push(r));
            if apex.is_none() {
                let kinds: Vec<RecordType> =
                    self.zone.records.iter().filter(|(n, _)| *n == at).map(|(_, d)| d.record_type()).collect();
                let delegated = self.zone.unsigned.contains(&at).then_some(RecordType::NS);
                let next = at.prepend_label(&b"\x00"[..]).unwrap();
                let nsec = NSEC::new_cover_self(next, kinds.into_iter().chain(delegated));
                let nsec = RData::DNSSEC(DNSSECRData::NSEC(nsec));
                self.signed(&at, vec![nsec]).into_iter().for_each(|r| reply.authorities.push(r));
            }
        } else {
            self.set(&at, data).into_iter().for_each(|r| reply.answers.push(r));
        }
        reply
    }

    fn of(&self, at: &Name, kind: RecordType) -> Vec<RData> {
        if kind == RecordType::DNSKEY && at.is_root() {
            return vec![RData::DNSSEC(DNSSECRData::DNSKEY(self.dnskey.clone()))];
        }
        // Where a zone begins is asked for by its name servers.
        if kind == RecordType::NS && self.zone.unsigned.contains(at) {
            return vec![RData::NS(NS(name("ns")))];
        }
        self.zone.records.iter().filter(|(n, d)| n == at && d.record_type() == kind).map(|(_, d)| d.clone()).collect()
    }

    /// A set of records, signed where its zone is.
    fn set(&self, at: &Name, data: Vec<RData>) -> Vec<Record> {
        if self.zone.unsigned.iter().any(|z| z.zone_of(at)) {
            return data.into_iter().map(|d| Record::from_rdata(at.clone(), 60, d)).collect();
        }
        self.signed(at, data)
    }

    fn signed(&self, at: &Name, data: Vec<RData>) -> Vec<Record> {
        let mut set = RecordSet::new(at.clone(), data[0].record_type(), 0);
        set.set_ttl(60);
        for one in &data {
            set.insert(Record::from_rdata(at.clone(), 60, one.clone()), 0);
        }
        let inception = time::OffsetDateTime::now_utc() - Duration::from_secs(60);
        let mut rrsig = RRSIG::from_rrset(&set, DNSClass::IN, inception, &self.signer).unwrap();
        if self.zone.forged.contains(at) {
            let mut wrong = rrsig.sig().to_vec();
            wrong[0] ^= 1;
            rrsig = RRSIG::from_sig(rrsig.input().clone(), wrong);
        }
        let mut out: Vec<Record> = data.into_iter().map(|d| Record::from_rdata(at.clone(), 60, d)).collect();
        out.push(Record::from_rdata(at.clone(), 60, RData::DNSSEC(DNSSECRData::RRSIG(rrsig))));
        out
    }
}

fn name_of(text: &str) -> Name {
    Name::from_str(text).unwrap()
}

/// A resolver that takes what it is told, of a server that knows the records of `zone` and signs nothing.
pub async fn unsigned(zone: Zone) -> TokioResolver {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 1_500];
        while let Ok((n, from)) = socket.recv_from(&mut packet).await {
            let Ok(question) = Message::from_vec(&packet[..n]) else { continue };
            let query = &question.queries[0];
            let mut reply = Message::response(question.metadata.id, question.metadata.op_code);
            reply.metadata.recursion_available = true;
            reply.add_query(query.clone());
            for (_, data) in
                zone.records.iter().filter(|(n, d)| n == query.name() && d.record_type() == query.query_type())
            {
                reply.add_answer(Record::from_rdata(query.name().clone(), 60, data.clone()));
            }
            let _ = socket.send_to(&reply.to_vec().unwrap(), from).await;
        }
    });
    super::dns::to(at)
}
