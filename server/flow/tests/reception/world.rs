//! A gate with all that it asks, and clients of it.

use filter::auth::Zone;
use flow::gate::Parts;
use flow::{Discovery, Gate, LiveKnowledge};
use model::settings::ServiceKind;
use model::{Actor, DomainName};
use service::{BoxFuture, Outbox, OutgoingMail, QueueView, Service, SnapshotStore};
use smtp::{Options, Server};
use spool::{Entry, Spool};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::timeout;

struct NoOutbox;

impl Outbox for NoOutbox {
    fn send(&self, _: OutgoingMail) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Err("nothing is sent here".into()) })
    }
    fn queue(&self) -> QueueView {
        QueueView::default()
    }
    fn retry_now(&self, _: Option<&model::DomainName>) {}
}

pub struct World {
    pub service: Service,
    pub snapshots: SnapshotStore,
    gate: Arc<dyn smtp::Reception>,
    servers: std::sync::Mutex<Vec<Server>>,
    taken: Mutex<UnboundedReceiver<Entry>>,
    pub dir: TempDir,
}

impl World {
    /// With this configuration, this DNS, and these files of countries.
    pub async fn with(document: &str, zone: Zone, countries: &str) -> World {
        let dir = TempDir::new().unwrap();
        let folder = dir.path().join("countries");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("table.csv"), countries).unwrap();
        let store = Store::open(dir.path()).await.unwrap();
        let config = service::Config {
            url: "https://filter.test".into(),
            hostname: "mx.filter.test".into(),
            node: "a".into(),
            version: "1".into(),
        };
        let vault = vault::Vault::open(&dir.path().join("vault")).unwrap();
        let service = Service::new(store.clone(), vault, Arc::new(NoOutbox), config);
        let options = spool::Options { min_free_bytes: 0, ..Default::default() };
        let (spool, _) = Spool::open(&dir.path().join("spool"), options).unwrap();
        let snapshots = SnapshotStore::load(store).await.unwrap();
        let (intake, taken) = flow::pipeline::intake();
        let gate = Gate::new(Parts {
            spool,
            snapshots: snapshots.clone(),
            intake,
            service: service.clone(),
            knowledge: Arc::new(LiveKnowledge::load(dir.path().to_owned()).unwrap()),
            turns: Arc::default(),
            discovery: Discovery::new(Arc::new(zone), "mx.filter.test".into(), service.clone()),
        });
        let gate: Arc<dyn smtp::Reception> = Arc::new(gate);
        let world = World { service, snapshots, gate, servers: Default::default(), taken: taken.into(), dir };
        world.apply(document).await;
        world
    }

    pub async fn new(document: &str) -> World {
        World::with(document, Zone::default(), "").await
    }

    pub async fn apply(&self, document: &str) {
        self.service.apply(&Actor::system("test"), document, false).await.unwrap();
        self.snapshots.refresh_if_changed().await.unwrap();
    }

    /// A listener of this kind whose clients may say by XCLIENT where they come from.
    pub fn listen(&self, kind: ServiceKind) -> SocketAddr {
        let mut options = Options::new(DomainName::parse("mx.filter.test").unwrap());
        options.proxies = Arc::new(["127.0.0.0/8".parse().unwrap()]);
        let tls = smtp::self_signed(&self.dir.path().join("tls"), "mx.filter.test", &smtp::TlsChoice::default());
        options = options.with_tls(tls.unwrap());
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::bind(any, kind, self.gate.clone(), options).unwrap();
        let address = server.local_addr();
        self.servers.lock().unwrap().push(server);
        address
    }

    /// The next message that was taken.
    pub async fn message(&self) -> Entry {
        timeout(PATIENCE, async { self.taken.lock().await.recv().await }).await.unwrap().unwrap()
    }
}

pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Client<S = TcpStream> {
    stream: BufStream<S>,
}

