//! `hooklens models`.

use crate::catalog::{Catalog, Fingerprints};
use crate::cli::ModelsArgs;
use crate::hub::Hub;
use crate::run::{EXIT_BAD, closed_pipe_is_fine};
use bytesize::ByteSize;
use model::Device;
use model::wire::ModelListing;
use std::io::{self, Write};
use std::process::ExitCode;

/// Runs the command and says how it went.
pub fn main(arguments: &ModelsArgs) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let hub =
        runtime.map_err(|e| e.to_string()).and_then(|runtime| Hub::from_env(true, runtime.handle().clone()));
    let catalog = match Catalog::below(&arguments.models) {
        Ok(catalog) => catalog.and_hub(hub),
        Err(message) => {
            eprintln!("hooklens: {message}");
            return ExitCode::from(EXIT_BAD);
        }
    };
    // a script can wait for what a reader is not shown
    let wanted = if arguments.json { Fingerprints::All } else { Fingerprints::Known };
    let listings = catalog.list(&Device::Cpu, wanted);
    match closed_pipe_is_fine(print(&listings, arguments.json)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hooklens: cannot write the list: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(listings: &[ModelListing], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, listings)?;
        return writeln!(out);
    }
    for listing in listings {
        writeln!(out, "{}", line(listing))?;
    }
    Ok(())
}

fn line(listing: &ModelListing) -> String {
    let ModelListing { name, source, info, n_ctx, parameters, memory_bytes, problem, .. } = listing;
    match (info, problem) {
        (Some(info), _) => format!(
            "{name}  {source}: {} layers, {} heads, d_model {}, vocabulary {}, context {}, {:.3} M parameters, {} in memory",
            info.n_layers,
            info.n_heads,
            info.d_model,
            info.d_vocab,
            n_ctx.unwrap_or_default(),
            parameters.unwrap_or_default() as f64 / 1e6,
            ByteSize(memory_bytes.unwrap_or_default()).display().iec()
        ),
        (None, Some(problem)) => format!("{name}  {source}, cannot be loaded: {problem}"),
        (None, None) => format!("{name}  {source}"),
    }
}
