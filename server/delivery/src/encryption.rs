//! What TLS towards a host must be (guide chapter 6 "Boundary Encryption", chapter 7 "Domain-Specific Delivery Exceptions").

use model::settings::{BoundaryEncryption, DeliveryException, ExceptionEncryption, SpecialEncryption};

/// A level of encryption, with what it compares.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Encryption {
    Never,
    /// Where TLS is offered and works; else clear text.
    Attempt,
    /// Any certificate.
    Any,
    /// A certificate that is well formed and within its time.
    Valid,
    /// One that chains to a trusted authority, of a host that is no bare address.
    Trusted,
    /// One that chains to a trusted authority and has this name; empty: that of the host.
    Named(String),
    /// Exactly this certificate, by the SHA-256 of its DER: somebody has looked at it and trusts it.
    Pinned([u8; 32]),
}

impl Encryption {
    /// Nothing goes out in clear text.
    pub fn is_required(&self) -> bool {
        !matches!(self, Encryption::Never | Encryption::Attempt)
    }
}

impl From<BoundaryEncryption> for Encryption {
    fn from(setting: BoundaryEncryption) -> Self {
        match setting {
            BoundaryEncryption::Never => Encryption::Never,
            BoundaryEncryption::Attempt => Encryption::Attempt,
            BoundaryEncryption::Always => Encryption::Any,
            BoundaryEncryption::AlwaysValid => Encryption::Valid,
            BoundaryEncryption::AlwaysTrusted => Encryption::Trusted,
        }
    }
}

impl From<SpecialEncryption> for Encryption {
    fn from(setting: SpecialEncryption) -> Self {
        match setting {
            SpecialEncryption::Never => Encryption::Never,
            SpecialEncryption::Always => Encryption::Any,
            SpecialEncryption::AlwaysValid => Encryption::Valid,
            SpecialEncryption::AlwaysTrusted => Encryption::Trusted,
        }
    }
}

impl From<&DeliveryException> for Encryption {
    fn from(exception: &DeliveryException) -> Self {
        match exception.encryption {
            ExceptionEncryption::Never => Encryption::Never,
            ExceptionEncryption::Attempt => Encryption::Attempt,
            ExceptionEncryption::Always => Encryption::Any,
            ExceptionEncryption::AlwaysValid => Encryption::Valid,
            ExceptionEncryption::AlwaysTrusted => Encryption::Trusted,
            ExceptionEncryption::CheckHostname => Encryption::Named(exception.hostname.trim().to_lowercase()),
            // What is no fingerprint is nobody's: nothing goes out rather than too much.
            ExceptionEncryption::Manual => Encryption::Pinned(fingerprint(&exception.certificate).unwrap_or_default()),
        }
    }
}

/// 64 hexadecimal digits, with or without colons.
fn fingerprint(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let other = text.chars().any(|c| !c.is_ascii_hexdigit() && !matches!(c, ':' | ' '));
    if digits.len() != 64 || other {
        return None;
    }
    let mut out = [0; 32];
    for (byte, pair) in out.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_fingerprint_is_read_with_colons_or_without_and_nothing_else_is_one() {
        let plain = "AB".repeat(32);
        let colons = vec!["ab"; 32].join(":");
        assert_eq!(fingerprint(&plain), Some([0xAB; 32]));
        assert_eq!(fingerprint(&colons), Some([0xAB; 32]));
        for wrong in ["", "ab", &"AB".repeat(33), &"zz".repeat(32), &format!("{plain}x")] {
            assert_eq!(fingerprint(wrong), None, "{wrong}");
        }
    }
}
