//! How long the server takes for each page of administrators, with 10,000 mailboxes in lists:
//! `cargo nextest run -p app --run-ignored only --no-capture -E 'test(render)'`, with `--release` for the figures that count.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used)]

mod demo;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use demo::{ADMIN, PASSWORD, demo};
use model::Actor;
use std::time::{Duration, Instant};
use tower::ServiceExt;

const MAILBOXES: usize = 10_000;
const ROUNDS: usize = 200;

/// Those that ask nobody outside: the rest wait for the DNS and for gateways.
const PAGES: [&str; 24] = [
    "/admin",
    "/admin?range=7d",
    "/admin/search?q=acme",
    "/admin/accounts",
    "/admin/domains",
    "/admin/domains/1",
    "/admin/domains/1/dkim",
    "/admin/mailboxes",
    "/admin/mailboxes?per_page=100&page=50",
    "/admin/mailboxes?q=m99",
    "/admin/mailboxes/1",
    "/admin/groups",
    "/admin/outbound-ips",
    "/admin/administrators",
    "/admin/content-filters",
    "/admin/bulk",
    "/admin/settings",
    "/admin/defaults/inbound",
    "/admin/quarantine",
    "/admin/quarantine?q=offer",
    "/admin/messages",
    "/admin/audit",
    "/admin/tiles",
    "/admin/help/domains",
];

fn at(times: &[Duration], share: f64) -> f64 {
    let n = ((times.len() as f64 * share) as usize).min(times.len() - 1);
    times[n].as_secs_f64() * 1_000.0
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, and takes a while"]
async fn render_times_of_every_page() {
    let data = tempfile::tempdir().unwrap();
    let demo = demo(data.path(), 400).await;
    let service = &demo.state.service;
    let names: Vec<String> = (0..MAILBOXES).map(|n| format!("m{n}")).collect();
    let job = service.import_mailboxes(&Actor::system("test"), demo.domain, &names.join("\n")).await.unwrap();
    let worker = Actor::system("job");
    while service.bulk_waits(&worker).await.unwrap() {
        service.run_bulk(&worker).await.unwrap();
    }
    assert!(job > 0);
    let token = service.login(ADMIN, PASSWORD, "192.0.2.1").await.unwrap().token;
    let router = app::router(demo.state.clone());
    println!("| page | p50 | p99 | bytes |\n|---|---:|---:|---:|");
    for page in PAGES {
        let (mut times, mut bytes) = (Vec::new(), 0);
        for n in 0..ROUNDS + 10 {
            let request = Request::get(page)
                .header(header::ACCEPT, "text/html")
                .header(header::HOST, "127.0.0.1:8080")
                .header(header::COOKIE, format!("postern_session={token}"));
            let start = Instant::now();
            let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{page}");
            bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap().len();
            if n >= 10 {
                times.push(start.elapsed());
            }
        }
        times.sort();
        println!("| `{page}` | {:.1} ms | {:.1} ms | {bytes} |", at(&times, 0.5), at(&times, 0.99));
    }
}
