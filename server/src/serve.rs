//! `postern serve`: wires the rooms together, listens, and ends in order.

use crate::cli::{CliResult, log};
use crate::config::Config;
use crate::jobs::Jobs;
use crate::listeners::{self, Listeners};
use crate::{demo_run, ops, site};
use delivery::Queue;
use delivery::client::Authorities;
use filter::Services;
use flow::{Gate, LiveKnowledge, Pipeline, PipelineOptions, QueueOutbox, Recorder, SnapshotRouting};
use service::{Service, SnapshotStore};
use spool::Spool;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::{BatchOptions, Batcher, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

type AnyError = Box<dyn std::error::Error>;

/// How often the listeners are brought to what the settings say.
const LISTENERS: Duration = Duration::from_millis(300);

pub fn run(config: Config, file: Option<PathBuf>, demo: bool) -> CliResult {
    log("info,sqlx=warn,hyper=warn,html5ever=error,hickory_proto=error,hickory_resolver=error");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let code = runtime.block_on(serve(config, file, demo))?;
    runtime.shutdown_timeout(Duration::from_secs(2));
    Ok(code)
}

/// The service for commands beside a running server: no outbox, because nothing of theirs is sent.
pub async fn open_service(config: &Config) -> Result<Service, AnyError> {
    ready_data(config)?;
    let store = Store::connect(&config.target()?).await?;
    let vault = vault::Vault::open(&config.data.join("vault"))?;
    Ok(Service::new(store, vault, Arc::new(NoOutbox), service_config(config)))
}

/// The data directory is there, and what is in it is whole.
pub fn ready_data(config: &Config) -> Result<(), AnyError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.data)
        .map_err(|e| format!("cannot make the data directory {}: {e}", config.data.display()))?;
    backup::unfinished(&config.data).map_or(Ok(()), |why| Err(why.into()))
}

fn service_config(config: &Config) -> service::Config {
    service::Config {
        url: config.http.url.clone(),
        hostname: config.hostname.clone(),
        node: config.node.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
    }
}

fn dns_config(config: &Config) -> Result<filter::auth::DnsConfig, AnyError> {
    Ok(filter::auth::DnsConfig { servers: config.dns_servers()? })
}

/// Answers about names, by the configuration; one cache for all that is asked about mail.
fn dns(config: &Config) -> Result<Arc<dyn filter::auth::Dns>, AnyError> {
    Ok(Arc::new(filter::auth::resolver::Resolver::new(&dns_config(config)?)))
}

/// What the filter asks of the outside, by the configuration.
pub fn filter_services(config: &Config) -> Result<Services, AnyError> {
    services_with(config, dns(config)?)
}

fn services_with(config: &Config, dns: Arc<dyn filter::auth::Dns>) -> Result<Services, AnyError> {
    let address = config.clamd().map(|c| c.parse::<filter::av::ClamdAddress>()).transpose()?;
    let clamd = address.map(filter::av::Clamd::new);
    let clock: filter::auth::Clock = Arc::new(model::Timestamp::now);
    let mut services = Services::new(filter::auth::Authenticator::with_dns(dns, clock));
    services.clamd = clamd;
    services.block_lists = config.scan.block_lists.clone();
    Ok(services)
}

