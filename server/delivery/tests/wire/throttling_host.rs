//! Hosts that say that they have enough get less, and all their mail; others get theirs meanwhile.

use crate::common::peer::{Peer, Say, Script};
use crate::common::{Fixture, Letter, eventually, quick_options};
use delivery::Shape;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_takes_three_transactions_at_a_time_gets_all_its_mail_and_holds_no_other_up() {
    // More than three between MAIL and the final dot are told to come later.
    let open = Arc::new(AtomicUsize::new(0));
    let refused = Arc::new(AtomicUsize::new(0));
    let script = Script {
        slow: Duration::from_millis(1),
        offers: vec![],
        ..Script::rule({
            let (open, refused) = (open.clone(), refused.clone());
            move |line| match line {
                "." => {
                    open.fetch_sub(1, Ordering::SeqCst);
                    None
                }
                _ if line.starts_with("MAIL") && open.fetch_add(1, Ordering::SeqCst) >= 3 => {
                    open.fetch_sub(1, Ordering::SeqCst);
                    refused.fetch_add(1, Ordering::SeqCst);
                    Some(Say::Reply("451 4.7.0 Too many messages at a time, slow down".into()))
                }
                _ => None,
            }
        })
    };
    let (f, slow, quick) = (Fixture::new(), Peer::start(script).await, Peer::start(Script::default()).await);
    f.gateway("slow.test", &[slow.at]);
    f.gateway("quick.test", &[quick.at]);
    for _ in 0..400 {
        f.post(Letter::to(&["bob@slow.test"])).await;
    }
    let begin = Instant::now();
    for _ in 0..100 {
        f.post(Letter::to(&["bob@quick.test"])).await;
    }
    eventually("the other's mail", || quick.count() == 100).await;
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    let allowed = |f: &Fixture| f.queue.view().first().map_or(1, |d| d.connections_allowed);
    eventually("half of the mail", || slow.count() >= 200).await;
    let (first_half, allowed) = (refused.load(Ordering::SeqCst), allowed(&f));
    f.empty().await;
    let second_half = refused.load(Ordering::SeqCst) - first_half;
    println!(
        "refused {first_half} times in the first half, {second_half} in the second; {allowed} connections allowed"
    );
    assert_eq!((slow.count(), f.outcomes.bounced()), (400, 0));
    assert!(allowed <= 6, "{allowed}");
    assert!(first_half + second_half < 120, "{first_half} {second_half}");
}

#[tokio::test]
async fn no_more_messages_a_minute_than_the_operator_says() {
    let mut options = quick_options();
    let shape = Shape { connections: Some(2), per_minute: Some(1_200) };
    options.shapes = [("slow.test".to_owned(), shape)].into();
    let (f, peer) = (Fixture::with(options), Peer::start(Script::default()).await);
    f.gateway("slow.test", &[peer.at]);
    let begin = Instant::now();
    for _ in 0..11 {
        f.post(Letter::to(&["bob@slow.test"])).await;
    }
    let view = &f.queue.view()[0];
    assert_eq!((view.per_minute, view.connections_max), (Some(1_200), 2));
    f.empty().await;
    // Fifty milliseconds from each to the next.
    assert!(begin.elapsed() >= Duration::from_millis(500), "{:?}", begin.elapsed());
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    assert!(peer.most() <= 2 && peer.count() == 11);
}

#[tokio::test]
async fn mail_goes_to_hosts_that_have_only_ipv6() {
    let peer = Peer::start_at("[::1]:0".parse().unwrap(), Script::default()).await;
    let options = quick_options();
    let zone = crate::common::dns::Zone {
        mx: [("six.test", vec![(10, "mx.six.test")])].into(),
        aaaa: [("mx.six.test", "::1".parse().unwrap())].into(),
        ..Default::default()
    };
    let resolver = Some(crate::common::dns::resolver(zone).await);
    let f = Fixture::with(delivery::Options { mx_port: peer.at.port(), resolver, ..options });
    f.gateway("gateway.test", &[peer.at]);
    let mut letter = Letter::to(&["bob@six.test"]);
    letter.route = delivery::Route::Mx(crate::common::domain("six.test"));
    f.post(letter).await;
    f.post(Letter::to(&["bob@gateway.test"])).await;
    f.empty().await;
    assert_eq!((peer.count(), f.outcomes.delivered()), (2, 2));
    assert!(f.outcomes.last().host.contains("[::1]"), "{}", f.outcomes.last().host);
}
