//! postern-spool
