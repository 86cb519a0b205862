//! Verifiers: who says whether a recipient exists and whether a password is right (guide chapter 9).

mod check;
mod kinds;
mod ldap;
mod server;

pub use kinds::{
    CommunigateCli, Composite, CompositeMember, Custom, Database, GSuite, Office365, Pop, RcptTo, Static, StaticUser,
    Vrfy,
};
pub use ldap::{DirectoryType, GroupType, Ldap, LdapGroups};
pub use server::{Priority, Server, ServerAddress, Ssl};

use super::{Body, Secret};
use crate::FieldError;
use check::Check;
use serde::{Deserialize, Serialize};

/// Characters of the notes; the guide sets no limit.
const NOTES_MAX: usize = 20_000;

/// A verifier. On the wire the type is the name of the field that holds its options: `{ ldap: { … } }`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "VerifierFields", into = "VerifierFields")]
pub struct Verifier {
    /// What administrators want to remember about it.
    pub notes: String,
    pub method: Method,
}

macro_rules! methods {
    ($( $(#[doc = $doc:literal])+ $name:ident = $field:ident $word:literal, $label:literal; )*) => {
        /// What is asked, with its options.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Method { $( $(#[doc = $doc])+ $name($name), )* }

        impl Method {
            /// The types there are, each with its label.
            pub const CHOICES: &'static [(&'static str, &'static str)] = &[$( ($word, $label), )*];
            /// The type's word.
            pub fn as_str(&self) -> &'static str { match self { $( Method::$name(_) => $word, )* } }
            /// The type's name for people.
            pub fn label(&self) -> &'static str { match self { $( Method::$name(_) => $label, )* } }
            fn problems(&self) -> Vec<FieldError> {
                match self { $( Method::$name(m) => m.check($word), )* }
            }
            fn secrets(&mut self) -> Vec<(String, &mut Option<Secret>)> {
                match self { $( Method::$name(m) => m.secrets($word), )* }
            }
        }

        /// A verifier: exactly one type, with its options.
        #[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = VerifierDefinition))]
        #[serde(deny_unknown_fields)]
        pub struct VerifierFields {
            /// What administrators want to remember about it.
            #[serde(default, skip_serializing_if = "String::is_empty")]
            #[cfg_attr(feature = "schema", schema(max_length = 20_000))]
            notes: String,
            $(
                $(#[doc = $doc])+
                #[serde(default, rename = $word, skip_serializing_if = "Option::is_none")]
                #[cfg_attr(feature = "schema", schema(nullable = false))]
                $field: Option<$name>,
            )*
        }

        impl From<Verifier> for VerifierFields {
            fn from(v: Verifier) -> Self {
                let mut out = VerifierFields { notes: v.notes, ..VerifierFields::default() };
                match v.method { $( Method::$name(m) => out.$field = Some(m), )* }
                out
            }
        }

        impl TryFrom<VerifierFields> for Verifier {
            type Error = String;
            fn try_from(f: VerifierFields) -> Result<Self, String> {
                let mut found: Vec<Method> = Vec::new();
                $( found.extend(f.$field.map(Method::$name)); )*
                match found.len() {
                    1 => found.pop().map(|method| Verifier { notes: f.notes, method }).ok_or_else(String::new),
                    n => {
                        let all = [$( $word, )*].join(", ");
                        Err(format!("a verifier has exactly one type, {n} are named; there are {all}"))
                    }
                }
            }
        }
    };
}

methods! {
    /// Lightweight Directory Access Protocol.
    Ldap = ldap "ldap", "LDAP";
    /// SMTP VRFY.
    Vrfy = vrfy "vrfy", "VRFY";
    /// SMTP RCPT TO.
    RcptTo = rcpt_to "rcpt_to", "RCPT TO";
    /// CommuniGate's command line interface.
    CommunigateCli = communigate_cli "communigate_cli", "Communigate CLI";
    /// POP3, for authentication only.
    Pop = pop "pop", "POP - Authentication Only";
    /// A MySQL database of addresses and, optionally, passwords.
    Database = database "database", "Database";
    /// A list of users and passwords that is kept here.
    Static = statics "static", "Static";
    /// Two or more verifiers that are asked in turn.
    Composite = composite "composite", "Composite";
    /// XML that defines the verifier.
    Custom = custom "custom", "Custom";
    /// Microsoft 365.
    Office365 = office365 "office365", "Microsoft/Office365";
    /// Google's directory.
    GSuite = g_suite "g_suite", "G-Suite";
}

/// On the wire a verifier is its fields.
#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Verifier {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        VerifierFields::schema()
    }
}
#[cfg(feature = "schema")]
impl utoipa::ToSchema for Verifier {
    fn name() -> std::borrow::Cow<'static, str> {
        VerifierFields::name()
    }
    fn schemas(parts: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        VerifierFields::schemas(parts);
    }
}

impl Verifier {
    pub fn new(method: Method) -> Self {
        Verifier { notes: String::new(), method }
    }
    /// The names of the verifiers that it asks in turn; only a composite has some.
    pub fn members(&self) -> impl Iterator<Item = &CompositeMember> {
        let members = match &self.method {
            Method::Composite(c) => c.verifiers.as_slice(),
            _ => &[],
        };
        members.iter()
    }
    /// Whether it can say if a recipient exists; POP only knows passwords.
    pub fn finds_recipients(&self) -> bool {
        !matches!(self.method, Method::Pop(_))
    }
}

impl Body for Verifier {
    fn problems(&self) -> Vec<FieldError> {
        let mut p = super::check::Problems::default();
        p.text("notes", &self.notes, NOTES_MAX);
        p.extend(self.method.problems());
        p.done()
    }
    fn secrets(&mut self) -> Vec<(String, &mut Option<Secret>)> {
        self.method.secrets()
    }
}

#[cfg(test)]
mod tests;
