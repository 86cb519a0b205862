//! The queue and its client against scripted hosts, over loopback. One file a behaviour.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;

mod bounce_is_rfc3464;
mod bounces_are_suspended;
mod certificates_are_checked;
mod crowded_host;
mod dane;
mod delivers;
mod disconnect_after_dot_retries;
mod expiry_bounces;
mod external_dns;
mod failover_to_second_gateway;
mod gateway_down_then_up;
mod host_without_extensions;
mod idle_session_closed_by_host;
mod levels_and_policies;
mod many_messages;
mod message_log_is_away;
mod mta_sts;
mod mx_routes;
mod no_bare_lf_is_sent;
mod onward_routes;
mod parameters_are_passed_on;
mod partial_recipients;
mod postfix_takes_it;
mod require_tls;
mod restart_resumes;
mod retry_after_4xx;
mod starttls_falls_back;
mod stop_drains;
mod too_many_recipients;
