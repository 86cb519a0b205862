//! Where a message departs from the standards in a way that mail programs read differently.

/// Kinds of departure from RFC 5322, 2045, 2046, 2047 and 2183.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AnomalyKind {
    /// A field that may stand once stands more often (RFC 5322 §3.6).
    DuplicateHeader,
    /// Content-Type stands more than once, or names two boundaries.
    ConflictingContentType,
    /// multipart without a boundary, or one that never appears (RFC 2046 §5.1.1).
    MissingBoundary,
    /// multipart that ends without its closing delimiter.
    UnterminatedMultipart,
    /// A delimiter after its closing one, or the boundary of an outer part used again inside.
    BoundaryReuse,
    /// CR without LF in the header.
    BareCr,
    /// LF without CR in a header that otherwise has CRLF.
    BareLf,
    /// A line in the header that is no field and continues none.
    HeaderWithoutColon,
    /// NUL bytes in the header or in a part that is text.
    NulByte,
    /// Characters outside the alphabet, or padding in the middle (RFC 2045 §6.8).
    InvalidBase64,
    /// Bytes above 127 in the header that are no UTF-8.
    EightBitHeader,
    /// An encoded word inside an address (RFC 2047 §5).
    EncodedWordInAddress,
    /// Content-Transfer-Encoding that stands twice, is unknown, or encodes a multipart (RFC 2045 §6.4).
    TransferEncoding,
    /// The name of Content-Type and the filename of Content-Disposition differ in their extension.
    FilenameMismatch,
    /// A line longer than 998 characters (RFC 5322 §2.1.1).
    OverlongLine,
}

impl AnomalyKind {
    /// Whether mail programs are known to see different messages in it, so that it hides content from a filter.
    /// The others are common in honest mail.
    pub fn is_severe(self) -> bool {
        use AnomalyKind::*;
        match self {
            DuplicateHeader
            | ConflictingContentType
            | MissingBoundary
            | BoundaryReuse
            | BareCr
            | HeaderWithoutColon
            | NulByte
            | EncodedWordInAddress
            | TransferEncoding
            | FilenameMismatch => true,
            UnterminatedMultipart | BareLf | InvalidBase64 | EightBitHeader | OverlongLine => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    pub kind: AnomalyKind,
    /// For people: `Subject stands 2 times`.
    pub info: String,
}
