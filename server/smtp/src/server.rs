//! Listening, bounding the sessions, draining them.

use crate::{
    Options, Reception, Reply, metric, proxy,
    session::Conversations,
    slots::{NoSlot, Slots},
};
use arc_swap::ArcSwap;
use model::settings::ServiceKind;
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

const BACKLOG: i32 = 1_024;
/// After accept has failed, which mostly means that no file descriptor is free.
const PAUSE: Duration = Duration::from_millis(100);
/// For sessions that were told to end: what they are storing is stored and answered.
const GRACE: Duration = Duration::from_secs(10);

/// For the header of a proxy.
const PROXY: Duration = Duration::from_secs(10);

const BUSY: Reply = Reply::new(421, "4.3.2", "Too many sessions, try again later");
const BUSY_CLIENT: Reply = Reply::new(421, "4.7.0", "Too many sessions from your address");

/// A listener and its sessions. Dropped, it ends them as soon as they wait for their clients.
pub struct Server {
    address: SocketAddr,
    conversations: Arc<ArcSwap<Conversations>>,
    slots: Arc<Slots>,
    sessions: TaskTracker,
    closing: CancellationToken,
}

impl Server {
    /// Listens and begins to serve. Needs a Tokio runtime with I/O and time.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub fn bind(
        address: SocketAddr,
        kind: ServiceKind,
        reception: Arc<dyn Reception>,
        options: Options,
    ) -> io::Result<Server> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(socket.into())?;
        let address = listener.local_addr()?;
        let limits = options.limits;
        let server = Server {
            address,
            conversations: Arc::new(ArcSwap::from_pointee(Conversations::new(kind, reception, options))),
            slots: Slots::new(limits.sessions, limits.sessions_per_client),
            sessions: TaskTracker::new(),
            closing: CancellationToken::new(),
        };
        let acceptor = Acceptor {
            conversations: server.conversations.clone(),
            sessions: server.sessions.clone(),
            slots: server.slots.clone(),
        };
        let closing = server.closing.clone();
        tokio::spawn(async move { closing.run_until_cancelled(acceptor.run(listener)).await });
        tracing::info!(%address, %kind, "listening for SMTP");
        Ok(server)
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What sessions are held for, and how, from the next one on. Those that are held go on as they began.
    pub fn change(&self, kind: ServiceKind, options: Options) {
        self.slots.resize(options.limits.sessions, options.limits.sessions_per_client);
        self.conversations.store(Arc::new(self.conversations.load().changed(kind, options)));
    }

    /// How many sessions there are.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Takes no new sessions, lets those that run go on for `patience`, then ends them with 421. What a session
    /// is storing is stored and answered before it ends.
    pub async fn drain(&self, patience: Duration) {
        self.closing.cancel();
        self.sessions.close();
        if timeout(patience, self.sessions.wait()).await.is_ok() {
            return;
        }
        self.conversations.load().stop();
        if timeout(GRACE, self.sessions.wait()).await.is_err() {
            tracing::warn!(left = self.sessions.len(), "sessions did not end");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.closing.cancel();
        self.conversations.load().stop();
    }
}

struct Acceptor {
    conversations: Arc<ArcSwap<Conversations>>,
    sessions: TaskTracker,
    slots: Arc<Slots>,
}

impl Acceptor {
    async fn run(self, listener: TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        // Replies are written whole; waiting to fill a segment only delays them.
        let _ = stream.set_nodelay(true);
        let conversations = Conversations::clone(&self.conversations.load());
        let slots = self.slots.clone();
        if conversations.options().proxies.iter().any(|p| p.contains(peer.ip())) {
            self.sessions.spawn(behind_proxy(conversations, slots, stream, peer));
            return;
        }
        let slot = match slots.take(peer.ip()) {
            Ok(slot) => slot,
            Err(full) => return turn_away(&stream, conversations.kind(), peer.ip(), full),
        };
        self.sessions.spawn(async move {
            conversations.run(stream, peer).await;
            drop(slot);
        });
    }
}

/// A session with the client that the proxy names; its limits are the client's, not the proxy's.
async fn behind_proxy(conversations: Conversations, slots: Arc<Slots>, mut stream: TcpStream, peer: SocketAddr) {
    let client = match timeout(PROXY, proxy::read(&mut stream)).await {
        Ok(Ok(client)) => client.unwrap_or(peer),
        Ok(Err(error)) => return tracing::warn!(%peer, %error, "connection of a proxy refused"),
        Err(_) => return tracing::warn!(%peer, "a proxy did not say for whom it connects"),
    };
    match slots.take(client.ip()) {
        Ok(slot) => {
            conversations.run(stream, client).await;
            drop(slot);
        }
        Err(full) => turn_away(&stream, conversations.kind(), client.ip(), full),
    }
}

/// A fresh socket has room for one line; if not, the client learns nothing, and no task waits for it.
fn turn_away(stream: &TcpStream, kind: ServiceKind, ip: IpAddr, full: NoSlot) {
    let (reply, why) = match full {
        NoSlot::All => (BUSY, "all"),
        NoSlot::Client => (BUSY_CLIENT, "client"),
    };
    let mut line = Vec::new();
    reply.write(&mut line);
    let _ = stream.try_write(&line);
    metric::turned_away(kind, why);
    tracing::info!(%ip, %reply, "connection refused");
}
