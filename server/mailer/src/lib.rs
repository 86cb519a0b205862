//! postern-mailer
