#![allow(clippy::unwrap_used)]
use super::*;
use crate::queue::Held;
use crate::shape::{Shape, Shapes};
use crate::{Delivery, Plan, Target};
use model::{Direction, DomainName, EmailAddress, Envelope, MessageId, Notify, Recipient, SessionInfo};
use parking_lot::Mutex;
use std::sync::Arc;

const FAR: Timestamp = Timestamp(1_000_000);

fn route(domain: &str) -> Route {
    Route::Gateway(DomainName::parse(domain).unwrap())
}

fn task(number: u128) -> Task {
    let address = EmailAddress::parse("bob@acme.test").unwrap();
    let recipient = Recipient { address, orcpt: None, notify: Notify::default() };
    let session = SessionInfo {
        client_ip: "127.0.0.1".parse().unwrap(),
        client_port: 0,
        helo: String::new(),
        esmtp: true,
        tls: None,
        authenticated: None,
    };
    let envelope = Envelope {
        id: MessageId::new(Timestamp(0), number),
        received: Timestamp(0),
        direction: Direction::Inbound,
        session,
        return_path: None,
        recipients: vec![recipient.clone()],
        eight_bit: false,
        smtputf8: false,
        return_headers_only: false,
        envid: None,
        size: 0,
        tls_wish: model::TlsWish::Usual,
        sending: None,
    };
    let delivery = Delivery::new(route("acme.test"), None, vec![Target::new(recipient)], Timestamp(0), FAR);
    let plan = Mutex::new(Plan::new(vec![delivery]));
    Task { held: Arc::new(Held { id: envelope.id, envelope: Arc::new(envelope), plan }), index: 0 }
}

fn limits(each: usize, all: usize) -> Limits {
    let usual = Shape { connections: Some(each), per_minute: None };
    Limits { shapes: Shapes { usual, ..Shapes::default() }, all }
}

fn schedule(each: usize, all: usize) -> Schedule {
    Schedule::new(limits(each, all), vec![100, 200, 400], None)
}

fn add(s: &mut Schedule, domain: &str, count: usize, now: i64) -> Vec<Start> {
    for n in 0..count {
        s.add(task(n as u128), &route(domain), Timestamp(now), Timestamp(now), FAR, Timestamp(now));
    }
    s.take_todo().starts
}

fn fail(s: &mut Schedule, start: &Start, now: i64) -> Failed {
    let taken = s.take(start.destination, true, Timestamp(now)).unwrap();
    let failed = s.failed(start.destination, taken.epoch, "refused", Timestamp(now));
    s.again(taken.item, None, Timestamp(now));
    s.release(start.destination, Timestamp(now));
    failed
}

#[test]
fn a_worker_is_started_for_each_delivery_up_to_the_limit() {
    let mut s = schedule(3, 100);
    assert_eq!(add(&mut s, "a.test", 2, 0).len(), 2);
    assert_eq!(add(&mut s, "a.test", 5, 0).len(), 1);
    assert_eq!(add(&mut s, "b.test", 1, 0).len(), 1);
}

#[test]
fn a_worker_takes_one_delivery_after_another_in_order_of_arrival() {
    let mut s = schedule(1, 100);
    let start = add(&mut s, "a.test", 3, 0).pop().unwrap();
    let first = s.take(start.destination, true, Timestamp(0)).unwrap();
    let second = s.take(start.destination, false, Timestamp(0)).unwrap();
    assert!(first.task.held.id < second.task.held.id);
    assert!(
        s.take(start.destination, false, Timestamp(0)).is_some()
            && s.take(start.destination, false, Timestamp(0)).is_none()
    );
}

#[test]
fn a_destination_that_is_down_is_probed_by_one_connection_at_growing_pauses() {
    let mut s = schedule(20, 100);
    let start = add(&mut s, "a.test", 1, 0).pop().unwrap();
    assert_eq!(fail(&mut s, &start, 0), Failed::Down(Timestamp(100)));
    assert!(add(&mut s, "a.test", 500, 10).is_empty(), "mail for a destination that is down starts nothing");
    let mut probes = Vec::new();
    for now in 0..2_000 {
        s.due(Timestamp(now));
        let starts = s.take_todo().starts;
        assert!(starts.len() <= 1);
        for start in starts {
            probes.push(now);
            fail(&mut s, &start, now);
        }
    }
    assert_eq!(probes, [100, 300, 700, 1100, 1500, 1900]);
}

