//! Mail from the spool to scripted hosts: filter, policy, queue and client together, over loopback.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../../../delivery/tests/common/dns.rs"]
mod dns;
mod house;
#[allow(dead_code)]
#[path = "../../../delivery/tests/common/peer.rs"]
mod peer;

mod connection_is_tested;
mod outbound_is_annotated;
mod outbound_is_signed;
mod tls_is_reported;
