//! `postern serve --demo`: an account, a domain and mailboxes, a sink that plays the mail gateway, and sample mail of
//! every kind through the real SMTP port.

use demo::{client::Client, dns, samples, sink};
use model::{Actor, Timestamp};
use service::Service;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

/// Mailboxes of the demo and the password of those that have one.
pub const OWNER: &str = "bob@acme.test";
pub const OWNER_PASSWORD: &str = "Demo-Owner-1";
const RECIPIENTS: [&str; 3] = [OWNER, "carol@acme.test", "sales@acme.test"];

/// Answers DNS for the sample domains; the address is the one resolver of the demo.
pub async fn resolver() -> std::io::Result<SocketAddr> {
    dns::start((Ipv4Addr::LOCALHOST, 0).into(), samples::zone()).await
}

/// Starts the sink and makes the demo's account. The sink keeps what it gets under `<data>/demo-gateway`.
pub async fn prepare(service: &Service, data: &Path) -> Result<sink::Sink, Box<dyn std::error::Error>> {
    let directory = data.join("demo-gateway");
    std::fs::create_dir_all(&directory)?;
    let options = sink::Options { keep: 200, directory: Some(directory) };
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, 2526));
    let sink = match sink::Sink::start(usual, options.clone()).await {
        Ok(sink) => sink,
        Err(_) => sink::Sink::start((Ipv4Addr::LOCALHOST, 0).into(), options).await?,
    };
    let document = format!(
        "accounts:\n  - name: acme\n    domains:\n      - name: acme.test\n        gateways: [\"{}\"]\n        \
         unrecognized: reject\n        friends: [\"partner.test // the printers\"]\n        mailboxes:\n          \
         - {{ name: bob, aliases: [robert], password: \"{OWNER_PASSWORD}\" }}\n          - {{ name: carol }}\n          - {{ name: sales, aliases: [info] }}\n",
        sink.address()
    );
    service.apply(&Actor::system("demo"), &document, false).await?;
    Ok(sink)
}

/// Sends every sample to the demo's mailboxes; how many were accepted.
pub async fn send(server: SocketAddr) -> usize {
    let mut accepted = 0;
    for (n, recipient) in RECIPIENTS.iter().enumerate() {
        for sample in samples::all(recipient, Timestamp::now()) {
            // The 20 MB one once is enough.
            if sample.name == "large" && n > 0 {
                continue;
            }
            let sent = async {
                let mut client = Client::connect(server, sample.helo).await?;
                client.send(&sample.from, &[&sample.to], &sample.body).await?;
                client.quit().await
            };
            match sent.await {
                Ok(()) => accepted += 1,
                Err(error) => tracing::warn!(sample = sample.name, %error, "a sample was not accepted"),
            }
        }
    }
    accepted
}

/// Sends the samples once the listener is there, and says what to look at.
pub async fn play(service: Service, sink: sink::Sink, server: Option<SocketAddr>, url: String) {
    let Some(mut server) = server else {
        println!("  demo            no smtp.inbound is set, so no sample mail is sent");
        return;
    };
    if server.ip().is_unspecified() {
        server.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    // The snapshot that knows the demo's domain is at most a moment away.
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    let accepted = send(server).await;
    println!("  demo            {accepted} messages sent; the gateway is a sink on {}", sink.address());
    println!("  demo owner      {OWNER}  password {OWNER_PASSWORD}  at {url}/my");
    // The filter has had its say a moment later.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    match digest(&service).await {
        Ok(()) => println!("  demo digest     mailed to {OWNER}; the sink keeps what it gets as .eml files"),
        Err(error) => tracing::warn!(%error, "no digest for the demo"),
    }
}

async fn digest(service: &Service) -> Result<(), service::Error> {
    let actor = Actor::system("demo");
    let query = model::view::ListQuery { q: OWNER.into(), ..Default::default() };
    let owner = service.mailboxes(&actor, None, &query).await?.rows.into_iter().find(|row| row.address == OWNER);
    match owner {
        Some(owner) => service.send_digest_now(&actor, owner.id).await,
        None => Ok(()),
    }
}
