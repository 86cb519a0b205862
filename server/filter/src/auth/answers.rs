//! TXT answers that were fetched beforehand, in the form in which the library asks for them, so that it never uses a
//! resolver of its own: ours decides about servers, time and cache.

use super::dns::{Dns, Failure};
use futures::future::join_all;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{DnsError, Error, MX, Parameters, RecordSet, ResolverCache, Txt};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Instant;

#[derive(Default)]
pub(super) struct Answers {
    txt: HashMap<Box<str>, Txt>,
}

/// The library's form of a name: lower case with a trailing dot.
fn key(name: &str) -> Box<str> {
    let mut key = name.to_lowercase();
    if !key.ends_with('.') {
        key.push('.');
    }
    key.into()
}

impl Answers {
    /// Asks for the names that are not there yet, all at once.
    pub async fn fetch<T: TxtRecordParser + Into<Txt>>(
        &mut self,
        dns: &dyn Dns,
        names: impl IntoIterator<Item = String>,
    ) {
        let mut wanted: Vec<Box<str>> =
            names.into_iter().map(|n| key(&n)).filter(|k| !self.txt.contains_key(k)).collect();
        wanted.sort();
        wanted.dedup();
        let ask = |name: Box<str>| async move {
            let answer = dns.txt(name.strip_suffix('.').unwrap_or(&name)).await;
            (name, parsed::<T>(answer))
        };
        self.txt.extend(join_all(wanted.into_iter().map(ask)).await);
    }

    /// Whether the name has a record that could be read.
    pub fn has(&self, name: &str) -> bool {
        self.txt.get(&key(name)).is_some_and(|t| !matches!(t, Txt::Error(_)))
    }

    pub fn parameters<P>(&self, params: P) -> Parameters<'_, P, Self, Nothing, Nothing, Nothing, Nothing> {
        Parameters {
            params,
            cache_txt: Some(self),
            cache_mx: None,
            cache_ptr: None,
            cache_ipv4: None,
            cache_ipv6: None,
        }
    }
}

fn parsed<T: TxtRecordParser + Into<Txt>>(answer: Result<Vec<Vec<u8>>, Failure>) -> Txt {
    match answer {
        Ok(records) => {
            let mut result = Err(Error::Dns(DnsError::InvalidRecordType));
            for record in &records {
                result = T::parse(record);
                if result.is_ok() {
                    break;
                }
            }
            result.map_or_else(Txt::Error, Into::into)
        }
        Err(Failure::NxDomain) => Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain))),
        Err(Failure::NoData) => Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NoError))),
        Err(Failure::Temporary(why)) => Txt::Error(Error::Dns(DnsError::Resolver(why))),
    }
}

impl ResolverCache<Box<str>, Txt> for Answers {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        // What was not fetched is not asked for: to the library it does not exist.
        let missing = || Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)));
        Some(self.txt.get(name).cloned().unwrap_or_else(missing))
    }
    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }
    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// The caches of the record types that DKIM and DMARC do not need.
pub(super) struct Nothing;

macro_rules! nothing {
    ($($key:ty => $value:ty),*) => { $(
        impl ResolverCache<$key, $value> for Nothing {
            fn get<Q>(&self, _: &Q) -> Option<$value> where $key: Borrow<Q>, Q: Hash + Eq + ?Sized { None }
            fn remove<Q>(&self, _: &Q) -> Option<$value> where $key: Borrow<Q>, Q: Hash + Eq + ?Sized { None }
            fn insert(&self, _: $key, _: $value, _: Instant) {}
        }
    )* };
}
nothing!(Box<str> => RecordSet<MX>, Box<str> => RecordSet<Ipv4Addr>, Box<str> => RecordSet<Ipv6Addr>, IpAddr => RecordSet<Box<str>>);
