//! How many sessions there may be, in all and from one client.

use parking_lot::Mutex;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::Arc,
};

#[derive(Debug)]
pub(crate) struct Slots {
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    max: usize,
    max_per_client: usize,
    all: usize,
    clients: HashMap<IpAddr, usize>,
}

/// Why there is no slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoSlot {
    All,
    Client,
}

/// The right to a session; given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    slots: Arc<Slots>,
    client: IpAddr,
}

impl Slots {
    pub fn new(max: usize, max_per_client: usize) -> Arc<Self> {
        Arc::new(Slots { taken: Mutex::new(Taken { max, max_per_client, ..Taken::default() }) })
    }

    /// Sessions that are held beyond the new limits go on.
    pub fn resize(&self, max: usize, max_per_client: usize) {
        let mut taken = self.taken.lock();
        (taken.max, taken.max_per_client) = (max, max_per_client);
    }

    pub fn take(self: &Arc<Self>, ip: IpAddr) -> Result<Slot, NoSlot> {
        let client = client(ip);
        let mut taken = self.taken.lock();
        if taken.all >= taken.max {
            return Err(NoSlot::All);
        }
        let most = taken.max_per_client;
        let own = taken.clients.entry(client).or_default();
        if *own >= most {
            if *own == 0 {
                taken.clients.remove(&client);
            }
            return Err(NoSlot::Client);
        }
        *own += 1;
        taken.all += 1;
        Ok(Slot { slots: Arc::clone(self), client })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock();
        taken.all = taken.all.saturating_sub(1);
        if let Some(own) = taken.clients.get_mut(&self.client) {
            *own -= 1;
            if *own == 0 {
                taken.clients.remove(&self.client);
            }
        }
    }
}

/// One client has a whole IPv6 /64.
fn client(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("ip")
    }

    #[test]
    fn slots_are_bounded_per_client_and_in_all_and_come_back() {
        let slots = Slots::new(3, 2);
        let a = slots.take(ip("192.0.2.1")).expect("free");
        let _b = slots.take(ip("192.0.2.1")).expect("free");
        assert_eq!(slots.take(ip("192.0.2.1")).err(), Some(NoSlot::Client));
        let _c = slots.take(ip("192.0.2.2")).expect("free");
        assert_eq!(slots.take(ip("192.0.2.3")).err(), Some(NoSlot::All));
        drop(a);
        assert!(slots.take(ip("192.0.2.1")).is_ok());
        assert_eq!(slots.taken.lock().clients.len(), 2);
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        let slots = Slots::new(9, 1);
        let _a = slots.take(ip("2001:db8::1")).expect("free");
        assert_eq!(slots.take(ip("2001:db8::2")).err(), Some(NoSlot::Client));
        assert!(slots.take(ip("2001:db8:0:1::2")).is_ok());
    }
}
