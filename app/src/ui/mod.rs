//! Components that several dashboards share. Pages compose these; no component here knows a page.

pub mod badge;
pub mod brand;
pub mod category;
pub mod chart;
pub mod form;
pub mod format;
pub mod frame;
pub mod icon;
pub mod list;
pub mod load;
pub mod month;
pub mod omni;
pub mod select;
pub mod state;
pub mod theme;
pub mod time;
pub mod toast;

pub use badge::{ActionTag, CategoryBadge, DispositionTag};
pub use brand::{Brand, look};
pub use category::Family;
pub use form::{ActForm, Field, FormErrors, Token, use_act};
pub use frame::{Frame, NavItem, NavSection, PageHead};
pub use icon::{Icon, Logo};
pub use list::{Empty, Pager, SearchBox, SortHead};
pub use load::{Problem, load};
pub use state::{me, use_refresh};
pub use time::Time;
pub use toast::Toasts;
