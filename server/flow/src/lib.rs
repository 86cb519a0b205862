//! postern-flow
