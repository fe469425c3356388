//! What the page knows, as `Copy` structs of signals. One struct a concern, so that a change reruns only its watchers:
//! [`RunState`] what a run has said, [`ViewState`] what is shown of it, [`Session`] the one result on the page with
//! both, [`Heads`] the heads looked at, [`Form`] what is typed, [`Catalog`] what can be chosen, [`Theme`] how it looks.
//!
//! All are provided as contexts by the root component; `RunState` and `ViewState` are those of the session.

pub mod address;
mod catalog;
mod feed;
mod form;
mod heads;
mod history;
mod run;
mod session;
pub mod storage;
mod theme;
mod view;

pub use crate::link::Palette;
pub use catalog::Catalog;
pub use feed::{Watching, show_stored, watch_run};
pub use form::{Check, Form};
pub use heads::{Ablations, Heads, alone, head_run};
pub use history::{History, Past};
pub use run::{RunState, RunStatus};
pub use session::Session;
pub use theme::{Scheme, Theme};
pub use view::ViewState;
