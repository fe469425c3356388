//! The program `hooklens`: reads the command line and hands over.

use clap::Parser;
use server::cli::{Cli, Command};
use server::{allocator, export_model, models, run, serve, snippet, telemetry};
use std::process::ExitCode;

fn main() -> ExitCode {
    allocator::keep_buffers();
    match Cli::parse().command {
        Command::Serve(arguments) => {
            telemetry::log_to_stderr();
            serve::main(&arguments)
        }
        Command::Run(arguments) => run::main(&arguments),
        Command::Models(arguments) => models::main(&arguments),
        Command::Snippet(arguments) => snippet::main(&arguments),
        Command::ExportModel(arguments) => export_model::main(&arguments),
    }
}
