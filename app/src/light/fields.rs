//! A form's or an address's fields, names may repeat.

use crate::web::decode;
use leptos_router::params::ParamsMap;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Of application/x-www-form-urlencoded text.
    pub fn parse(text: &str) -> Fields {
        let pairs = text.split('&').filter(|p| !p.is_empty()).map(|p| p.split_once('=').unwrap_or((p, "")));
        Fields(pairs.map(|(k, v)| (decode(k), decode(v))).collect())
    }
    /// The first value of that name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }
    /// All numbers of that name; what is none is left out.
    pub fn numbers(&self, name: &str) -> Vec<i64> {
        self.0.iter().filter(|(k, _)| k == name).filter_map(|(_, v)| v.trim().parse().ok()).collect()
    }
    pub fn map(self) -> ParamsMap {
        let mut map = ParamsMap::new();
        for (k, v) in self.0 {
            map.insert(k, v);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_may_repeat_and_values_be_missing() {
        let f = Fields::parse("id=1&id=2&q=a+b%26&tick&id=x");
        assert_eq!((f.numbers("id"), f.get("q"), f.get("tick"), f.get("none")), (vec![1, 2], "a b&", "", ""));
    }
    proptest! {
        #[test]
        fn any_text_is_read(s in ".*") { let _ = Fields::parse(&s); }
    }
}
