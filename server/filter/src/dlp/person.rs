//! What identifies a person, in the forms of the guide (chapter 1 "Personal Health Information", "Personal Financial
//! Information").

use super::ssn;
use regex::Regex;
use std::sync::LazyLock;

/// What stands between the word and what it names: `no.`, `#`, `:`, `is`.
const BETWEEN: &str = r"(?:[ ']*(?:id|no|nr|num|number|code|s|is|was|on)\b\.?|[ :#=.\-])*";

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a test compiles it")
}

const DATE: &str = r"(?:(?:0?[1-9]|1[0-2])[/.\-](?:0?[1-9]|[12][0-9]|3[01])[/.\-](?:(?:19|20)?[0-9]{2})|(?:0?[1-9]|[12][0-9]|3[01])[/.\-](?:0?[1-9]|1[0-2])[/.\-](?:(?:19|20)?[0-9]{2})|(?:19|20)[0-9]{2}[/.\-](?:0?[1-9]|1[0-2])[/.\-](?:0?[1-9]|[12][0-9]|3[01])|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?,? (?:(?:19|20)?[0-9]{2})|(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?\.? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,? (?:(?:19|20)?[0-9]{2}))";

static BIRTH: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(r"(?i)\b(?:date of birth|birth ?date|birthday|d\.o\.b\.?|dob|born)\b{BETWEEN}{DATE}\b"))
});
/// An alphanumeric first character followed by five or more digits.
static PATIENT: LazyLock<Regex> =
    LazyLock::new(|| regex(&format!(r"(?i)\bpatient(?:'s)?\b{BETWEEN}[a-z0-9][0-9]{{5,}}\b")));
static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?i)\b(?:account|acct|member|membership|record|medical record|mrn|chart|case|claim|policy|subscriber|insurance|medicare|medicaid|beneficiary|group)\b{BETWEEN}[a-z]{{0,3}}-?[0-9]{{4,}}\b"
    ))
});
static FINANCIAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?i)\b(?:account|acct|loan|customer|client|certificate|member|policy|card|mortgage|borrower|cardholder|reference|routing|aba|iban|portfolio|contract)\b{BETWEEN}[a-z]{{0,4}}-?[0-9]{{4,}}\b"
    ))
});
/// A first and a last name after a word for a person.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"\b(?i:customer|client|borrower|co-borrower|cardholder|card holder|account holder|account owner|accountholder|policyholder|policy holder|payee|applicant|loan (?:to|of|for)|account (?:of|for)|certificate (?:of|for))\b(?i:{BETWEEN}|[ ]*name{BETWEEN})(?:(?i:mr|mrs|ms|dr)\.? )?(\p{{Lu}}\p{{Ll}}+)(?: \p{{Lu}}\.)? (\p{{Lu}}\p{{Ll}}+)\b"
    ))
});

/// Words with capital letters that are no names.
const NO_NAMES: &[&str] = &[
    "account",
    "accounts",
    "advisory",
    "agreement",
    "assistance",
    "balance",
    "bank",
    "banking",
    "care",
    "center",
    "centre",
    "certificate",
    "contact",
    "contract",
    "credit",
    "data",
    "date",
    "dear",
    "department",
    "deposit",
    "details",
    "direct",
    "email",
    "experience",
    "feedback",
    "for",
    "from",
    "help",
    "id",
    "info",
    "information",
    "is",
    "list",
    "loan",
    "loyalty",
    "management",
    "manager",
    "meeting",
    "mortgage",
    "name",
    "new",
    "number",
    "office",
    "online",
    "our",
    "payment",
    "phone",
    "please",
    "portal",
    "privacy",
    "product",
    "program",
    "project",
    "record",
    "records",
    "relations",
    "report",
    "representative",
    "routing",
    "sales",
    "satisfaction",
    "savings",
    "service",
    "services",
    "solutions",
    "statement",
    "success",
    "summary",
    "support",
    "survey",
    "team",
    "the",
    "this",
    "transfer",
    "update",
    "visit",
    "we",
    "your",
];

/// What identifies a person in health data.
pub(super) fn of_health(text: &str) -> Option<String> {
    if ssn::named_in(text) {
        return Some("a Social Security number".into());
    }
    let forms: [(&LazyLock<Regex>, &str); 3] = [
        (&BIRTH, "a date of birth"),
        (&PATIENT, "a patient's number"),
        (&RECORD, "the number of an account or record"),
    ];
    forms.iter().find(|(form, _)| form.is_match(text)).map(|(_, what)| (*what).to_owned())
}

/// What identifies a person in financial data.
pub(super) fn of_finance(text: &str) -> Option<String> {
    if ssn::named_in(text) {
        return Some("a Social Security number".into());
    }
    if BIRTH.is_match(text) {
        return Some("a date of birth".into());
    }
    if FINANCIAL.is_match(text) {
        return Some("the number of an account or customer".into());
    }
    let is_name = |word: &str| !NO_NAMES.contains(&word.to_lowercase().as_str());
    let named = NAMED.captures_iter(text).any(|c| (1..=2).all(|i| c.get(i).is_some_and(|m| is_name(m.as_str()))));
    named.then(|| "a customer's name".to_owned())
}
