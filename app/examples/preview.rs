//! Serves the pages over a demo installation, to look at them while they are written:
//! `cargo run -p app --features ssr --example preview -- 8099`. Log in as admin@acme.test, `correct horse battery`.
#![allow(clippy::unwrap_used)]

#[path = "../tests/demo/mod.rs"]
mod demo;

use std::net::SocketAddr;

#[tokio::main]
async fn main() {
    let port: u16 = std::env::args().nth(1).and_then(|p| p.parse().ok()).unwrap_or(8099);
    let data = tempfile::tempdir().unwrap();
    let mut demo = demo::demo(data.path(), 130).await;
    demo.state.url = format!("http://127.0.0.1:{port}");
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("{}/login  {}  {}", demo.state.url, demo::ADMIN, demo::PASSWORD);
    let router = app::router(demo.state.clone());
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
}
