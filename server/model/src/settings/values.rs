//! The resolved values: how they are filled, and the questions that depend on the direction of the mail.

use super::Values;
use super::definition::{Definition, Key};
use super::kind::Kind;
use crate::action::{ActionSetting, BlockedMessages};
use crate::{Action, Category, Direction};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Reads a value into its field; what does not fit leaves it as it is.
pub(super) fn put<T: DeserializeOwned>(field: &mut T, json: &Json) {
    if let Ok(value) = T::deserialize(json) {
        *field = value;
    }
}

/// The default as its field has it. A test holds every default against its type.
pub(super) fn built_in<T: DeserializeOwned + Default>(definition: Option<&Definition>) -> T {
    let mut value = T::default();
    if let Some(d) = definition {
        put(&mut value, typed(&d.kind, &d.default()));
    }
    value
}

/// What the field reads: the word of an optional is its `None`.
fn typed<'a>(kind: &Kind, json: &'a Json) -> &'a Json {
    match kind {
        Kind::Optional { word, .. } if json.as_str() == Some(word) => &Json::Null,
        _ => json,
    }
}

impl Default for Values {
    /// What holds for inbound mail where nothing is set.
    fn default() -> Self {
        static DEFAULTS: OnceLock<Values> = OnceLock::new();
        DEFAULTS.get_or_init(Values::defaults).clone()
    }
}

impl Values {
    pub(super) fn put(&mut self, key: Key, json: &Json) {
        if let Some(definition) = key.definition() {
            self.put_at(key, typed(&definition.kind, json));
        }
    }

    fn is_outbound(&self) -> bool {
        self.direction == Direction::Outbound
    }

    /// The action for a category. Outbound mail knows fewer of them (guide chapter 7); it is let through for the others.
    pub fn category(&self, category: Category) -> Cow<'_, ActionSetting> {
        match self.direction {
            Direction::Inbound => {
                self.inbound_category(category).map_or_else(|| Cow::Owned(category.default_action()), Cow::Borrowed)
            }
            Direction::Outbound => {
                let known = self.outbound_category(category);
                known.map_or_else(|| Cow::Owned(ActionSetting::of(Action::Allow)), Cow::Borrowed)
            }
        }
    }

    fn inbound_category(&self, category: Category) -> Option<&ActionSetting> {
        let f = &self.filtering;
        Some(match category {
            Category::Virus => &f.virus,
            Category::Phish => &f.phish,
            Category::Adult => &f.adult,
            Category::Spam => &f.spam,
            Category::Bot => &f.bot,
            Category::Ndr => &f.ndr,
            Category::PdfJavascript => &f.pdf_javascript,
            Category::OfficeMacro => &f.office_macro,
            Category::NotAvScanned => &f.not_av_scanned,
            Category::Junk => &f.junk,
            Category::NonCompliantMime => &f.non_compliant_mime,
            Category::Rbl => &f.rbl,
            Category::Credit => &f.credit_card,
            Category::Ssn => &f.social_security,
            Category::Sender => &self.senders.enemies_action,
            _ => return None,
        })
    }

    fn outbound_category(&self, category: Category) -> Option<&ActionSetting> {
        let f = &self.outbound_filtering;
        Some(match category {
            Category::Virus => &f.virus,
            Category::Phish => &f.phish,
            Category::Adult => &f.adult,
            Category::Spam => &f.spam,
            Category::SpamTrigger => &f.spam_trigger,
            Category::PdfJavascript => &f.pdf_javascript,
            Category::OfficeMacro => &f.office_macro,
            Category::NotAvScanned => &f.not_av_scanned,
            Category::Credit => &f.credit_card,
            Category::Ssn => &f.social_security,
            // One category for two lexicons: the stricter of the two.
            Category::Compliance if f.finance.action > f.health.action => &f.finance,
            Category::Compliance => &f.health,
            Category::Profanity => &f.profanity,
            Category::Sender => &self.outbound_senders.enemies_action,
            _ => return None,
        })
    }

    /// Action by attachment type. Types that are not named are allowed.
    pub fn attachments(&self) -> &BTreeMap<String, ActionSetting> {
        if self.is_outbound() { &self.outbound_filtering.attachments } else { &self.filtering.attachments }
    }

    /// Action by name of a content filter. Filters that are not named are off.
    pub fn content_filters(&self) -> &BTreeMap<String, ActionSetting> {
        if self.is_outbound() { &self.outbound_filtering.content_filters } else { &self.filtering.content_filters }
    }

    /// The action of the content filter of this name, in letters of either case; none: it is off.
    pub fn content_filter(&self, name: &str) -> Option<&ActionSetting> {
        let all = self.content_filters();
        let key = name.to_lowercase();
        all.get(name).or_else(|| all.iter().find(|(n, _)| n.to_lowercase() == key).map(|(_, action)| action))
    }

    /// The action for health data and for finance data: outbound mail only.
    pub fn lexicons(&self) -> Option<(&ActionSetting, &ActionSetting)> {
        let f = &self.outbound_filtering;
        self.is_outbound().then_some((&f.health, &f.finance))
    }

    /// Whether the word, in lower case, does not count as profane.
    pub fn is_profanity_exception(&self, word: &str) -> bool {
        self.outbound_filtering.profanity_exceptions.iter().any(|e| e.to_lowercase() == word)
    }

    /// Whether any of the compliance categories does anything, so that messages are searched for what they are about.
    pub fn compliance(&self) -> bool {
        let act = |c: Category| *self.category(c) != ActionSetting::default();
        let lexicons =
            self.lexicons().is_some_and(|(h, f)| *h != ActionSetting::default() || *f != ActionSetting::default());
        lexicons || [Category::Credit, Category::Ssn, Category::Profanity].into_iter().any(act)
    }

    /// The action for a language; none: it is allowed, as every language is in outbound mail.
    pub fn language(&self, code: &str) -> Option<&ActionSetting> {
        if self.is_outbound() { None } else { self.filtering.languages.get(code) }
    }

    pub fn blocked_messages(&self) -> BlockedMessages {
        if self.is_outbound() { self.outbound_filtering.blocked_messages } else { self.filtering.blocked_messages }
    }

    /// What happens to mail from enemies.
    pub fn enemies_action(&self) -> &ActionSetting {
        if self.is_outbound() { &self.outbound_senders.enemies_action } else { &self.senders.enemies_action }
    }

    /// Largest message that is accepted, in megabytes.
    pub fn max_size_mb(&self) -> u16 {
        if self.is_outbound() { self.outbound_routing.max_size_mb } else { self.routing.max_size_mb }
    }

    /// Hours for which mail is kept and tried again.
    pub fn spool_hours(&self) -> u16 {
        if self.is_outbound() { self.outbound_routing.spool_hours } else { self.routing.spool_hours }
    }

    /// Days for which a copy of what is delivered is kept, if it is. Email Continuity needs one (guide chapter 6).
    pub fn keeps_copies(&self) -> Option<u8> {
        let (out, routing) = (&self.outbound_routing, &self.routing);
        match self.is_outbound() {
            true => out.keep_copies.then_some(out.keep_copies_days),
            false => (routing.keep_copies || self.continuity.enabled).then_some(routing.keep_copies_days),
        }
    }
}
