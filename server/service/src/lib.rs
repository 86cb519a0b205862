//! postern-service
