//! What an operator allows towards one destination.

use crate::Route;
use std::collections::HashMap;

/// Bounds of what is sent to one destination. The number of connections moves within them by what the host answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// Connections at a time; none: as for all destinations.
    pub connections: Option<usize>,
    /// Messages in a minute, evenly spread; none: as for all destinations, 0: as many as the host takes.
    pub per_minute: Option<u32>,
}

/// The shapes of all destinations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shapes {
    pub usual: Shape,
    pub own: HashMap<String, Shape>,
}

impl Shapes {
    /// Connections, and milliseconds from one message to the next. A domain's shape holds for its gateways and its
    /// exchangers; that of a host for mail that goes to it without a domain.
    pub fn of(&self, route: &Route) -> (usize, Option<i64>) {
        let name = match route {
            Route::Gateway(d) | Route::Mx(d) | Route::Outbound { domain: d, .. } => d.as_str(),
            Route::Host(host) => host.host.as_str(),
        };
        let own = self.own.get(name).copied().unwrap_or_default();
        let connections = own.connections.or(self.usual.connections).unwrap_or(1).max(1);
        let rate = own.per_minute.or(self.usual.per_minute).filter(|n| *n > 0);
        (connections, rate.map(|n| (60_000 / i64::from(n)).max(1)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_domain_s_own_shape_is_laid_over_the_usual_one() {
        let usual = Shape { connections: Some(20), per_minute: Some(600) };
        let own = HashMap::from([
            ("slow.test".to_owned(), Shape { connections: Some(2), per_minute: Some(30) }),
            ("free.test".to_owned(), Shape { connections: None, per_minute: Some(0) }),
        ]);
        let shapes = Shapes { usual, own };
        let of = |domain: &str| shapes.of(&Route::Mx(domain.parse().unwrap()));
        assert_eq!(of("slow.test"), (2, Some(2_000)));
        assert_eq!(of("free.test"), (20, None));
        assert_eq!(of("other.test"), (20, Some(100)));
        assert_eq!(shapes.of(&Route::Host("slow.test:26".parse().unwrap())).0, 2);
    }
}
