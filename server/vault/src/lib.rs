//! postern-vault
