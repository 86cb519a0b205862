//! postern-delivery
