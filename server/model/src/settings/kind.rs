//! What values a setting takes: data, from which forms, schemas, checks and documents are made.

use crate::Action;

/// The kind of a value. In JSON: `Bool` a boolean; `Int`, `OneOf` numbers; `Hours` a list of numbers; `List` a list of
/// texts; `Map` and `Record` objects; `Action` a word or an object ([`crate::ActionSetting`]); all others a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    Bool,
    Int {
        min: i64,
        max: i64,
        unit: &'static str,
    },
    /// One of these numbers.
    OneOf {
        numbers: &'static [i64],
        unit: &'static str,
    },
    /// One of these words, each with its label.
    Choice(&'static [(&'static str, &'static str)]),
    /// At most `max` characters; line ends only where it is multiline.
    Text {
        max: usize,
        multiline: bool,
    },
    /// One of these actions; Markup carries a subject tag. `outbound`: with blind copies and Override Compliance.
    Action {
        allowed: &'static [Action],
        outbound: bool,
    },
    /// One to `max` hours of the day, 0 to 23.
    Hours {
        max: usize,
    },
    /// Name of an IANA time zone.
    TimeZone,
    /// `#` and six hexadecimal digits.
    Color,
    /// A picture as a `data:` URL, at most of this size in pixels; empty: none of one's own.
    Image {
        width: Option<u32>,
        height: u32,
    },
    /// A text of a certain form; empty where there may be none.
    One {
        entry: Entry,
        or_empty: bool,
    },
    /// Texts of a certain form, at most `max`.
    List {
        entry: Entry,
        max: usize,
    },
    /// Values by key, at most `max` of them. Levels are laid over each other key by key.
    Map {
        key: Entry,
        value: &'static Kind,
        max: usize,
    },
    Record(&'static [Field]),
    /// The word (shown as the label), or a value of the inner kind.
    Optional {
        word: &'static str,
        label: &'static str,
        inner: &'static Kind,
    },
}

/// The form of a text that is an entry of a list or the key of a map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry {
    /// Address, domain, IP, IP/mask or country code, with `// comment`.
    Sender,
    /// IP, IP/mask or country code, with `// comment`.
    Connection,
    /// IP or IP/mask.
    Network,
    /// ISO 3166 alpha-2, upper case.
    Country,
    /// IP and port.
    Listen,
    /// Address or domain.
    AddressOrDomain,
    Email,
    Domain,
    /// Domain, or `*.domain` for all below it.
    DomainPattern,
    /// Host name or IP, with a port after a colon.
    Host,
    /// `http://` or `https://`.
    Url,
    /// ISO 639-1, lower case.
    Language,
    /// A file name's extension, lower case, without the dot.
    Extension,
    /// Name of a header field.
    Header,
    /// `rule id:sender`, the sender an address or domain.
    RuleException,
    /// One of these words.
    Word(&'static [(&'static str, &'static str)]),
    /// A name of at most 100 characters.
    Name,
}

/// A part of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub kind: Kind,
}

/// A default, as constant data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Const {
    Bool(bool),
    Int(i64),
    Text(&'static str),
    Action(Action, &'static str),
    Numbers(&'static [i64]),
    Words(&'static [&'static str]),
    Actions(&'static [(&'static str, Action)]),
    Texts(&'static [(&'static str, &'static str)]),
}
