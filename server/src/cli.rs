//! What can be said on the command line.

use bytesize::ByteSize;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Where language models put their preferences: a web page for mechanistic interpretability.
#[derive(Debug, Parser)]
#[command(name = "hooklens", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the page and its HTTP interface
    Serve(ServeArgs),
    /// Run one experiment without a server
    ///
    /// Writes the page's event stream to standard output, one JSON object a line: `started`, `progress` and `figure`s,
    /// then `done` or `error`. Messages and a progress bar go to standard error.
    ///
    /// Exit status: 0 when it is done; 2 for a bad experiment or model, found before anything is computed; 1 for a
    /// failure after that.
    Run(RunArgs),
    /// List the models that can be loaded, one a line
    Models(ModelsArgs),
    /// Write the Python that computes a figure with TransformerLens
    ///
    /// Without --figure or --json it lists the experiment's figures. Nothing is computed.
    Snippet(SnippetArgs),
    /// Write the bundled model as a folder in the Hugging Face format
    ExportModel(ExportModelArgs),
}

/// Options of `hooklens serve`.
#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Address to listen on; anything but a loopback address lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    pub host: String,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 7878)]
    pub port: u16,
    /// Where the models run
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
    /// Offer the Hugging Face model folders below DIR; may be given several times
    #[arg(long = "models", value_name = "DIR")]
    pub models: Vec<PathBuf>,
    /// Keep results in DIR instead of the user's data folder
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Memory that loaded models may take together, such as 8GiB; by default 60 % of the machine's
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<ByteSize>,
    /// Let experiments name models on the Hugging Face hub, which are downloaded into its cache
    #[arg(long)]
    pub allow_hub: bool,
    /// Take models of the hub from the cache alone, as HF_HUB_OFFLINE=1 does
    #[arg(long)]
    pub offline: bool,
}

/// Options of `hooklens run`.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The experiment as JSON; `-` reads it from standard input
    #[arg(value_name = "EXPERIMENT.json")]
    pub experiment: PathBuf,
    /// Take the prompts of FILE (.csv, .jsonl or .parquet) instead of the experiment's
    #[arg(long, value_name = "FILE")]
    pub prompts: Option<PathBuf>,
    /// Where the model runs
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
    /// Also look for the model below DIR; may be given several times
    #[arg(long = "models", value_name = "DIR")]
    pub models: Vec<PathBuf>,
    /// Take models of the hub from the cache alone, as HF_HUB_OFFLINE=1 does
    #[arg(long)]
    pub offline: bool,
    /// Memory that the model may take, such as 8GiB; by default 60 % of the machine's
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<ByteSize>,
    /// For `activations` (which needs it): the safetensors file. For other kinds: a copy of the event stream.
    /// FILE appears when the run is done, whole, or not at all
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Options of `hooklens models`.
#[derive(Args, Debug)]
pub struct ModelsArgs {
    /// Also list the models below DIR; may be given several times
    #[arg(long = "models", value_name = "DIR")]
    pub models: Vec<PathBuf>,
    /// Write one JSON array, as `GET /api/models` does
    #[arg(long)]
    pub json: bool,
}

/// Options of `hooklens snippet`.
#[derive(Args, Debug)]
pub struct SnippetArgs {
    /// The experiment as JSON; `-` reads it from standard input
    #[arg(value_name = "EXPERIMENT.json")]
    pub experiment: PathBuf,
    /// The figure, such as `logit_lens`
    #[arg(long, value_name = "NAME")]
    pub figure: Option<String>,
    /// The prompt that the figure belongs to, from 0, where there are several of its name
    #[arg(long, value_name = "NUMBER", requires = "figure")]
    pub prompt: Option<usize>,
    /// Write every figure's name, prompt, kind and code as one JSON array
    #[arg(long, conflicts_with = "figure")]
    pub json: bool,
    /// Also look for the model below DIR; may be given several times
    #[arg(long = "models", value_name = "DIR")]
    pub models: Vec<PathBuf>,
    /// Take models of the hub from the cache alone
    #[arg(long)]
    pub offline: bool,
}

/// Options of `hooklens export-model`.
#[derive(Args, Debug)]
pub struct ExportModelArgs {
    /// The bundled model's name: `demo`
    #[arg(value_name = "MODEL")]
    pub model: String,
    /// Where to write it; made where it is missing
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// Where a model runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DeviceChoice {
    /// The GPU where this build and this machine have one, otherwise the CPU
    #[default]
    Auto,
    /// The CPU
    Cpu,
    /// An NVIDIA GPU; an error where there is none
    Cuda,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn serve_needs_no_arguments() {
        let Command::Serve(serve) = Cli::try_parse_from(["hooklens", "serve"]).unwrap().command else {
            panic!("not serve")
        };
        assert_eq!((serve.host.as_str(), serve.port, serve.device), ("127.0.0.1", 7878, DeviceChoice::Auto));
    }

    #[test]
    fn models_may_be_given_several_times() {
        let arguments = ["hooklens", "run", "-", "--models", "a", "--models", "b"];
        let Command::Run(run) = Cli::try_parse_from(arguments).unwrap().command else { panic!("not run") };
        assert_eq!(run.models, [PathBuf::from("a"), PathBuf::from("b")]);
    }
}
