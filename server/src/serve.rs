//! `hooklens serve`.

use crate::catalog::Catalog;
use crate::cli::ServeArgs;
use crate::gallery::WithGallery;
use crate::hub::{self, Hub};
use crate::queue::Embedded;
use crate::routes::{self, App};
use crate::runs::{Parts, Runs};
use crate::store::{ResultStore, SqliteStore};
use crate::{device, memory, telemetry};
use anyhow::{Context, anyhow};
use directories::ProjectDirs;
use model::{Device, Limits};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Handle;

/// How long running requests and runs get to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a server is made from. The defaults are those of `hooklens serve` but for the folders.
pub struct Settings {
    /// The data folder.
    pub data: PathBuf,
    /// The `--models` folders.
    pub models: Vec<PathBuf>,
    /// How models of the hub are reached, where they may be named.
    pub hub: Option<hub::Settings>,
    /// Where models run.
    pub device: Device,
    /// What an experiment may ask for.
    pub limits: Limits,
    /// Runs that may wait.
    pub queue_bound: usize,
    /// Bytes of loaded models.
    pub model_budget: u64,
}

impl Settings {
    /// Default bounds, the CPU, no model folders.
    pub fn new(data: PathBuf) -> Self {
        Self {
            data,
            models: Vec::new(),
            hub: None,
            device: Device::Cpu,
            limits: Limits::default(),
            queue_bound: 64,
            model_budget: memory::default_budget(&Device::Cpu),
        }
    }
}

/// Runs the command and says how it went.
pub fn main(arguments: &ServeArgs) -> ExitCode {
    match serve_until_signal(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hooklens: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve_until_signal(arguments: &ServeArgs) -> anyhow::Result<()> {
    let mut settings = Settings::new(data_folder(arguments)?);
    settings.models.clone_from(&arguments.models);
    settings.device = device::open(arguments.device).map_err(|message| anyhow!(message))?;
    settings.model_budget = match arguments.memory {
        Some(size) => size.as_u64(),
        None => memory::default_budget(&settings.device),
    };
    if arguments.allow_hub {
        let mut hub = hub::Settings::from_env().map_err(|message| anyhow!("--allow-hub: {message}"))?;
        hub.offline |= arguments.offline;
        tracing::info!(?hub, "models of the hub may be named");
        settings.hub = Some(hub);
    }
    let address = (arguments.host.as_str(), arguments.port);
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {}:{}; choose another with --host and --port", address.0, address.1)
    })?;
    tracing::info!(data = %settings.data.display(), device = device_name(&settings.device), "starting");
    let server = Server::start(settings, listener).await?;
    // whoever reads the address may send the signal at once
    let signal = shutdown_signal()?;
    announce(server.address())?;
    signal.await?;
    tracing::info!("shutting down");
    server.stop().await
}

/// A server that runs in the background of a tokio runtime.
pub struct Server {
    app: Arc<App>,
    address: SocketAddr,
    stop: tokio::sync::oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<io::Result<()>>,
    upkeep: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Opens the store, starts the engine, and serves on `listener`.
    pub async fn start(settings: Settings, listener: TcpListener) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let metrics = telemetry::metrics();
        let upkeep = tokio::spawn(telemetry::keep_up(metrics.clone()));
        let catalog = catalog(&settings).map_err(|message| anyhow!(message))?;
        let store = WithGallery::new(SqliteStore::open(&settings.data).await?);
        let store: Arc<dyn ResultStore> = Arc::new(store);
        let runs = Runs::start(Parts {
            queue: Arc::new(Embedded::new(settings.queue_bound)),
            store: store.clone(),
            device: device_name(&settings.device).to_owned(),
            model_budget: settings.model_budget,
        })?;
        let model_budget = settings.model_budget;
        let (limits, device) = (settings.limits, settings.device);
        let app = Arc::new(App { catalog, limits, device, model_budget, runs, store, metrics });
        let router = routes::app(app.clone(), address.ip().is_loopback());
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            // a dropped server stops too
            let _ = stopped.await;
        });
        Ok(Self { app, address, stop, serving: tokio::spawn(serving.into_future()), upkeep })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the runs, which ends their streams, then the answers under way, then itself.
    pub async fn stop(self) -> anyhow::Result<()> {
        // whether or not it still listens
        let _ = self.stop.send(());
        self.app.runs.shut_down(PATIENCE).await;
        let outcome = tokio::time::timeout(PATIENCE, self.serving).await;
        self.upkeep.abort();
        match outcome {
            Ok(served) => Ok(served??),
            Err(_elapsed) => {
                tracing::warn!("gave up waiting for clients to finish reading");
                Ok(())
            }
        }
    }
}

fn catalog(settings: &Settings) -> Result<Catalog, String> {
    let catalog = Catalog::below(&settings.models)?;
    Ok(match &settings.hub {
        Some(hub) => catalog.and_hub(Ok(Arc::new(Hub::new(hub.clone(), Handle::current())?))),
        None => catalog,
    })
}

fn data_folder(arguments: &ServeArgs) -> anyhow::Result<PathBuf> {
    if let Some(folder) = &arguments.data {
        return Ok(folder.clone());
    }
    let folders =
        ProjectDirs::from("", "", "hooklens").context("there is no home folder; choose one with --data")?;
    Ok(folders.data_dir().to_owned())
}

fn device_name(device: &Device) -> &'static str {
    if device.is_cuda() { "cuda" } else { "cpu" }
}

/// Standard output has this one line, for people and for scripts that wait for it.
fn announce(address: SocketAddr) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "listening on http://{address}").and_then(|()| out.flush()) {
        // whoever started it need not read it
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// From now on SIGINT and SIGTERM no longer end the process but what is returned.
#[cfg(unix)]
fn shutdown_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => Ok(()),
            _ = terminate.recv() => Ok(()),
        }
    })
}

#[cfg(not(unix))]
fn shutdown_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}