#[test]
fn all_mail_flows_when_the_destination_is_up_again() {
    let mut s = schedule(20, 100);
    let start = add(&mut s, "a.test", 50, 0).pop().unwrap();
    assert_eq!(fail(&mut s, &start, 0), Failed::Down(Timestamp(100)));
    for _ in 0..4 {
        assert!(s.take(start.destination, true, Timestamp(0)).is_none(), "workers that were starting find it down");
        s.release(start.destination, Timestamp(0));
    }
    s.due(Timestamp(100));
    let probe = s.take_todo().starts.pop().unwrap();
    assert!(s.take(probe.destination, true, Timestamp(0)).is_some());
    s.connected(probe.destination, Timestamp(100));
    assert_eq!(s.take_todo().starts.len(), 4);
}

#[test]
fn failures_of_connections_that_were_under_way_together_count_once() {
    let mut s = schedule(3, 100);
    let starts = add(&mut s, "a.test", 3, 0);
    let taken: Vec<_> = starts.iter().map(|x| s.take(x.destination, true, Timestamp(0)).unwrap()).collect();
    let failed: Vec<_> =
        taken.iter().map(|t| s.failed(starts[0].destination, t.epoch, "refused", Timestamp(5))).collect();
    assert_eq!(failed, [Failed::Down(Timestamp(105)); 3]);
}

#[test]
fn a_host_that_refuses_more_connections_gets_fewer_and_is_not_down() {
    let mut s = schedule(10, 100);
    let starts = add(&mut s, "a.test", 10, 0);
    let destination = starts[0].destination;
    let taken: Vec<_> = starts.iter().map(|x| s.take(x.destination, true, Timestamp(0)).unwrap()).collect();
    s.connected(destination, Timestamp(0));
    s.connected(destination, Timestamp(0));
    assert_eq!(s.failed(destination, taken[2].epoch, "421 too many", Timestamp(0)), Failed::Crowded);
    s.again(taken[2].item, None, Timestamp(0));
    (0..3).for_each(|_| s.release(destination, Timestamp(0)));
    assert!(s.take_todo().starts.is_empty());
    assert!(add(&mut s, "a.test", 50, 1).is_empty(), "two connections work, and no more are opened");
    (0..GOOD).for_each(|_| s.good(destination, Timestamp(2)));
    assert_eq!(add(&mut s, "a.test", 1, 2).len(), 1, "when all goes well, one more is tried");
}

#[test]
fn connections_grow_with_good_answers_and_halve_once_for_each_time_that_the_host_has_enough() {
    let mut s = schedule(20, 100);
    let destination = add(&mut s, "a.test", 500, 0)[0].destination;
    let start = |s: &mut Schedule| s.take_todo().starts.len();
    (0..40).for_each(|_| s.good(destination, Timestamp(1)));
    assert_eq!(start(&mut s), 15, "from five to the most that there may be");
    let taken = s.take(destination, true, Timestamp(1)).unwrap();
    (0..9).for_each(|_| s.slowed(destination, taken.turn, Timestamp(2)));
    assert_eq!(s.view(Timestamp(2))[0].connections_allowed, 10);
    (0..GOOD - 1).for_each(|_| s.good(destination, Timestamp(3)));
    assert_eq!(s.view(Timestamp(3))[0].connections_allowed, 10, "then it grows slowly");
    s.good(destination, Timestamp(3));
    assert_eq!(s.view(Timestamp(3))[0].connections_allowed, 11);
}

#[test]
fn a_host_that_wants_less_than_one_connection_rests_longer_each_time() {
    let mut s = Schedule::new(limits(1, 10), vec![60_000], None);
    let start = add(&mut s, "a.test", 3, 0).pop().unwrap();
    let mut now = 0;
    for rest in [1_000, 2_000, 4_000] {
        let taken = s.take(start.destination, true, Timestamp(now)).unwrap();
        s.slowed(start.destination, taken.turn, Timestamp(now));
        s.again(taken.item, None, Timestamp(now));
        assert!(s.take(start.destination, false, Timestamp(now)).is_none());
        s.release(start.destination, Timestamp(now));
        assert!(s.take_todo().starts.is_empty());
        assert_eq!(s.next(), Some(Timestamp(now + rest)));
        now += rest;
        s.due(Timestamp(now));
        assert_eq!(s.take_todo().starts.len(), 1);
    }
}

