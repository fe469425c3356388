//! The program `hooklens`: command line, HTTP interface, engine and result store.
//!
//! The way of an experiment through `hooklens serve`: a [`routes`] handler parses and plans it ([`catalog`] opens the
//! checkpoint, `model` finds everything that is wrong with it), [`runs`] finds out whether its result is known or
//! under way and otherwise puts it into the [`queue`], the [`engine`] thread steps it and appends events to its
//! [`log`], [`frames`] writes them to whoever follows, and the [`store`] keeps what finished. `hooklens run` ([`run`])
//! walks the same plan and steps without server, queue and store. [`export`] turns what is stored into files.

pub mod allocator;
pub mod artifact;
pub mod body;
pub mod catalog;
pub mod cli;
pub mod device;
pub mod docs;
pub mod engine;
pub mod error;
pub mod export;
pub mod export_model;
pub mod frames;
pub mod gallery;
pub mod guard;
pub mod hub;
pub mod log;
pub mod memory;
pub mod models;
pub mod page;
pub mod prompt_files;
pub mod queue;
pub mod routes;
pub mod run;
pub mod runs;
pub mod serve;
pub mod snippet;
pub mod store;
pub mod telemetry;
pub mod work;
