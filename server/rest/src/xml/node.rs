//! The request as elements, one operation at a time: what is no well-formed XML of the schema's form is refused before
//! anything is done, and no document makes the server work without measure.
//!
//! A document type is refused, and with it every entity of one's own; what is left are the five of XML and characters by
//! their number.

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

/// The namespace of requests and answers.
pub const NAMESPACE: &str = "urn:postern:provisioning:1";
/// Operations of one request.
pub const OPERATIONS_MAX: usize = 100_000;
/// Elements within elements, the root counted.
const DEPTH_MAX: usize = 12;
/// Elements of one operation.
const ELEMENTS_MAX: usize = 200_000;

/// An element without its name: elements within it, or text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Node {
    pub children: Vec<(String, Node)>,
    pub text: String,
}

/// An element below the root.
#[derive(Debug, PartialEq)]
pub struct Operation {
    pub name: String,
    /// The caller's own mark, given back with the result.
    pub id: Option<String>,
    pub node: Node,
}

/// What the root says.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Root {
    /// The first operation that fails is the last that is done.
    pub stop: bool,
}

/// Why a document is refused, and where.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("at byte {at}: {why}")]
pub struct Malformed {
    pub at: u64,
    pub why: String,
}

/// Reads operations one after the other.
pub struct Operations<'a> {
    reader: NsReader<&'a [u8]>,
    pub root: Root,
    count: usize,
    ended: bool,
}

/// What comes next, of what matters to us.
enum Step {
    Open(String, Vec<(String, String)>),
    Close,
    Text(String),
    End,
}

impl<'a> Operations<'a> {
    /// Reads up to the root's first operation.
    pub fn new(text: &'a str) -> Result<Self, Malformed> {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        let mut out = Operations { reader, root: Root::default(), count: 0, ended: false };
        loop {
            match out.step()? {
                Step::Open(name, attributes) if name == "provisioning" => {
                    for (name, value) in attributes {
                        out.root.stop = match (name.as_str(), value.as_str()) {
                            ("on_error", "stop") => true,
                            ("on_error", "continue") => false,
                            ("on_error", _) => return Err(out.wrong("on_error is continue or stop")),
                            _ => return Err(out.wrong(format!("provisioning has no attribute {name}, but on_error"))),
                        };
                    }
                    return Ok(out);
                }
                Step::Open(name, _) => return Err(out.wrong(format!("the root is provisioning, not {name}"))),
                Step::Text(t) if t.trim().is_empty() => {}
                _ => return Err(out.wrong("the root is missing: <provisioning xmlns=\"urn:postern:provisioning:1\">")),
            }
        }
    }

    /// The next operation; None after the last.
    pub fn next(&mut self) -> Result<Option<Operation>, Malformed> {
        while !self.ended {
            match self.step()? {
                Step::Open(name, attributes) => {
                    self.count += 1;
                    if self.count > OPERATIONS_MAX {
                        return Err(self.wrong(format!("a request has at most {OPERATIONS_MAX} operations")));
                    }
                    let mut id = None;
                    for (attribute, value) in attributes {
                        match attribute.as_str() {
                            "id" if value.chars().count() <= 100 => id = Some(value),
                            "id" => return Err(self.wrong("an id has at most 100 characters")),
                            _ => return Err(self.wrong(format!("{name} has no attribute {attribute}, but id"))),
                        }
                    }
                    let mut elements = 0;
                    let node = self.node(3, &mut elements)?;
                    return Ok(Some(Operation { name, id, node }));
                }
                Step::Text(t) if t.trim().is_empty() => {}
                Step::Text(_) => return Err(self.wrong("text between operations")),
                Step::Close => self.ended = true,
                Step::End => return Err(self.wrong("the document ends within provisioning")),
            }
        }
        // Nothing but comments and space comes after the root.
        loop {
            match self.step()? {
                Step::End => return Ok(None),
                Step::Text(t) if t.trim().is_empty() => {}
                _ => return Err(self.wrong("something follows the root")),
            }
        }
    }