async fn serve(mut config: Config, file: Option<PathBuf>, demo: bool) -> Result<ExitCode, AnyError> {
    ready_data(&config)?;
    if demo {
        config.dns.servers = vec![demo_run::resolver().await?.to_string()];
    }

    // Ports first: a port that is taken should stop the start before anything is touched.
    let http =
        TcpListener::bind(config.http_listen()?).await.map_err(|e| taken("http.listen", &config.http.listen, &e))?;

    let figures = ops::figures()?;
    let store = Store::connect(&config.target()?).await?;
    let vault = vault::Vault::open(&config.data.join("vault"))?;
    let knowledge = Arc::new(LiveKnowledge::load(config.data.clone())?);
    let options =
        spool::Options { min_free_bytes: config.spool.min_free_mb.unwrap_or(256) << 20, ..spool::Options::default() };
    let (spool, left) = Spool::open(&config.data.join("spool"), options)?;
    let snapshots = SnapshotStore::load(store.clone()).await?;
    let batches = Batcher::start(store.clone(), BatchOptions::default());

    let turns: Arc<flow::Turns> = Arc::default();
    let routing: Arc<dyn delivery::Routing> = Arc::new(SnapshotRouting::new(snapshots.clone(), turns.clone()));
    let authorities = Authorities::default();
    authorities.read(&config.data.join("trusted"));
    let tally: Arc<flow::Tally> = Arc::default();
    let mut delivering = queue_options(&config, authorities.clone())?;
    delivering.tls_results = Some(tally.clone());
    let queue = Queue::start(spool.clone(), delivering, routing.clone(), Arc::new(Recorder::new(batches.clone())));
    turns.serve(queue.clone());
    let (intake, receiver) = flow::pipeline::intake();
    let outbox = Arc::new(QueueOutbox::new(queue.clone(), routing.clone(), intake.waiting()));
    let dns = dns(&config)?;
    let service = Service::new(store, vault.clone(), outbox, service_config(&config));
    let fresh = filter::auth::resolver::Resolver::fresh(&dns_config(&config)?);
    service.connect(Arc::new(flow::LiveNetwork::new(Arc::new(fresh), queue.clone())));
    let learned = config.data.join("classifier").join("local.bin");
    service.teach(Arc::new(flow::LocalLearner::new(knowledge.clone(), learned)));
    let first = service.ensure_first_administrator(&config.admin.email, &config.admin.password).await?;

    let discovery = flow::Discovery::new(dns.clone(), config.hostname.clone(), service.clone());
    let gate: Arc<dyn smtp::Reception> = Arc::new(Gate::new(flow::gate::Parts {
        spool: spool.clone(),
        snapshots: snapshots.clone(),
        intake: intake.clone(),
        service: service.clone(),
        knowledge: knowledge.clone(),
        discovery: discovery.clone(),
        turns,
    }));
    let mut listeners = Listeners::open(&config, gate, snapshots.get().appliance())?;

    let threads = match config.scan.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        n => n,
    };
    let tls_reporter = flow::TlsReporter {
        tally,
        service: service.clone(),
        queue: queue.clone(),
        routing: routing.clone(),
        signer: flow::Signer::new(vault.clone()),
        snapshots: snapshots.clone(),
        dns: dns.clone(),
        hostname: config.hostname.clone(),
        authorities: authorities.clone(),
        https_port: 443,
    };
    let filter_running = Pipeline {
        spool: spool.clone(),
        queue: queue.clone(),
        batches,
        signer: flow::Signer::new(vault.clone()),
        vault,
        snapshots: snapshots.clone(),
        services: services_with(&config, dns)?,
        knowledge: knowledge.clone(),
        discovery,
        service: service.clone(),
        routing: routing.clone(),
        options: PipelineOptions {
            threads,
            hostname: config.hostname.clone(),
            filters: config.scan.enabled.unwrap_or(true),
            limits: message::Limits::default(),
        },
    }
    .start(receiver, intake.waiting())?;

    let recovered = left.len();
    for entry in left {
        if entry.state.is_empty() { intake.push(entry) } else { queue.resume(entry)? }
    }
    if recovered > 0 {
        tracing::info!(messages = recovered, "taken up again from the spool");
    }

    let watched =
        ["rules", "signatures", "classifier", "model", filter::countries::FOLDER].map(|d| config.data.join(d));
    Jobs {
        service: service.clone(),
        snapshots: snapshots.clone(),
        knowledge: knowledge.clone(),
        watched: watched.into(),
        tls_reporter,
    }
    .start();

    let app = app::router(web_state(&config, service.clone()))
        .merge(rest::router(service.clone(), api_options(&config)))
        .merge(ops::router(service.clone(), spool.clone(), figures));
    let (stop_web, mut web_stops) = tokio::sync::watch::channel(false);
    let web = tokio::spawn(async move {
        let service = app.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(http, service)
            .with_graceful_shutdown(async move { drop(web_stops.wait_for(|stop| *stop).await) })
            .await
    });

    announce(&config, &listeners.addresses(), first.as_ref());
    if demo {
        let sink = demo_run::prepare(&service, &config.data).await?;
        let port = listeners.addresses().first().copied();
        tokio::spawn(demo_run::play(service.clone(), sink, port, config.http.url.clone()));
    }

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let mut look = tokio::time::interval(LISTENERS);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            _ = hangup.recv() => reload(&config, file.as_ref(), &knowledge, &listeners, &authorities),
            _ = look.tick() => listeners.refresh(&snapshots),
        }
    }

    tracing::info!("stopping: no new sessions, running ones have 30 s");
    listeners.drain().await;
    let _ = stop_web.send(true);
    filter_running.stop(Duration::from_secs(10)).await;
    queue.stop().await;
    spool.close().await;
    let _ = tokio::time::timeout(Duration::from_secs(3), web).await;
    service.store().close().await;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// What was read from the disk at the start is read again; an error leaves the old in force.
fn reload(
    config: &Config,
    file: Option<&PathBuf>,
    knowledge: &LiveKnowledge,
    listeners: &Listeners,
    authorities: &Authorities,
) {
    tracing::info!("reloading");
    if let Err(error) = Config::load(file.map(PathBuf::as_path), Some(&config.data)) {
        tracing::error!(%error, "the configuration is wrong; the old one stays");
    }
    if let Err(error) = knowledge.reload() {
        tracing::error!(error, "the filter's knowledge is wrong; the old one stays");
    }
    listeners.reload_certificate();
    authorities.read(&config.data.join("trusted"));
}

