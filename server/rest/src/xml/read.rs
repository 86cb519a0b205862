//! An operation's elements as a value of its type, by serde: fields are elements of their name, lists are `item`
//! elements.

use super::node::Node;
use crate::error::FieldProblem;
use crate::fields;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use std::fmt::Display;

/// The value, or the field that is wrong.
pub fn read<T: DeserializeOwned>(node: Node) -> Result<T, FieldProblem> {
    serde_path_to_error::deserialize(Element(node))
        .map_err(|e| fields::problem(&e.path().to_string(), &e.inner().to_string()))
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Wrong(String);

impl de::Error for Wrong {
    fn custom<T: Display>(message: T) -> Self {
        Wrong(message.to_string())
    }
}

struct Element(Node);

impl Element {
    fn text(self, what: &str) -> Result<String, Wrong> {
        match self.0.children.first() {
            None => Ok(self.0.text),
            Some((name, _)) => Err(Wrong(format!("{what} is expected, not an element {name}"))),
        }
    }
    fn number<T: std::str::FromStr>(self) -> Result<T, Wrong> {
        let text = self.text("a whole number")?;
        text.trim().parse().map_err(|_| Wrong(format!("{:?} is not a whole number that fits", text.trim())))
    }
    fn empty(&self, what: &str) -> Result<(), Wrong> {
        match self.0.text.trim() {
            "" => Ok(()),
            _ => Err(Wrong(format!("{what} are expected, not text"))),
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident),*) => { $(
        fn $method<V: Visitor<'de>>(self, v: V) -> Result<V::Value, Wrong> {
            v.$visit(self.number()?)
        }
    )* };
}

impl<'de> Deserializer<'de> for Element {
    type Error = Wrong;

    /// Only what takes more than one form asks for anything; in XML it is text.
    fn deserialize_any<V: Visitor<'de>>(self, v: V) -> Result<V::Value, Wrong> {
        v.visit_string(self.text("text")?)
    }
    fn deserialize_bool<V: Visitor<'de>>(self, v: V) -> Result<V::Value, Wrong> {
        match self.text("true or false")?.trim() {
            "true" | "1" => v.visit_bool(true),
            "false" | "0" => v.visit_bool(false),
            other => Err(Wrong(format!("{other:?} is not true or false"))),
        }
    }
    numbers!(deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64,
             deserialize_i8 visit_i8, deserialize_i16 visit_i16, deserialize_i32 visit_i32, deserialize_i64 visit_i64);
    fn deserialize_option<V: Visitor<'de>>(self, v: V) -> Result<V::Value, Wrong> {
        v.visit_some(self)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, v: V) -> Result<V::Value, Wrong> {
        v.visit_newtype_struct(self)
    }
    fn deserialize_seq<V: Visitor<'de>>(self, v: V) -> Result<V::Value, Wrong> {
        self.empty("items")?;
        if let Some((name, _)) = self.0.children.iter().find(|(name, _)| name != "item") {
            return Err(Wrong(format!("a list has elements item, not {name}")));
        }
        v.visit_seq(SeqDeserializer::new(self.0.children.into_iter().map(|(_, node)| Element(node))))
    }
    fn deserialize_map<V: Visitor<'de>>(self, v: V) -> Result<V::Value, Wrong> {
        self.empty("elements")?;
        v.visit_map(MapDeserializer::new(self.0.children.into_iter().map(|(name, node)| (name, Element(node)))))
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        v: V,
    ) -> Result<V::Value, Wrong> {
        self.deserialize_map(v)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        v: V,
    ) -> Result<V::Value, Wrong> {
        v.visit_enum(self.text("a word")?.trim().to_owned().into_deserializer())
    }
    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Wrong> for Element {
    type Deserializer = Element;
    fn into_deserializer(self) -> Element {
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::node::{NAMESPACE, Operations};
    use super::*;
    use model::definition::Verifier;

    fn node(body: &str) -> Node {
        let text = format!("<provisioning xmlns='{NAMESPACE}'><op>{body}</op></provisioning>");
        Operations::new(&text).unwrap().next().unwrap().unwrap().node
    }
    fn verifier(body: &str) -> Result<Verifier, (String, String)> {
        read(node(body)).map_err(|p| (p.field, p.message))
    }

    #[test]
    fn a_verifier_is_read_like_its_json() {
        let found = verifier(
            "<notes>of Bob</notes><ldap><servers><item><address>a.test</address><ssl>true</ssl></item></servers>
             <allow_anonymous_users>true</allow_anonymous_users><request_timeout> 5 </request_timeout>
             <search_bases><item>dc=a</item><item>dc=b</item></search_bases></ldap>",
        );
        let json = r#"{ "notes": "of Bob", "ldap": { "servers": [{ "address": "a.test", "ssl": "true" }],
            "allow_anonymous_users": true, "request_timeout": 5, "search_bases": ["dc=a", "dc=b"] } }"#;
        assert_eq!(found.unwrap(), serde_json::from_str(json).unwrap());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_path() {
        let field = |body: &str| verifier(body).unwrap_err().0;
        assert_eq!(field("<pop><servers/><port>1</port></pop>"), "pop.port");
        assert_eq!(
            field("<pop><servers><item><address>a b</address></item></servers></pop>"),
            "pop.servers[0].address"
        );
        assert_eq!(field("<vrfy><servers/><request_timeout>soon</request_timeout></vrfy>"), "vrfy.request_timeout");
        assert_eq!(field("<pop><servers><server/></servers></pop>"), "pop.servers");
        assert_eq!(field("<pop>text</pop>"), "pop");
        assert_eq!(field("<pop><servers/></pop><pop><servers/></pop>"), "pop");
    }
}
