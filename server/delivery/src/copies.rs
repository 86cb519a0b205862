//! Copies of what is delivered (guide chapters 6 and 7 "Send a copy of every delivered message").
//!
//! In a plan a copy stands behind the deliveries that it is a copy of, back to the copy before; deliveries behind the last
//! copy have none. It *sleeps* at first: done, and never tried. The first delivery of its group that a host takes wakes
//! it, in the plan that also says that the host took it, so that a crash makes no second copy. Where none is taken, it
//! never goes.

use crate::{Delivery, Plan};
use model::Timestamp;

impl Delivery {
    /// The delivery as a copy that waits for one before it; nobody is told of it.
    #[must_use]
    pub fn asleep(mut self) -> Self {
        (self.tracked, self.bounce, self.return_path) = (false, false, None);
        self.recipients.iter_mut().for_each(|t| t.done = true);
        self
    }

    fn is_copy(&self) -> bool {
        !self.tracked && !self.bounce && self.return_path.is_none()
    }
}

impl Plan {
    /// Wakes the copy of this delivery, which a host has just taken for some recipient. The copy's index, where it slept.
    pub(crate) fn wake(&mut self, taken: usize, now: Timestamp) -> Option<usize> {
        if self.deliveries.get(taken)?.is_copy() {
            return None;
        }
        let copy = taken + 1 + self.deliveries.get(taken + 1..)?.iter().position(Delivery::is_copy)?;
        let delivery = self.deliveries.get_mut(copy).filter(|d| d.is_done() && d.attempts == 0)?;
        let lifetime = delivery.expires.since(delivery.created);
        (delivery.created, delivery.next_attempt, delivery.expires) = (now, now, now.plus(lifetime));
        delivery.recipients.iter_mut().for_each(|t| t.done = false);
        Some(copy)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Route, Target};
    use model::{EmailAddress, Notify, Recipient};

    fn delivery(to: &str) -> Delivery {
        let address = EmailAddress::parse(to).unwrap();
        let route = Route::Gateway(address.domain());
        let target = Target::new(Recipient { address, orcpt: None, notify: Notify::default() });
        Delivery::new(route, None, vec![target], Timestamp(10), Timestamp(110))
    }

    #[test]
    fn a_copy_belongs_to_the_deliveries_before_it_and_wakes_once() {
        let plan = ["a@a.test", "b@b.test"].map(delivery).into_iter();
        let plan = plan.chain([delivery("c@c.test").asleep(), delivery("d@d.test")]);
        let mut plan = Plan::new(plan.collect());
        assert_eq!(plan.wake(3, Timestamp(50)), None, "the last has no copy");
        assert_eq!(plan.wake(1, Timestamp(50)), Some(2));
        let copy = &plan.deliveries[2];
        assert!(!copy.is_done());
        assert_eq!((copy.next_attempt, copy.expires), (Timestamp(50), Timestamp(150)));
        assert_eq!(plan.wake(0, Timestamp(60)), None, "it is awake already");
        plan.deliveries[2].recipients[0].done = true;
        plan.deliveries[2].attempts = 1;
        assert_eq!(plan.wake(0, Timestamp(60)), None, "it was sent");
        assert_eq!(plan.wake(2, Timestamp(60)), None, "a copy has no copy");
        assert_eq!(plan.wake(9, Timestamp(60)), None);
    }
    #[test]
    fn a_plan_whose_copies_sleep_is_done_when_its_deliveries_are() {
        let mut plan = Plan::new(vec![delivery("a@a.test"), delivery("c@c.test").asleep()]);
        assert!(!plan.is_done());
        plan.deliveries[0].recipients[0].done = true;
        assert!(plan.is_done());
    }
}
