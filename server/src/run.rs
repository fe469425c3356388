//! `hooklens run`: one experiment without a server.

use crate::artifact::Artifact;
use crate::catalog::{Catalog, Models};
use crate::cli::RunArgs;
use crate::device;
use crate::hub::{Hub, Pace, Unfetched, Watch, Weights};
use crate::memory;
use crate::prompt_files::{self, Format};
use indicatif::{ProgressBar, ProgressStyle};
use model::wire::{Analysis, Event, EventBody, Experiment, Failure, Finished, Progress, RowProblem};
use model::{Device, Error, Figures, Job, Limits, Plan, Transformer};
use serde_json::Value;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Exit status for a bad experiment or model.
pub const EXIT_BAD: u8 = 2;

/// Exit status for a failure after everything was found good.
const EXIT_FAILED: u8 = 1;

/// Why a run did not come to its end.
enum Stop {
    /// Found before anything was computed.
    Bad(String),
    /// Later.
    Failed(Failure),
    /// Nobody reads standard output any more.
    NobodyReads,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match error {
            Error::Compute(_) => failed(error.code(), error.to_string()),
            _ => Self::Bad(error.to_string()),
        }
    }
}

fn failed(code: &str, message: String) -> Stop {
    Stop::Failed(Failure { code: code.to_owned(), message })
}

/// Runs the command and says how it went.
pub fn main(arguments: &RunArgs) -> ExitCode {
    let mut out = Output { seq: 0, copy: None, bar: progress_bar() };
    let outcome = run(arguments, &mut out);
    out.bar.finish_and_clear();
    match outcome {
        Ok(()) | Err(Stop::NobodyReads) => ExitCode::SUCCESS,
        Err(Stop::Bad(message)) => {
            eprintln!("hooklens: {message}");
            // a model whose files turn out bad once they are downloaded: the stream that has begun gets its end
            if out.seq > 0 {
                let _ = out.say(EventBody::Error(Failure { code: "bad_model".to_owned(), message }));
            }
            ExitCode::from(EXIT_BAD)
        }
        Err(Stop::Failed(failure)) => {
            eprintln!("hooklens: {}", failure.message);
            // the stream ends as it does for the page; where it cannot be written, the exit status says it all
            let _ = out.say(EventBody::Error(failure));
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn run(arguments: &RunArgs, out: &mut Output) -> Result<(), Stop> {
    // drives the requests to the hub, where one is needed
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|e| failed("internal", format!("no thread can be started: {e}")))?;
    let hub = Hub::from_env(arguments.offline, runtime.handle().clone());
    let Planning { plan, models, device } = plan(arguments, hub)?;
    let mut file = open_out(arguments, &plan.experiment)?;
    if !matches!(plan.experiment.analysis, Analysis::Activations(_)) {
        out.copy = file.take();
    }
    let began = Instant::now();
    let interrupted = watch_interrupt()?;
    out.say(EventBody::Started(plan.started.clone()))?;
    let mut before = Figures::default();
    for (turn, opened) in [&models.first].into_iter().chain(&models.other).enumerate() {
        if let Some(weights) = &opened.weights {
            fetch(weights, out, &interrupted)?;
        }
        let model = Arc::new(Transformer::load(&opened.checkpoint, plan.experiment.variant(), &device)?);
        let job = plan.job(turn, model, &before)?;
        drive(job, out, &mut file, &mut before, &interrupted)?;
    }
    if let Some(file) = file {
        file.commit().map_err(|e| cannot_write(&e))?;
    }
    out.say(EventBody::Done(Finished { elapsed_ms: began.elapsed().as_secs_f64() * 1e3 }))?;
    out.finish()
}

/// Steps a job to its end; its figures are also kept.
fn drive(
    mut job: Box<dyn Job>,
    out: &mut Output,
    file: &mut Option<Artifact>,
    figures: &mut Figures,
    interrupted: &AtomicBool,
) -> Result<(), Stop> {
    loop {
        if interrupted.load(Ordering::Relaxed) {
            return Err(failed("cancelled", "interrupted".to_owned()));
        }
        let step = job.step()?;
        if let Some(file) = file {
            file.write_all(&step.bytes).map_err(|e| cannot_write(&e))?;
        }
        figures.keep(&step.events);
        for body in step.events {
            out.say(body)?;
        }
        if step.finished {
            return Ok(());
        }
    }
}

/// Downloads and checks the weights, saying how far it is.
fn fetch(weights: &Weights, out: &mut Output, interrupted: &AtomicBool) -> Result<(), Stop> {
    let mut follower = Follower { out, interrupted, pace: Pace::default(), stop: None };
    let fetched = weights.fetch(&mut follower);
    match (follower.stop.take(), fetched) {
        (Some(stop), _) => Err(stop),
        (None, Ok(())) => Ok(()),
        (None, Err(Unfetched::GivenUp)) => Err(failed("cancelled", "interrupted".to_owned())),
        (None, Err(Unfetched::Failed(message))) => Err(Stop::Bad(message)),
    }
}

/// Turns bytes into events, until interrupted or nobody reads.
struct Follower<'a> {
    out: &'a mut Output,
    interrupted: &'a AtomicBool,
    pace: Pace,
    stop: Option<Stop>,
}

impl Watch for Follower<'_> {
    fn bytes(&mut self, done: u64, total: u64) {
        if let Some(progress) = self.pace.report(done, total) {
            self.stop = self.out.say(EventBody::Progress(progress)).err().or(self.stop.take());
        }
    }

    fn is_wanted(&mut self) -> bool {
        self.stop.is_none() && !self.interrupted.load(Ordering::Relaxed)
    }
}

