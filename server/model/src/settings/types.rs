//! The words and records that settings take.

use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// How often the spam digest is sent.
    DigestFrequency {
        Never = "never", "Never";
        Daily = "daily", "Daily";
        Weekly = "weekly", "Weekly";
    }
}
words! {
    DigestFormat {
        Html = "html", "HTML";
        Text = "text", "Text";
    }
}
words! {
    /// What the digest lists (guide chapter 6 "Report Content"): each includes those before it.
    DigestZones {
        Summary = "summary", "Summary";
        Green = "green", "Green Zone";
        Yellow = "yellow", "Yellow Zone";
        Red = "red", "Red Zone";
    }
}
words! {
    /// A column of the spam digest (guide chapter 14).
    DigestColumn {
        Time = "time", "Time";
        From = "from", "From";
        To = "to", "To";
        Subject = "subject", "Subject";
        Category = "category", "Category";
        Direction = "direction", "Direction";
        Size = "size", "Size";
    }
}
words! {
    /// TLS towards the next server (guide chapter 6 "Boundary Encryption").
    BoundaryEncryption {
        Never = "never", "Never Encrypt";
        Attempt = "attempt", "Attempt to Encrypt";
        Always = "always", "Always Encrypt (any certificate)";
        AlwaysValid = "always_valid", "Always Encrypt (valid certificate)";
        AlwaysTrusted = "always_trusted", "Always Encrypt (trusted certificate)";
    }
}
impl BoundaryEncryption {
    /// Whether mail waits rather than going out in clear text.
    pub fn is_required(self) -> bool {
        !matches!(self, BoundaryEncryption::Never | BoundaryEncryption::Attempt)
    }
}
words! {
    /// TLS towards a domain that differs from the rest (guide chapter 7 "Domain-Specific Delivery Exceptions").
    ExceptionEncryption {
        Never = "never", "Never Encrypt";
        Attempt = "attempt", "Attempt to Encrypt";
        Always = "always", "Always Encrypt (any certificate)";
        AlwaysValid = "always_valid", "Always Encrypt (valid certificate)";
        AlwaysTrusted = "always_trusted", "Always Encrypt (trusted certificate)";
        CheckHostname = "check_hostname", "Always Encrypt (check hostname)";
        Manual = "manual", "Always Encrypt (this certificate)";
    }
}
words! {
    /// TLS towards the server of special routing (guide chapter 7 "Custom Routing").
    SpecialEncryption {
        Never = "never", "Never Encrypt";
        Always = "always", "Always Encrypt (any certificate)";
        AlwaysValid = "always_valid", "Always Encrypt (valid certificate)";
        AlwaysTrusted = "always_trusted", "Always Encrypt (trusted certificate)";
    }
}
words! {
    /// TLS of those who hand us mail (guide chapter 7 "Encryption").
    OfferedEncryption {
        Never = "never", "Never Encrypt";
        Offer = "offer", "Offer to Encrypt";
        Always = "always", "Always Encrypt";
    }
}
words! {
    /// What a listener is for (guide chapter 2 "Services").
    ServiceKind {
        Inbound = "inbound", "SMTP In only";
        Both = "both", "SMTP";
        Outbound = "outbound", "SMTP Out only";
        Odmr = "odmr", "ODMR";
    }
}
words! {
    TlsVersion {
        V13 = "1.3", "TLS 1.3";
        V12 = "1.2", "TLS 1.2";
    }
}
words! {
    /// Cipher suites, by the names that they have in Received headers.
    TlsCipher {
        Tls13Aes256 = "TLS13_AES_256_GCM_SHA384", "TLS 1.3 AES-256";
        Tls13Aes128 = "TLS13_AES_128_GCM_SHA256", "TLS 1.3 AES-128";
        Tls13ChaCha20 = "TLS13_CHACHA20_POLY1305_SHA256", "TLS 1.3 ChaCha20";
        EcdsaAes256 = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS 1.2 ECDSA AES-256";
        EcdsaAes128 = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS 1.2 ECDSA AES-128";
        EcdsaChaCha20 = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS 1.2 ECDSA ChaCha20";
        RsaAes256 = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS 1.2 RSA AES-256";
        RsaAes128 = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS 1.2 RSA AES-128";
        RsaChaCha20 = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "TLS 1.2 RSA ChaCha20";
    }
}
words! {
    /// How much of greylisting's tests are made (guide chapter 2 "Greylisting").
    GreylistLevel {
        Low = "low", "Low";
        Medium = "medium", "Medium";
        High = "high", "High";
        Custom = "custom", "Custom";
    }
}
words! {
    /// A test of greylisting (guide chapter 2 "Greylisting").
    GreylistTest {
        HeloFdns = "helo.fdns", "HELO: DNS";
        HeloRdns = "helo.rdns", "HELO: RDNS";
        HeloName = "helo.name", "HELO: Syntax";
        HeloTld = "helo.tld", "HELO: TLD";
        HeloIp = "helo.ip", "HELO: IP";
        MailFdns = "mail.fdns", "Mail From: DNS";
        MailTld = "mail.tld", "Mail From: TLD";
        MailName = "mail.name", "Mail From: Syntax";
        InEmpty = "header.in.empty", "Inbound header: empty";
        InIllegal = "header.in.illegal", "Inbound header: illegal field";
        InUnterminated = "header.in.termination", "Inbound header: incorrect termination";
        OutEmpty = "header.out.empty", "Outbound header: empty";
        OutIllegal = "header.out.illegal", "Outbound header: illegal field";
        OutUnterminated = "header.out.termination", "Outbound header: incorrect termination";
    }
}
impl GreylistLevel {
    /// The tests that a level makes; `custom` has its own list.
    pub fn makes(self, test: GreylistTest, custom: &[GreylistTest]) -> bool {
        use GreylistTest::*;
        match self {
            GreylistLevel::Custom => custom.contains(&test),
            // What no mail server in order does.
            GreylistLevel::Low => {
                matches!(test, HeloName | HeloTld | MailName | MailTld | InEmpty | InIllegal | InUnterminated)
            }
            // And what only careless ones do.
            GreylistLevel::Medium => !matches!(test, HeloFdns | HeloIp),
            GreylistLevel::High => true,
        }
    }
}

