//! The public interface from outside: HTTP against a server in this process, and the real binary where it takes one.
//!
//! A target of the package `server`, because only there cargo builds the binary for its tests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod bad_causal;
mod bad_checkpoints;
mod bad_input;
mod command_line;
mod docs;
mod exports;
mod gallery;
mod harness;
mod hub;
mod kill;
mod models;
mod page;
mod prompt_files;
mod real_models;
mod results;
mod runs;
mod snippets;
mod two_models;
