//! The address of a result: `/r/<id>?<view>#<experiment, compressed>`. Pure: strings in, values out.
//!
//! The id finds the stored result, the query says what is shown of it, and the fragment (which browsers do not send)
//! holds the experiment itself, so that a page whose server does not have the result can offer to recompute it.

mod view;

pub use view::{Palette, View};