#[test]
fn messages_of_a_destination_with_a_rate_are_spread_evenly_and_others_are_not_held_up() {
    let own = [("a.test".to_owned(), Shape { connections: None, per_minute: Some(600) })];
    let usual = Shape { connections: Some(3), per_minute: None };
    let mut s = Schedule::new(Limits { shapes: Shapes { usual, own: own.into() }, all: 10 }, vec![100], None);
    let mut sent = Vec::new();
    let mut starts = add(&mut s, "a.test", 3, 0);
    for now in 0..1_000 {
        s.due(Timestamp(now));
        starts.extend(s.take_todo().starts);
        for start in starts.drain(..) {
            let mut first = true;
            while let Some(taken) = s.take(start.destination, std::mem::take(&mut first), Timestamp(now)) {
                sent.push(now);
                s.done(taken.item);
            }
            s.release(start.destination, Timestamp(now));
        }
    }
    assert_eq!(sent, [0, 100, 200]);
    assert!(s.destinations.is_empty() && s.timers.is_empty(), "its turn over, it is forgotten");
    assert_eq!(add(&mut s, "b.test", 3, 1_000).len(), 3);
}

#[test]
fn each_delivery_is_told_once_that_it_waits_for_a_destination() {
    let mut s = schedule(1, 100);
    let start = add(&mut s, "a.test", 3, 0).pop().unwrap();
    let taken = s.take(start.destination, true, Timestamp(0)).unwrap();
    s.failed(start.destination, taken.epoch, "refused", Timestamp(0));
    s.again(taken.item, None, Timestamp(0));
    s.release(start.destination, Timestamp(0));
    assert_eq!(s.take_todo().notices.len(), 2, "the one that was tried has its own report");
    s.add(task(9), &route("a.test"), Timestamp(1), Timestamp(1), FAR, Timestamp(1));
    assert_eq!(s.take_todo().notices.len(), 1);
    s.due(Timestamp(100));
    let probe = s.take_todo().starts.pop().unwrap();
    fail(&mut s, &probe, 100);
    assert!(s.take_todo().notices.is_empty());
}

#[test]
fn a_deferred_delivery_waits_for_its_own_time_while_others_flow() {
    let mut s = schedule(1, 100);
    let start = add(&mut s, "a.test", 2, 0).pop().unwrap();
    let first = s.take(start.destination, true, Timestamp(0)).unwrap();
    s.again(first.item, Some(Timestamp(50)), Timestamp(0));
    let second = s.take(start.destination, false, Timestamp(0)).unwrap();
    assert_ne!(second.item, first.item);
    s.done(second.item);
    assert!(s.take(start.destination, false, Timestamp(0)).is_none());
    s.release(start.destination, Timestamp(1));
    assert_eq!(s.next(), Some(Timestamp(50)));
    s.due(Timestamp(50));
    assert_eq!(s.take_todo().starts.len(), 1);
}

#[test]
fn what_expires_leaves_the_queue_but_not_while_it_is_tried() {
    let mut s = schedule(1, 100);
    let start = add(&mut s, "a.test", 2, 0).pop().unwrap();
    let deferred = s.take(start.destination, true, Timestamp(0)).unwrap();
    s.again(deferred.item, Some(Timestamp(10)), Timestamp(0));
    let taken = s.take(start.destination, false, Timestamp(0)).unwrap();
    let expired = s.due(FAR).expired;
    assert_eq!(expired.len(), 1);
    assert_ne!(expired[0].item, taken.item);
    s.again(taken.item, Some(FAR.plus(10)), FAR);
    assert_eq!(s.due(FAR).expired.len(), 1, "once its attempt is over, it goes too");
}

#[test]
fn what_comes_from_before_the_clock_was_set_back_waits_no_longer() {
    let mut s = schedule(1, 100);
    let (made, now) = (Timestamp(900_000), Timestamp(5_000));
    s.add(task(1), &route("a.test"), made, made, made.plus(60_000), now);
    assert_eq!(s.take_todo().starts.len(), 1, "it is tried at once");
    s.add(task(2), &route("b.test"), made, made.plus(1_000), made.plus(60_000), now);
    assert_eq!(s.next(), Some(now.plus(1_000)));
}