    /// What is within the element that was just opened; elements in it are at this depth.
    fn node(&mut self, depth: usize, elements: &mut usize) -> Result<Node, Malformed> {
        let mut node = Node::default();
        loop {
            match self.step()? {
                Step::Open(name, attributes) => {
                    *elements += 1;
                    if depth > DEPTH_MAX {
                        return Err(self.wrong(format!("elements are at most {DEPTH_MAX} deep")));
                    }
                    if *elements > ELEMENTS_MAX {
                        return Err(self.wrong(format!("an operation has at most {ELEMENTS_MAX} elements")));
                    }
                    if let Some((attribute, _)) = attributes.first() {
                        return Err(self.wrong(format!("{name} has no attribute {attribute}")));
                    }
                    let child = self.node(depth + 1, elements)?;
                    node.children.push((name, child));
                }
                Step::Text(text) => node.text.push_str(&text),
                Step::Close if !node.children.is_empty() && !node.text.trim().is_empty() => {
                    return Err(self.wrong("an element holds either text or elements"));
                }
                Step::Close => {
                    if !node.children.is_empty() {
                        node.text = String::new();
                    }
                    return Ok(node);
                }
                Step::End => return Err(self.wrong("the document ends within an element")),
            }
        }
    }

    fn step(&mut self) -> Result<Step, Malformed> {
        loop {
            let at = self.reader.buffer_position();
            let wrong = |why: String| Malformed { at, why };
            let (namespace, event) = self.reader.read_resolved_event().map_err(|e| wrong(e.to_string()))?;
            return Ok(match event {
                Event::Start(element) => {
                    if namespace != ResolveResult::Bound(Namespace(NAMESPACE)) {
                        let name = element.local_name().as_ref().to_owned();
                        return Err(wrong(format!("{name} is not of the namespace {NAMESPACE}")));
                    }
                    let attributes = attributes(&element).map_err(wrong)?;
                    Step::Open(element.local_name().as_ref().to_owned(), attributes)
                }
                Event::End(_) => Step::Close,
                Event::Text(text) => Step::Text(characters(&text.xml10_content()).map_err(wrong)?),
                Event::CData(text) => Step::Text(characters(&text.xml10_content()).map_err(wrong)?),
                Event::GeneralRef(reference) => {
                    let name = reference.xml10_content();
                    let text = match name.as_ref() {
                        "lt" => "<".to_owned(),
                        "gt" => ">".to_owned(),
                        "amp" => "&".to_owned(),
                        "apos" => "'".to_owned(),
                        "quot" => "\"".to_owned(),
                        other => match reference.resolve_char_ref() {
                            Ok(Some(c)) => c.to_string(),
                            _ => return Err(wrong(format!("the entity {other:?} is none of XML's own"))),
                        },
                    };
                    Step::Text(characters(&text).map_err(wrong)?)
                }
                Event::DocType(_) => return Err(wrong("a document type is not accepted".into())),
                Event::PI(_) => return Err(wrong("processing instructions are not accepted".into())),
                Event::Decl(declaration) => {
                    if at != 0 {
                        return Err(wrong("the XML declaration comes first".into()));
                    }
                    match declaration.encoding() {
                        None => continue,
                        Some(Ok(name)) if name.eq_ignore_ascii_case("utf-8") => continue,
                        _ => return Err(wrong("the encoding is UTF-8".into())),
                    }
                }
                Event::Comment(_) => continue,
                Event::Empty(_) => return Err(wrong("an element that does not end".into())),
                Event::Eof => Step::End,
            });
        }
    }

    fn wrong(&self, why: impl Into<String>) -> Malformed {
        Malformed { at: self.reader.buffer_position(), why: why.into() }
    }
}

/// Attributes of our own; those that declare namespaces or belong to others (`xsi:schemaLocation`) are passed over.
fn attributes(element: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let mut out = Vec::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|e| e.to_string())?;
        let name = attribute.key.as_ref();
        if name == "xmlns" || name.contains(':') {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|e| e.to_string())?;
        out.push((name.to_owned(), characters(&value)?));
    }
    Ok(out)
}

