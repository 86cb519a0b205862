//! One file a command. Each gets the session and the command's argument, and gives the reply.

pub mod atrn;
pub mod auth;
pub mod bdat;
pub mod data;
pub mod ehlo;
pub mod expn;
pub mod helo;
pub mod help;
pub mod mail;
pub mod noop;
pub mod quit;
pub mod rcpt;
pub mod rset;
pub mod starttls;
pub mod vrfy;
pub mod xclient;
