//! The parts pages are made of.

pub mod figures;
pub mod inspector;