fn taken(key: &str, address: &str, error: &std::io::Error) -> String {
    format!("cannot listen on {address} ({key}): {error}{}", listeners::hint(error))
}

fn queue_options(config: &Config, authorities: Authorities) -> Result<delivery::Options, AnyError> {
    let mut options = delivery::Options::new(config.hostname.clone());
    if !config.delivery.retry.is_empty() {
        options.retry = config.delivery.retry.iter().map(|s| Duration::from_secs(*s)).collect();
    }
    if let Some(connections) = config.delivery.connections {
        options.connections_per_destination = connections.max(1);
    }
    options.messages_per_minute = config.delivery.messages_per_minute;
    options.shapes = config
        .delivery
        .limits
        .iter()
        .map(|(name, l)| {
            let shape = delivery::Shape { connections: l.connections, per_minute: l.messages_per_minute };
            (name.to_ascii_lowercase(), shape)
        })
        .collect();
    options.bounce_suspension = config.bounce_suspension()?;
    options.authorities = authorities;
    options.sts_directory = Some(config.data.join("mta-sts"));
    let servers = config.dns_servers()?;
    if !servers.is_empty() {
        options.resolver = Some(resolver(&servers)?);
    }
    if config.dns.dnssec {
        options.validating = Some(validating(&servers)?);
    }
    let external = config.external_dns_servers()?;
    if !external.is_empty() {
        let validating = config.dns.dnssec.then(|| validating(&external)).transpose()?;
        options.external = Some(delivery::security::Names { plain: Some(resolver(&external)?), validating });
    }
    Ok(options)
}

/// A resolver that asks these servers only; without any, those of the system.
pub fn resolver(servers: &[SocketAddr]) -> Result<hickory_resolver::TokioResolver, AnyError> {
    Ok(resolver_builder(servers)?.build()?)
}

/// The same, and it checks signatures up to the root's key (DNSSEC).
fn validating(servers: &[SocketAddr]) -> Result<hickory_resolver::TokioResolver, AnyError> {
    let mut builder = resolver_builder(servers)?;
    builder.options_mut().validate = true;
    Ok(builder.build()?)
}

type Builder = hickory_resolver::ResolverBuilder<hickory_resolver::net::runtime::TokioRuntimeProvider>;

fn resolver_builder(servers: &[SocketAddr]) -> Result<Builder, AnyError> {
    use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
    if servers.is_empty() {
        return Ok(hickory_resolver::TokioResolver::builder_tokio()?);
    }
    let servers = servers
        .iter()
        .map(|server| {
            let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
            (udp.port, tcp.port) = (server.port(), server.port());
            NameServerConfig::new(server.ip(), true, vec![udp, tcp])
        })
        .collect();
    let config = ResolverConfig::from_parts(None, Vec::new(), servers);
    let provider = hickory_resolver::net::runtime::TokioRuntimeProvider::default();
    Ok(hickory_resolver::TokioResolver::builder_with_config(config, provider))
}

fn api_options(config: &Config) -> rest::Options {
    let usual = rest::Options::default();
    rest::Options {
        per_second: config.api.rate.map_or(usual.per_second, f64::from),
        burst: config.api.burst.unwrap_or(usual.burst),
    }
}

fn web_state(config: &Config, service: Service) -> app::AppState {
    let root = site::root().to_string_lossy().into_owned();
    let leptos_options =
        leptos::config::LeptosOptions::builder().output_name("postern").site_root(root).site_pkg_dir("pkg").build();
    app::AppState { service, leptos_options, url: config.http.url.clone() }
}

/// The lines that whoever started us reads: where to go, and who to be.
fn announce(config: &Config, listeners: &[SocketAddr], first: Option<&service::FirstLogin>) {
    println!("Postern {} is ready.", env!("CARGO_PKG_VERSION"));
    println!("  administrator   {}/admin", config.http.url);
    println!("  mailbox owners  {}/my (phones: {}/light)", config.http.url, config.http.url);
    if let Some(first) = first {
        println!("  first login     {}  password {}", first.email, first.password);
    } else if !config.admin.email.is_empty() {
        println!("  login           {}  password as in the configuration", config.admin.email);
    }
    for listener in listeners {
        println!("  SMTP            {listener}");
    }
}

/// The command line sends nothing: what must be sent is sent by the running server.
struct NoOutbox;

impl service::Outbox for NoOutbox {
    fn send(&self, _: service::OutgoingMail) -> service::BoxFuture<'_, Result<(), String>> {
        Box::pin(std::future::ready(Err("mail is sent by the running server only".into())))
    }
    fn queue(&self) -> service::QueueView {
        service::QueueView::default()
    }
    fn retry_now(&self, _: Option<&model::DomainName>) {}
}
