//! The pages of Postern, rendered by the server and hydrated in the browser.
//!
//! `ui` has the components that several dashboards share, `lists` the lists of things, `api` the server functions, `admin` the
//! administrator dashboard, `personal` that of mailbox owners, `light` (server only) the same in plain pages
//! without script, `web` (server only) the wiring: router, sessions, headers, static files.
#![recursion_limit = "512"]

#[macro_use]
mod text;

pub mod admin;
pub mod api;
mod app;
mod lazy;
#[cfg(feature = "ssr")]
mod light;
pub mod lists;
mod login;
mod passwords;
pub mod personal;
pub mod query;
mod sessions;
pub mod ui;
#[cfg(feature = "ssr")]
pub mod web;

pub use app::App;
#[cfg(target_arch = "wasm32")]
pub use text::speak;
#[cfg(feature = "ssr")]
pub use web::{AppState, router, shell};
