//! What the analysers of the filter found in a message. Policy-free: the same for every recipient.

use crate::{AccountId, Category, CountryCode, DomainName, EmailAddress, ReversePath};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, net::IpAddr};

/// The step of the filter order at which a finding stands; the lower step decides between equal actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Antivirus = 3,
    SenderLists = 4,
    ContentFilters = 5,
    Authentication = 6,
    Attachments = 7,
    Compliance = 8,
    OtherContentFilters = 9,
    Rules = 10,
}

/// The policy setting that decides what is done about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The category's own action.
    Category(Category),
    /// An attachment type by its usual extension in lower case, without a dot: `exe`.
    AttachmentType(String),
    /// A language by its ISO 639-1 code: `ru`.
    Language(String),
    SpfFail,
    SpfMimeFail,
    SpfSoftFail,
    SpfPermError,
    SpfNone,
    DmarcFail,
    /// Envelope or header sender claims the recipient's own domain without proof.
    GlobalSpoof,
    /// A look-alike of the named protected domain.
    DomainFuzz(DomainName),
    /// A message that a security-awareness vendor sent.
    SecurityAwareness,
    /// A content filter of an account (guide chapter 10).
    ContentFilter {
        account: AccountId,
        filter: i64,
        name: String,
    },
    /// A term of the health lexicon together with what identifies a person.
    Health,
    /// A term of the finance lexicon together with what identifies a person.
    Finance,
    /// These profane words, each once, in lower case.
    Profanity(Vec<String>),
}

/// One thing that one analyser found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the analyser, such as `spf` or `rules`; appears in X-MAG-FILTER.
    pub analyser: Cow<'static, str>,
    pub step: Step,
    pub category: Category,
    /// The setting that this finding is decided by; none: evidence that only adds to the score.
    pub check: Option<Check>,
    /// Number of the rule, where one matched; filter exceptions name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<u32>,
    /// What was found, for people: `Eicar-Test-Signature in eicar.com`.
    pub info: String,
    /// Spam points that this finding adds; negative speaks for the message.
    #[serde(default)]
    pub score: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthResult {
    Pass,
    Fail,
    SoftFail,
    Neutral,
    TempError,
    PermError,
    #[default]
    None,
}

impl AuthResult {
    /// The word of Authentication-Results (RFC 8601 §2.7).
    pub fn as_str(self) -> &'static str {
        match self {
            AuthResult::Pass => "pass",
            AuthResult::Fail => "fail",
            AuthResult::SoftFail => "softfail",
            AuthResult::Neutral => "neutral",
            AuthResult::TempError => "temperror",
            AuthResult::PermError => "permerror",
            AuthResult::None => "none",
        }
    }
}

/// Who the message says it is from, and how far that is proved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct SenderFacts {
    pub client_ip: Option<IpAddr>,
    /// The country that it is in, where a table says so.
    #[serde(default)]
    pub country: Option<CountryCode>,
    pub envelope_from: ReversePath,
    pub header_from: Option<EmailAddress>,
    pub display_name: Option<String>,
    pub spf: AuthResult,
    /// The domain that SPF spoke of (MAIL FROM, or HELO where that is null).
    pub spf_domain: Option<DomainName>,
    pub dkim: AuthResult,
    /// Signing domains (d=) of the DKIM signatures that verify.
    pub dkim_domains: Vec<DomainName>,
    pub dmarc: AuthResult,
    /// The chain of those who forwarded it (RFC 8617).
    #[serde(default)]
    pub arc: AuthResult,
    /// Who sealed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arc_sealer: Option<DomainName>,
    /// The policy that the From domain publishes: none, quarantine, reject.
    pub dmarc_policy: Option<String>,
}

/// The MIME part that a finding speaks of, so that Strip knows what to take out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FoundIn {
    /// Index into [`Findings::list`].
    pub finding: u32,
    /// `message::Part::id`.
    pub part: u32,
}

/// Words of the subject that a content filter found and takes out of it where its action says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SubjectWord {
    /// Index into [`Findings::list`].
    pub finding: u32,
    /// As it stands in the decoded subject.
    pub text: String,
}

/// Everything that `inspect` found in one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Findings {
    pub list: Vec<Finding>,
    /// Which MIME parts the findings about attachments speak of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<FoundIn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subject_words: Vec<SubjectWord>,
    pub sender: SenderFacts,
    /// Names of the analysers that ran, in order, also those that found nothing, with the time each took in µs.
    pub ran: Vec<(Cow<'static, str>, u64)>,
    /// Sum of the scores.
    pub score: f32,
}
