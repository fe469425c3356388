//! `hooklens snippet`: an experiment's figures as Python.

use crate::catalog::Catalog;
use crate::cli::SnippetArgs;
use crate::hub::Hub;
use crate::run::{EXIT_BAD, closed_pipe_is_fine, read_experiment};
use model::snippet::{self, FigureKey};
use model::{Device, Limits, Plan};
use serde::Serialize;
use std::io::{self, Write};
use std::process::ExitCode;

/// One figure and what makes it, as `--json` writes it.
#[derive(Serialize)]
struct Written {
    #[serde(flatten)]
    figure: FigureKey,
    code: Option<String>,
}

/// Runs the command and says how it went.
pub fn main(arguments: &SnippetArgs) -> ExitCode {
    let text = match text(arguments) {
        Ok(text) => text,
        Err(message) => {
            eprintln!("hooklens: {message}");
            return ExitCode::from(EXIT_BAD);
        }
    };
    match closed_pipe_is_fine(io::stdout().lock().write_all(text.as_bytes())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hooklens: cannot write the snippet: {error}");
            ExitCode::FAILURE
        }
    }
}

fn text(arguments: &SnippetArgs) -> Result<String, String> {
    let plan = plan(arguments)?;
    if arguments.json {
        return all(&plan).map_err(|e| e.to_string());
    }
    let Some(name) = &arguments.figure else { return Ok(names(&plan)) };
    snippet::snippet(&plan.experiment, &plan.started, name, arguments.prompt).ok_or_else(|| {
        format!("--figure {name}: this experiment has no such figure; it has\n{}", names(&plan))
    })
}

/// Everything that is wrong with the experiment is found here; of a model on the hub only the small files are needed.
fn plan(arguments: &SnippetArgs) -> Result<Plan, String> {
    let path = &arguments.experiment;
    let json = read_experiment(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let experiment = model::parse_experiment(&json).map_err(|e| e.to_string())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|e| format!("no thread can be started: {e}"))?;
    let hub = Hub::from_env(arguments.offline, runtime.handle().clone());
    let catalog = Catalog::below(&arguments.models)?.and_any_folder().and_hub(hub);
    // nothing is loaded, so nothing can be too large
    let models = catalog.open_all(&experiment, u64::MAX).map_err(|e| e.to_string())?;
    models.plan(&experiment, &Limits::default(), &Device::Cpu).map_err(|e| e.to_string())
}

/// The figures' names, one a line.
fn names(plan: &Plan) -> String {
    snippet::figures(&plan.experiment).into_iter().map(|figure| figure.name + "\n").collect()
}

fn all(plan: &Plan) -> serde_json::Result<String> {
    let written = |figure: FigureKey| {
        let code = snippet::snippet(&plan.experiment, &plan.started, &figure.name, figure.prompt);
        Written { figure, code }
    };
    let all: Vec<_> = snippet::figures(&plan.experiment).into_iter().map(written).collect();
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}