/// The text, where it holds only what XML 1.0 allows.
fn characters(text: &str) -> Result<String, String> {
    let fits = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{7f}'..='\u{9f}');
    match text.chars().find(|c| !fits(*c) || matches!(c, '\u{fffe}' | '\u{ffff}')) {
        None => Ok(text.to_owned()),
        Some(c) => Err(format!("the character U+{:04X} is none of XML", u32::from(c))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn all(body: &str) -> Result<Vec<Operation>, Malformed> {
        let mut reader = Operations::new(body)?;
        let mut out = Vec::new();
        while let Some(operation) = reader.next()? {
            out.push(operation);
        }
        Ok(out)
    }
    fn within(body: &str) -> Result<Vec<Operation>, Malformed> {
        all(&format!("<provisioning xmlns=\"{NAMESPACE}\">{body}</provisioning>"))
    }
    fn refused(body: &str) -> String {
        all(body).unwrap_err().why
    }

    #[test]
    fn operations_have_names_ids_elements_and_text() {
        let found = within(
            "<!-- one --><add id='7'><a>x &amp; <![CDATA[<y>]]>&#x41;</a><b/></add>\n<p:del xmlns:p='urn:postern:provisioning:1'/>",
        )
        .unwrap();
        assert_eq!((found[0].name.as_str(), found[0].id.as_deref()), ("add", Some("7")));
        assert_eq!(found[0].node.children[0], ("a".into(), Node { text: "x & <y>A".into(), ..Node::default() }));
        assert_eq!(found[0].node.children[1].1, Node::default());
        assert_eq!((found[1].name.as_str(), found.len()), ("del", 2));
    }

    #[test]
    fn entities_of_ones_own_and_document_types_are_refused() {
        let bomb = "<!DOCTYPE b [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>
            <provisioning xmlns=\"urn:postern:provisioning:1\"><x>&b;</x></provisioning>";
        assert_eq!(refused(bomb), "a document type is not accepted");
        let outside = "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><provisioning xmlns=\"urn:postern:provisioning:1\"/>";
        assert_eq!(refused(outside), "a document type is not accepted");
        assert!(within("<x>&b;</x>").unwrap_err().why.contains("the entity \"b\" is none of XML's own"));
        assert!(within("<x a='&b;'/>").is_err());
    }

    #[test]
    fn what_is_not_well_formed_or_not_ours_is_refused() {
        for body in [
            "",
            "x",
            "<a/>",
            "<provisioning/>",
            "<provisioning xmlns='urn:other'/>",
            "<provisioning xmlns='urn:postern:provisioning:1'>",
            "<provisioning xmlns='urn:postern:provisioning:1'/><x/>",
            "<provisioning xmlns='urn:postern:provisioning:1' on_error='perhaps'/>",
            "<provisioning xmlns='urn:postern:provisioning:1' atomic='true'/>",
            "<?xml version='1.0' encoding='UTF-16'?><provisioning xmlns='urn:postern:provisioning:1'/>",
        ] {
            assert!(all(body).is_err(), "{body}");
        }
        for body in [
            "<a><b></a></b>",
            "<a>x<b/></a>",
            "text",
            "<a b='1'/>",
            "<a><b c='1'/></a>",
            "<?php x?>",
            "<a>&#0;</a>",
            "<a>\u{1}</a>",
            "<a",
            "<a xmlns='urn:other'/>",
            "<a>& b</a>",
            "<!-- a -- b -->",
        ] {
            assert!(within(body).is_err(), "{body}");
        }
        assert!(within(&format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000))).unwrap_err().why.contains("deep"));
        assert!(within(&format!("<a>{}</a>", "<b/>".repeat(ELEMENTS_MAX + 1))).unwrap_err().why.contains("elements"));
        assert!(within(&"<a/>".repeat(OPERATIONS_MAX + 1)).unwrap_err().why.contains("operations"));
    }
}
