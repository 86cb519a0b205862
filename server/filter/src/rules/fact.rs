//! What rules can count or ask of a message's structure.

macro_rules! facts {
    ($($variant:ident, $name:literal, $doc:literal;)*) => {
        /// A number that describes a message; yes and no are 1 and 0.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fact { $(#[doc = $doc] $variant),* }
        impl Fact {
            pub const ALL: &'static [Fact] = &[$(Fact::$variant),*];
            pub fn name(self) -> &'static str { match self { $(Fact::$variant => $name),* } }
            pub fn meaning(self) -> &'static str { match self { $(Fact::$variant => $doc),* } }
            pub fn named(name: &str) -> Option<Fact> { match name { $($name => Some(Fact::$variant),)* _ => None } }
        }
    };
}

facts! {
    Parts, "parts", "number of MIME parts";
    Attachments, "attachments", "number of attached files, those inside archives included";
    Links, "links", "number of links a reader can follow";
    LinkHosts, "link_hosts", "number of different hosts that links lead to";
    Images, "images", "number of images that HTML shows";
    RemoteImages, "remote_images", "number of images fetched from the network";
    TextLength, "text_length", "characters that a reader sees";
    HtmlLength, "html_length", "characters of HTML source";
    Words, "words", "words that a reader sees";
    SubjectLength, "subject_length", "characters of the subject";
    SubjectCaps, "subject_caps", "capitals per hundred letters of the subject";
    TextCaps, "text_caps", "capitals per hundred letters of the first 4,000 characters of text";
    Exclamations, "exclamations", "exclamation marks in the text";
    Recipients, "recipients", "recipients of the envelope";
    ToCount, "to_count", "addresses in To";
    FromCount, "from_count", "addresses in From";
    ReceivedCount, "received_count", "Received headers";
    DateSkew, "date_skew", "hours by which Date is ahead of our clock; negative: behind";
    Anomalies, "anomalies", "deviations from MIME and RFC 5322";
    HasHtml, "has_html", "there is HTML";
    HtmlOnly, "html_only", "there is HTML and no plain text beside it";
    Reply, "reply", "answers another message (In-Reply-To or References)";
    List, "list", "comes from a discussion list (List-Id or List-Post)";
    HasForm, "has_form", "HTML with a form";
    HasPassword, "has_password", "HTML with a password field";
    HasScript, "has_script", "HTML with a script";
    Signed, "signed", "carries a DKIM signature";
    Encrypted, "encrypted", "an attached archive or document needs a password";
    IpLinks, "ip_links", "links whose host is an IP address";
    Invisible, "invisible", "zero-width and soft-hyphen characters in the text";
    MixedWords, "mixed_words", "words that mix Latin letters with look-alikes of another script";
    NullSender, "null_sender", "the envelope's return path is empty";
    FromRecipient, "from_recipient", "From is one of the recipients";
    ReplyElsewhere, "reply_elsewhere", "Reply-To is of another organisation than From";
    NameIsAddress, "name_is_address", "the display name of From holds an address of another organisation";
    Bitcoin, "bitcoin", "cryptocurrency addresses in the text";
    Money, "money", "sums of money in the text";
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_fact_is_found_by_its_name() {
        for fact in Fact::ALL {
            assert_eq!(Fact::named(fact.name()), Some(*fact));
        }
    }
}
