//! The parts pages are made of.

pub mod any;
pub mod attention;
pub mod causal;
pub mod dialog;
pub mod figures;
pub mod form;
pub mod header;
mod icons;
pub mod inspector;
pub mod later;
pub mod models;
pub mod neighbours;
pub mod runs;
pub mod shortcuts;
pub mod sides;
pub mod status;
pub mod summary;
pub mod token;

pub use header::Header;
pub use header::{model_names, names};
pub use runs::PastRuns;
pub use shortcuts::{Help, Shortcuts};
pub use status::{Missing, Status};
pub use summary::Summary;
pub use token::{Token, Tokens};
