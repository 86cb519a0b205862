//! postern-smtp