#[test]
fn what_was_never_tried_is_tried_once_before_it_expires_unless_its_destination_is_down() {
    let mut s = schedule(1, 100);
    let start = add(&mut s, "a.test", 2, 0).pop().unwrap();
    assert!(s.due(FAR).expired.is_empty());
    let late = FAR.plus(60_000);
    assert!(s.due(late).expired.is_empty(), "however long the one before it takes");
    let first = s.take(start.destination, true, Timestamp(0)).unwrap();
    s.again(first.item, Some(late.plus(1)), late);
    assert_eq!(s.due(late.plus(3_600_000)).expired.len(), 1);
    s.failed(start.destination, first.epoch, "no answer", late.plus(3_600_000));
    assert_eq!(s.due(late.plus(7_200_000)).expired.len(), 1, "nobody has taken mail there for its whole life");
}

#[test]
fn when_all_connections_are_in_use_a_waiting_destination_gets_the_next_one() {
    let mut s = schedule(2, 2);
    let a = add(&mut s, "a.test", 10, 0);
    assert_eq!(a.len(), 2);
    assert!(add(&mut s, "b.test", 1, 0).is_empty());
    assert!(
        s.take(a[0].destination, true, Timestamp(0)).is_some()
            && s.take(a[1].destination, true, Timestamp(0)).is_some()
    );
    assert!(
        s.take(a[0].destination, false, Timestamp(0)).is_none(),
        "a busy destination gives one of its connections up"
    );
    s.release(a[0].destination, Timestamp(0));
    let starts = s.take_todo().starts;
    assert!(starts.iter().any(|x| x.route.route == route("b.test")), "{}", starts.len());
}

#[test]
fn retry_now_makes_everything_due() {
    let mut s = schedule(5, 100);
    let start = add(&mut s, "a.test", 1, 0).pop().unwrap();
    fail(&mut s, &start, 0);
    s.add(task(7), &route("b.test"), Timestamp(0), Timestamp(5_000), FAR, Timestamp(0));
    s.retry_now(|r| *r == route("a.test"), Timestamp(10));
    assert_eq!(s.take_todo().starts.len(), 1);
    s.retry_now(|_| true, Timestamp(10));
    assert_eq!(s.take_todo().starts.len(), 1);
}

#[test]
fn what_waits_goes_on_waiting_as_long_when_the_clock_is_set() {
    for ms in [-500_000i64, 3_600_000_000] {
        let mut s = schedule(1, 9);
        let start = add(&mut s, "down.test", 1, 0).remove(0);
        fail(&mut s, &start, 0);
        s.add(task(7), &route("b.test"), Timestamp(0), Timestamp(5_000), FAR, Timestamp(0));
        let mut same = schedule(1, 9);
        let start = add(&mut same, "down.test", 1, 0).remove(0);
        fail(&mut same, &start, 0);
        same.add(task(7), &route("b.test"), Timestamp(0), Timestamp(5_000), FAR, Timestamp(0));
        s.shift(ms);
        for _ in 0..10 {
            let next = same.next();
            assert_eq!(s.next(), next.map(|at| at.plus(ms)));
            let Some(now) = next else { break };
            let (due, due_same) = (s.due(now.plus(ms)), same.due(now));
            assert_eq!(due.expired.len(), due_same.expired.len());
            assert_eq!(due.late.len(), due_same.late.len());
            assert_eq!(s.take_todo().starts.len(), same.take_todo().starts.len());
        }
    }
}

#[test]
fn the_view_names_what_waits_and_why() {
    let mut s = schedule(1, 100);
    let start = add(&mut s, "a.test", 3, 0).pop().unwrap();
    fail(&mut s, &start, 7);
    let view = s.view(Timestamp(8));
    assert_eq!(view.len(), 1);
    let d = &view[0];
    assert_eq!((d.destination.as_str(), d.waiting, d.down), ("gateway of a.test", 3, true));
    assert_eq!((d.since, d.next_attempt, d.last_error.as_str()), (Timestamp(7), Timestamp(107), "refused"));
}

#[test]
fn a_destination_without_mail_is_forgotten() {
    let mut s = schedule(1, 100);
    let start = add(&mut s, "a.test", 1, 0).pop().unwrap();
    let taken = s.take(start.destination, true, Timestamp(0)).unwrap();
    s.done(taken.item);
    s.release(start.destination, Timestamp(0));
    assert!(s.destinations.is_empty() && s.ids.is_empty() && s.timers.is_empty() && s.len() == 0 && s.active == 0);
}