impl Client {
    /// Connects as from `ip`, by the PROXY header; the banner, or what else comes, is the first reply.
    pub async fn from(server: SocketAddr, ip: [u8; 4]) -> Client {
        let mut c = Client { stream: BufStream::new(TcpStream::connect(server).await.unwrap()) };
        let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
        header.extend(ip);
        header.extend([127, 0, 0, 1, 0x12, 0x34, 0, 25]);
        c.stream.write_all(&header).await.unwrap();
        c.stream.flush().await.unwrap();
        c
    }

    /// The same, greeted as `helo`.
    pub async fn greeted(server: SocketAddr, ip: [u8; 4], helo: &str) -> Client {
        let mut c = Client::from(server, ip).await;
        assert!(c.reply().await.starts_with("220"));
        c.script(&[(&format!("EHLO {helo}"), "250")]).await;
        c
    }

    pub async fn encrypted(mut self) -> Client<tokio_rustls::client::TlsStream<TcpStream>> {
        self.script(&[("STARTTLS", "220")]).await;
        let tls = delivery::client::Tls::new(delivery::client::Authorities::default()).unwrap();
        let config = tls.config(&delivery::Encryption::Any.into()).unwrap();
        let name = rustls_pki_types::ServerName::try_from("mx.filter.test").unwrap();
        let stream = tokio_rustls::TlsConnector::from(config).connect(name, self.stream.into_inner()).await.unwrap();
        let mut c = Client { stream: BufStream::new(stream) };
        c.script(&[("EHLO client.example.com", "250")]).await;
        c
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub async fn say(&mut self, line: &str) -> String {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
        self.reply().await
    }

    /// The last line of a reply, its earlier ones before it.
    pub async fn reply(&mut self) -> String {
        let mut all = String::new();
        loop {
            let mut line = String::new();
            let n = timeout(PATIENCE, self.stream.read_line(&mut line)).await.expect("a reply in time").unwrap_or(0);
            if n == 0 || line.as_bytes().get(3) != Some(&b'-') {
                return all + line.trim_end();
            }
            all.push_str(&line);
        }
    }

    pub async fn script(&mut self, steps: &[(&str, &str)]) {
        for (line, expected) in steps {
            let reply = self.say(line).await;
            assert!(reply.starts_with(expected), "{line:?}: {reply:?}, expected {expected:?}");
        }
    }

    /// MAIL and RCPT; the first reply that is no 250, else the last.
    pub async fn offer(&mut self, from: &str, to: &str) -> String {
        let _ = self.say("RSET").await;
        let reply = self.say(&format!("MAIL FROM:<{from}>")).await;
        if !reply.starts_with("250") {
            return reply;
        }
        self.say(&format!("RCPT TO:<{to}>")).await
    }

    /// DATA and this text; the reply to its end.
    pub async fn data(&mut self, text: &str) -> String {
        self.script(&[("DATA", "354")]).await;
        self.say(&format!("{text}\r\n.")).await
    }
}

/// A mail server of the customer's: `answer` gives the reply to each command but EHLO and QUIT.
pub async fn mail_server(offers: &'static str, answer: fn(&str) -> &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut stream = BufStream::new(stream);
                stream.write_all(b"220 mail.customer.test\r\n").await?;
                stream.flush().await?;
                let mut line = String::new();
                while stream.read_line(&mut line).await? > 0 {
                    let command = line.trim_end();
                    let reply = match command.split(' ').next().unwrap_or_default() {
                        "EHLO" => format!("250-mail.customer.test\r\n250 {offers}"),
                        "QUIT" => "221 bye".to_owned(),
                        _ => answer(command).to_owned(),
                    };
                    stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
                    stream.flush().await?;
                    line.clear();
                }
                Ok::<(), std::io::Error>(())
            });
        }
    });
    address
}

pub const ACME: &str = "
accounts:
  - name: acme
    domains:
      - name: acme.test
        gateways: ['127.0.0.1:9']
        mailboxes: [{ name: bob, aliases: [robert] }, { name: ann }, { name: old, state: inactive }]
";