/// What is known before anything is computed.
struct Planning {
    plan: Plan,
    models: Models,
    device: Device,
}

/// Everything that can be found wrong before computing.
fn plan(arguments: &RunArgs, hub: Result<Arc<Hub>, String>) -> Result<Planning, Stop> {
    let json = read_experiment(&arguments.experiment)
        .map_err(|e| Stop::Bad(format!("cannot read {}: {e}", arguments.experiment.display())))?;
    let json = match &arguments.prompts {
        Some(path) => with_prompts(json, path)
            .map_err(|why| Stop::Bad(format!("--prompts {}: {why}", path.display())))?,
        None => json,
    };
    let experiment = model::parse_experiment(&json)?;
    let device = device::open(arguments.device).map_err(Stop::Bad)?;
    let catalog = Catalog::below(&arguments.models).map_err(Stop::Bad)?.and_any_folder().and_hub(hub);
    let budget = arguments.memory.map_or_else(|| memory::default_budget(&device), |size| size.as_u64());
    let models = catalog.open_all(&experiment, budget)?;
    let plan = models.plan(&experiment, &Limits::default(), &device)?;
    Ok(Planning { plan, models, device })
}

/// The experiment with the prompts of a file; what is no JSON object is left as it is, to be refused as that.
fn with_prompts(json: Vec<u8>, path: &Path) -> Result<Vec<u8>, String> {
    let format = Format::of_path(path).ok_or("name a file that ends in .csv, .jsonl or .parquet")?;
    let contents = std::fs::read(path).map_err(|e| format!("cannot read it: {e}"))?;
    let file = prompt_files::read(format, contents.into(), &Limits::default())?;
    if !file.problems.is_empty() {
        let line = |p: &RowProblem| format!("row {}: {} {}", p.row, p.field, p.message).replace(":  ", ": ");
        return Err(file.problems.iter().map(line).collect::<Vec<_>>().join("\n"));
    }
    let Ok(Value::Object(mut experiment)) = serde_json::from_slice(&json) else { return Ok(json) };
    let prompts = serde_json::to_value(&file.prompts).map_err(|e| e.to_string())?;
    experiment.insert("prompts".to_owned(), prompts);
    serde_json::to_vec(&experiment).map_err(|e| e.to_string())
}

/// The bytes of an experiment; `-` is standard input.
pub fn read_experiment(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut json = Vec::new();
        io::stdin().lock().read_to_end(&mut json)?;
        return Ok(json);
    }
    std::fs::read(path)
}

fn open_out(arguments: &RunArgs, experiment: &Experiment) -> Result<Option<Artifact>, Stop> {
    let Some(path) = &arguments.out else {
        return match experiment.analysis {
            Analysis::Activations(_) => Err(Stop::Bad(
                "analysis `activations` makes a file: say where with --out FILE.safetensors".to_owned(),
            )),
            _ => Ok(None),
        };
    };
    let artifact = Artifact::create(path)
        .map_err(|e| Stop::Bad(format!("--out {}: cannot write there: {e}", path.display())))?;
    Ok(Some(artifact))
}

/// Set by Ctrl-C or a termination signal, so that an unfinished file is removed; a second one ends the process at once.
fn watch_interrupt() -> Result<Arc<AtomicBool>, Stop> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, flag.clone())
            .and_then(|_| signal_hook::flag::register(signal, flag.clone()))
            .map_err(|e| failed("internal", format!("cannot watch for Ctrl-C: {e}")))?;
    }
    Ok(flag)
}

fn cannot_write(error: &io::Error) -> Stop {
    failed("internal", format!("the file of --out cannot be written: {error}; is the disk full?"))
}

/// Standard output, the copy of it, and the progress bar.
struct Output {
    seq: u64,
    copy: Option<Artifact>,
    bar: ProgressBar,
}

impl Output {
    fn say(&mut self, body: EventBody) -> Result<(), Stop> {
        if let EventBody::Progress(progress) = &body {
            self.show(progress);
        }
        let event = Event { seq: self.seq, body };
        self.seq += 1;
        let mut line = serde_json::to_vec(&event).map_err(|e| failed("internal", e.to_string()))?;
        line.push(b'\n');
        if let Some(copy) = &mut self.copy {
            copy.write_all(&line).map_err(|e| cannot_write(&e))?;
        }
        let mut stdout = io::stdout().lock();
        stdout.write_all(&line).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Stop::NobodyReads,
            _ => failed("internal", format!("standard output cannot be written: {error}")),
        })
    }

    fn show(&self, progress: &Progress) {
        self.bar.set_length(progress.total as u64);
        self.bar.set_position(progress.done as u64);
        self.bar.set_message(progress.unit.clone());
    }

    fn finish(&mut self) -> Result<(), Stop> {
        self.copy.take().map_or(Ok(()), |copy| copy.commit().map_err(|e| cannot_write(&e)))
    }
}

/// On standard error, and only where that is a terminal.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} {msg} ({elapsed})");
    let bar = ProgressBar::no_length();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Someone who has read enough and closed the pipe is no failure.
pub fn closed_pipe_is_fine(outcome: io::Result<()>) -> io::Result<()> {
    outcome.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}
