//! Families of categories as people see them: one colour, one icon, one word.

use model::Category;

macro_rules! families {
    ($($variant:ident, $label:literal, $icon:literal, $class:literal;)*) => {
        /// What charts, chips and badges tell apart. Several categories of the guide share a family.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Family { $($variant),* }
        impl Family {
            /// In the order of the chart, from the base upwards.
            pub const ALL: &'static [Family] = &[$(Family::$variant),*];
            pub fn label(self) -> &'static str { match self { $(Family::$variant => $label),* } }
            /// Name of an icon in [`crate::ui::icon`].
            pub fn icon(self) -> &'static str { match self { $(Family::$variant => $icon),* } }
            /// The class that sets the family's colour, see style/tokens.css.
            pub fn class(self) -> &'static str { match self { $(Family::$variant => $class),* } }
        }
    };
}

families! {
    Clean, "Clean", "check", "cat-clean";
    Bounce, "Bounce", "bounce", "cat-bounce";
    Junk, "Junk", "megaphone", "cat-junk";
    Spam, "Spam", "ban", "cat-spam";
    Foreign, "Foreign language", "letters", "cat-foreign";
    Attachment, "Attachment", "clip", "cat-attachment";
    Content, "Content", "page", "cat-content";
    Compliance, "Compliance", "seal", "cat-compliance";
    Bot, "Bot", "robot", "cat-bot";
    Adult, "Adult", "lips", "cat-adult";
    Spoof, "Spoofing", "mask", "cat-spoof";
    Phishing, "Phishing", "hook", "cat-phishing";
    Virus, "Virus", "bug", "cat-virus";
}

impl Family {
    pub fn of(category: Category) -> Family {
        use Category::*;
        match category {
            Virus | NotAvScanned => Family::Virus,
            Phish => Family::Phishing,
            Spoof => Family::Spoof,
            Spam | Rbl | SpamTrigger | Sender | Recipient => Family::Spam,
            Adult => Family::Adult,
            Bot => Family::Bot,
            Junk => Family::Junk,
            Foreign => Family::Foreign,
            Attachment | PdfJavascript | OfficeMacro | NonCompliantMime => Family::Attachment,
            Keyword => Family::Content,
            Credit | Ssn | Compliance | Profanity => Family::Compliance,
            Ndr | Debounce => Family::Bounce,
            Digest | Relay | SecurityAwareness | Clean => Family::Clean,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_a_category_and_its_own_colour() {
        let mut classes: Vec<_> = Family::ALL.iter().map(|f| f.class()).collect();
        classes.sort_unstable();
        classes.dedup();
        assert_eq!(classes.len(), Family::ALL.len());
        for family in Family::ALL {
            assert!(Category::ALL.iter().any(|c| Family::of(*c) == *family), "{family:?}");
            assert_ne!(crate::ui::icon::path(family.icon()), crate::ui::icon::path("no such icon"), "{family:?}");
        }
    }
}
