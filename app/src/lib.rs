//! The pages of Postern.