#[test]
fn the_sender_of_a_message_that_waits_long_is_told_once() {
    let mut s = Schedule::new(limits(1, 1), vec![100], Some(500));
    let start = add(&mut s, "a.test", 1, 0).pop().unwrap();
    fail(&mut s, &start, 0);
    assert!(s.due(Timestamp(499)).late.is_empty());
    let late = s.due(Timestamp(500)).late;
    assert_eq!((late.len(), late[0].error.as_str()), (1, "refused"));
    assert!(s.due(FAR).late.is_empty());
    s.add(task(1), &route("b.test"), Timestamp(0), Timestamp(0), FAR, Timestamp(600));
    assert!(s.due(Timestamp(700)).late.is_empty(), "one that comes back after a restart is not told again");
}

/// A worker of the model below: what it has taken, and whether it has a session.
struct Hand {
    destination: DestinationId,
    first: bool,
    taken: Option<Taken>,
    connected: bool,
}

fn hire(s: &mut Schedule, hands: &mut Vec<Hand>) {
    let starts = s.take_todo().starts;
    hands.extend(starts.into_iter().map(|x| Hand {
        destination: x.destination,
        first: true,
        taken: None,
        connected: false,
    }));
}

/// One step of a worker; false: it has ended.
fn step(s: &mut Schedule, hand: &mut Hand, fate: u8, now: Timestamp) -> bool {
    let Some(taken) = hand.taken.take() else {
        hand.taken = s.take(hand.destination, std::mem::take(&mut hand.first), now);
        if hand.taken.is_none() {
            if hand.connected {
                s.disconnected(hand.destination);
            }
            s.release(hand.destination, now);
        }
        return hand.taken.is_some();
    };
    if fate == 0 {
        if std::mem::take(&mut hand.connected) {
            s.disconnected(hand.destination);
        }
        let failed = s.failed(hand.destination, taken.epoch, "refused", now);
        s.again(taken.item, None, now);
        if failed == Failed::Crowded {
            s.release(hand.destination, now);
        }
        return failed != Failed::Crowded;
    }
    if !std::mem::replace(&mut hand.connected, true) {
        s.connected(hand.destination, now);
    }
    if fate == 3 {
        s.slowed(hand.destination, taken.turn, now)
    } else {
        s.good(hand.destination, now)
    }
    if fate == 1 {
        s.again(taken.item, Some(now.plus(30)), now)
    } else {
        s.done(taken.item)
    }
    true
}

proptest::proptest! {
    #[test]
    fn whatever_happens_everything_goes_once_the_hosts_are_up(
        each in 1usize..4, all in 1usize..6, events in proptest::collection::vec((0u8..4, 0u8..3, 0u8..4), 1..120),
    ) {
        let mut s = schedule(each, all);
        let (mut hands, mut now, mut added) = (Vec::<Hand>::new(), 0i64, 0usize);
        for (what, domain, fate) in events {
            match what {
                0 => {
                    let at = Timestamp(now + i64::from(fate) * 20);
                    s.add(task(added as u128), &route(&format!("d{domain}.test")), Timestamp(now), at, Timestamp(i64::MAX), Timestamp(now));
                    added += 1;
                }
                1 => {
                    now += 35;
                    s.due(Timestamp(now));
                }
                _ if !hands.is_empty() => {
                    let chosen = usize::from(domain) * 7 % hands.len();
                    if !step(&mut s, &mut hands[chosen], fate, Timestamp(now)) {
                        hands.swap_remove(chosen);
                    }
                }
                _ => {}
            }
            hire(&mut s, &mut hands);
            proptest::prop_assert_eq!(hands.len(), s.active);
            proptest::prop_assert!(s.active <= all);
        }
        for _ in 0..10_000 {
            if s.len() == 0 && hands.is_empty() {
                break;
            }
            hands.retain_mut(|hand| step(&mut s, hand, 2, Timestamp(now)));
            now += 10;
            s.due(Timestamp(now));
            hire(&mut s, &mut hands);
        }
        proptest::prop_assert_eq!((s.len(), hands.len(), s.active), (0, 0, 0));
        proptest::prop_assert!(s.destinations.is_empty() && s.ids.is_empty());
    }
}
