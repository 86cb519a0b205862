//! Differences as lines for people.

use super::{Change, ChangeKind};
use model::Settings;
use std::collections::HashSet;
use std::fmt::Display;
use std::hash::Hash;

/// Entries of a list that come and go; where only the order changes, one line says so.
pub(crate) fn list<T: Eq + Hash + Display>(what: &str, before: &[T], after: &[T], out: &mut Vec<Change>) {
    let earlier = out.len();
    let (old, kept): (HashSet<&T>, HashSet<&T>) = (before.iter().collect(), after.iter().collect());
    for gone in before.iter().filter(|b| !kept.contains(b)) {
        out.push(Change { what: ChangeKind::Remove, line: format!("{what} {gone}") });
    }
    for new in after.iter().filter(|a| !old.contains(a)) {
        out.push(Change { what: ChangeKind::Add, line: format!("{what} {new}") });
    }
    if before != after && out.len() == earlier {
        out.push(Change { what: ChangeKind::Change, line: format!("{what}: order") });
    }
}

/// Settings that change, `filtering.junk default → quarantine`.
pub(crate) fn settings(what: &str, before: &Settings, after: &Settings, out: &mut Vec<Change>) {
    for difference in Settings::differences(before, after) {
        out.push(Change { what: ChangeKind::Change, line: format!("{what}: {difference}") });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lines(f: impl FnOnce(&mut Vec<Change>)) -> Vec<String> {
        let mut out = Vec::new();
        f(&mut out);
        out.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lists_say_what_goes_what_comes_and_when_only_the_order_changes() {
        assert_eq!(lines(|o| list("gateway", &["a", "b"], &["b", "c"], o)), ["- gateway a", "+ gateway c"]);
        assert_eq!(lines(|o| list("gateway", &["a", "b"], &["b", "a"], o)), ["~ gateway: order"]);
        assert!(lines(|o| list("gateway", &["a"], &["a"], o)).is_empty());
    }
    #[test]
    fn an_option_is_named_with_its_old_and_new_value() {
        let after: Settings =
            serde_json::from_str(r#"{"filtering":{"junk":"quarantine"},"routing":{"spool_hours":5}}"#).unwrap();
        let said = lines(|o| settings("domain a.test", &Settings::default(), &after, o));
        assert_eq!(
            said,
            [
                "~ domain a.test: filtering.junk default → quarantine",
                "~ domain a.test: routing.spool_hours default → 5"
            ]
        );
    }
}
