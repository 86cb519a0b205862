//! A message that comes as a file: its parts are members.

use super::{Inside, whole};
use crate::{
    decode, kind,
    limits::Ledger,
    structure::{self, Shape},
    view::Reading,
};
use bytes::Bytes;

pub(crate) fn open(data: &Bytes, depth: usize, ledger: &mut Ledger<'_>) -> Inside {
    let mut inside = super::text::look(data, "eml");
    let tree = structure::read(data, depth, 0, ledger);
    for (what, range) in &tree.strays {
        inside.readings.push(Reading { what: (*what).to_owned(), data: data.slice(range.clone()) });
    }
    for (i, node) in tree.nodes.iter().enumerate() {
        if node.shape != Shape::Leaf || !ledger.member() {
            continue;
        }
        let body = data.slice(node.body_start.min(node.end)..node.end);
        let content = decode::transfer(&body, node.content.encoding).map_or(body, |d| Bytes::from(d.data));
        let mime = node.content.kind.value.as_str();
        let text = mime.is_empty() || mime.starts_with("text/");
        if text && node.content.name.is_none() && kind::binary(&content).is_none() {
            inside.readings.push(Reading { what: "text of an attached message".to_owned(), data: content });
        } else {
            let name = node.content.name.clone().unwrap_or_else(|| format!("part-{i}"));
            inside.members.push(whole(name, content));
        }
    }
    inside
}
