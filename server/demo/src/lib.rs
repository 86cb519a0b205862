//! What shows and measures Postern without anything else installed: a sink that plays the mail gateway, sample mail
//! of every kind, a DNS server for the sample domains, and a load generator.

pub mod client;
pub mod dns;
pub mod load;
pub mod samples;
pub mod sink;