/// A listener (guide chapter 2 "Services").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SmtpService {
    pub kind: ServiceKind,
    /// IP and port.
    pub listen: String,
    /// What the banner says after the host name; empty: the product's.
    pub greeting: String,
}

words! {
    /// The least that a certificate must be.
    CertificateLevel {
        Any = "any", "Any certificate";
        Valid = "valid", "Valid certificate";
        Trusted = "trusted", "Trusted certificate";
    }
}
words! {
    /// How mail is spread over several gateways (guide chapter 6 "Mail Gateways").
    GatewayOrder {
        Failover = "failover", "Failover";
        Random = "random", "Random";
    }
}
words! {
    /// How new mailboxes are found (guide chapter 6 "Mailbox Discovery").
    DiscoveryMethod {
        Manual = "manual", "Manual";
        Vrfy = "vrfy", "Default SMTP VRFY";
        Rcpt = "rcpt", "Default SMTP RCPT TO";
        Verifier = "verifier", "Verify with";
        Forward = "forward", "Forward to";
        MessageCount = "message_count", "Message count";
    }
}
words! {
    /// Who checks the password of a mailbox's owner (guide chapter 6 "Authentication").
    LoginMethod {
        Internal = "internal", "Internal";
        SmtpAuth = "smtp_auth", "SMTP AUTH to Server";
        Verifier = "verifier", "Verify With";
    }
}
words! {
    /// Who checks the password of those that send through us (guide chapter 7 "Authentication").
    SenderLoginMethod {
        None = "none", "None";
        SmtpAuth = "smtp_auth", "SMTP AUTH to server";
        Verifier = "verifier", "Verify with";
    }
}
words! {
    /// How much mail for unknown recipients is taken, so that nobody learns which exist (guide chapter 6).
    HarvestProtection {
        None = "none", "None";
        Low = "low", "Low";
        Medium = "medium", "Medium";
        High = "high", "High";
    }
}
words! {
    /// The answer to a sender who is over a limit (guide chapter 7 "Rate Limits").
    LimitReply {
        Temporary = "451", "451 Temporary";
        Permanent = "550", "550 Permanent";
    }
}
words! {
    /// Where a disclaimer goes (guide chapter 7 "Message Annotation").
    AnnotationMode {
        Prepend = "prepend", "Prepend";
        Append = "append", "Append";
    }
}
words! {
    /// How a message is protected when a word in its subject, or the Outlook add-in, asks for it.
    Protection {
        AttachEncrypted = "attach_encrypted", "Attach Encrypted";
        SpecialRouting = "special_routing", "Special Routing";
    }
}
words! {
    /// Where mail with the action Special Routing goes (guide chapter 7 "Special Routing").
    SpecialRoute {
        EncryptionService = "encryption_service", "Route to Encryption Service";
        Custom = "custom", "Custom";
    }
}

/// A word in the subject that has a message encrypted (guide chapter 7 "Add Trigger Filter").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SubjectTrigger {
    pub word: String,
    pub action: Protection,
}

/// How mail to one domain is delivered otherwise (guide chapter 7 "Domain-Specific Delivery Exceptions").
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryException {
    /// Host, host:port, IP or IP:port; empty: by MX.
    pub route: String,
    pub encryption: ExceptionEncryption,
    /// The name that the certificate must have, with [`ExceptionEncryption::CheckHostname`].
    pub hostname: String,
    pub exempt_from_special_routing: bool,
    /// SHA-256 of the certificate that is trusted, with [`ExceptionEncryption::Manual`]: 64 hexadecimal digits.
    #[serde(default)]
    pub certificate: String,
}
