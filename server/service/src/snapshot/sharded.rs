//! A map that is cheap to copy: of a copy that is changed, only the shards that change are its own.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

/// A shard of a million entries has a thousand: copied in some tens of microseconds.
const SHARDS: usize = 1024;

#[derive(Debug, Clone)]
pub(super) struct Sharded<K, V> {
    shards: Box<[Arc<HashMap<K, V, RandomState>>]>,
    hasher: RandomState,
}

impl<K, V> Default for Sharded<K, V> {
    fn default() -> Self {
        let hasher = RandomState::new();
        let empty = Arc::new(HashMap::with_hasher(hasher.clone()));
        Sharded { shards: vec![empty; SHARDS].into(), hasher }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Sharded<K, V> {
    fn place<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        // The upper half: the maps themselves go by the lower bits and the highest seven.
        usize::try_from((self.hasher.hash_one(key) >> 32) % SHARDS as u64).unwrap_or_default()
    }

    pub(super) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.shards.get(self.place(key))?.get(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.place(&key);
        Arc::make_mut(self.shards.get_mut(place)?).insert(key, value)
    }

    pub(super) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key);
        let shard = self.shards.get_mut(place)?;
        if shard.contains_key(key) { Arc::make_mut(shard).remove(key) } else { None }
    }

    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|s| s.len()).sum()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        self.shards.iter().flat_map(|s| s.values())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_changes_leaves_the_first_as_it_was_and_shares_the_rest() {
        let mut first: Sharded<Box<str>, usize> = Sharded::default();
        for n in 0..5_000 {
            first.insert(n.to_string().into(), n);
        }
        let mut second = first.clone();
        assert_eq!(second.insert("17".into(), 18), Some(17));
        assert_eq!(second.remove("18"), Some(18));
        assert_eq!(second.remove("nobody"), None);
        assert_eq!((first.get("17"), first.get("18"), first.len()), (Some(&17), Some(&18), 5_000));
        assert_eq!((second.get("17"), second.get("18"), second.len()), (Some(&18), None, 4_999));
        let own = first.shards.iter().zip(&second.shards).filter(|(a, b)| !Arc::ptr_eq(a, b)).count();
        assert!((1..=2).contains(&own), "{own} shards were copied");
        assert_eq!(second.values().count(), second.len());
    }
}
