//! What the page knows, as `Copy` structs of signals. One struct a concern, so that a change reruns only its watchers:
//! [`RunState`] what a run has said, [`ViewState`] what is shown of it, [`Theme`] how.
//!
//! Provided as contexts by the root component: `RunState` (the run on the page), `ViewState`, `Theme`, `Heads`.

mod run;
mod theme;
mod view;

pub use crate::link::Palette;
pub use run::{RunState, RunStatus};
pub use theme::{Scheme, Theme};
pub use view::ViewState;
