//! Stopping without losing or doubling mail.

use crate::world::World;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

#[tokio::test]
async fn running_sessions_go_on_and_then_get_421() {
    let world = World::new();
    let mut c = world.ready().await;
    let address = world.server.local_addr();
    let script = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(TcpStream::connect(address).await.is_err(), "no new sessions");
        c.script(&[("DATA", "354"), ("x\r\n.", "250")]).await;
        c.rest().await
    };
    let (rest, ()) = tokio::join!(script, world.server.drain(Duration::from_secs(1)));
    assert_eq!(rest, "421 4.3.2 Service closing, try again later\r\n");
    assert_eq!((world.recorder.mails().len(), world.server.sessions()), (1, 0));
}

#[tokio::test]
async fn a_message_that_is_being_stored_is_still_answered() {
    let world = World::new();
    *world.recorder.delay.lock() = Duration::from_secs(1);
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    c.send("x\r\n.\r\n").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (rest, ()) = tokio::join!(c.rest(), world.server.drain(Duration::ZERO));
    assert!(
        rest.starts_with("250 2.0.0") && rest.ends_with("421 4.3.2 Service closing, try again later\r\n"),
        "{rest}"
    );
}

#[tokio::test]
async fn a_message_that_is_half_here_is_put_off() {
    let world = World::new();
    let mut c = world.ready().await;
    c.script(&[("DATA", "354")]).await;
    c.send("half\r\n").await;
    let (rest, ()) = tokio::join!(c.rest(), world.server.drain(Duration::from_millis(50)));
    assert_eq!(rest, "421 4.3.2 Service closing, try again later\r\n");
    assert_eq!(world.recorder.mails(), []);
}

#[tokio::test]
async fn without_sessions_it_stops_at_once() {
    let world = World::new();
    let begin = Instant::now();
    world.server.drain(Duration::from_secs(30)).await;
    assert!(begin.elapsed() < Duration::from_secs(5));
}
