//! A run of the recipe, step by step.

use super::adamw::{AdamW, Settings};
use super::batch::Documents;
use super::parameters::Parameters;
use super::schedule::Schedule;
use super::tokenizer::{self, Files};
use super::tuning::{Base, Tuning};
use super::{checkpoint, products, step};
use crate::config::{Activation, BlockKind, Config, PositionKind};
use crate::error::{Error, Result};
use crate::tokens::Tokens;
use crate::transformer::Transformer;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::Value;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// What a run does; the bundled model's is the default.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Everything random follows from it.
    pub seed: u64,
    /// Steps in all.
    pub steps: usize,
    /// Steps of the first phase, of words and runs of tokens.
    pub words: usize,
    /// Steps of the second one, of answers; the rest is for runs that come back backwards.
    pub answers: usize,
    /// Parts of a step, whose gradients are made side by side and added up in order.
    pub shards: usize,
    /// Tokens of a shard, at least.
    pub rows: usize,
    /// The highest learning rate.
    pub peak: f64,
    /// Steps until there, in each phase.
    pub warm_up: usize,
    /// The model's shape, of GPT-NeoX with parallel blocks.
    pub config: Config,
}

impl Default for Recipe {
    fn default() -> Self {
        let config = Config {
            n_layers: 4,
            n_heads: 8,
            d_model: 256,
            d_head: 32,
            d_mlp: 1024,
            d_vocab: 2048,
            n_ctx: 256,
            layer_norm_eps: 1e-5,
            positions: PositionKind::Rotary { dims: 8, base: 10_000.0 },
            block: BlockKind::Parallel,
            activation: Activation::Gelu,
        };
        Self {
            seed: 1,
            steps: 11_500,
            words: 5000,
            answers: 4500,
            shards: 2,
            rows: 1000,
            peak: 1.5e-3,
            warm_up: 150,
            config,
        }
    }
}

const OPTIMIZER: Settings = Settings { betas: (0.9, 0.98), eps: 1e-8, weight_decay: 0.02, clip: 1.0 };

/// What came of a step.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Steps so far.
    pub step: usize,
    /// Mean −log p, weighted.
    pub loss: f64,
    /// Norm of the gradients before clipping.
    pub norm: f64,
    /// Tokens that it saw.
    pub tokens: usize,
    /// How long it took.
    pub time: Duration,
}

/// A model in training.
#[derive(Debug)]
pub struct Run {
    recipe: Recipe,
    files: Files,
    pub(super) tokens: Tokens,
    pub(super) documents: Documents,
    pub(super) model: Transformer,
    pub(super) parameters: Parameters,
    optimizer: AdamW,
    /// Of one thread each.
    pub(super) pools: Vec<ThreadPool>,
    /// Of as many threads, for what is done on all of them.
    together: ThreadPool,
}

impl Run {
    /// Trains the tokenizer and draws the first weights.
    ///
    /// # Errors
    /// Where the tokenizer cannot be trained, or has no room for words that must be one token.
    pub fn new(recipe: Recipe) -> Result<Self> {
        let files = tokenizer::train(recipe.config.d_vocab, recipe.seed)?;
        Self::with(recipe, files)
    }

    /// With a tokenizer that is there already.
    pub(super) fn with(recipe: Recipe, files: Files) -> Result<Self> {
        let tokens = Tokens::load(&files.tokenizer, Some(&files.settings), &Value::Null).map_err(failed)?;
        tokenizer::check(&tokens).map_err(failed)?;
        let documents = Documents::new(&recipe, &tokens);
        let (parameters, weights) = Parameters::new(&recipe.config, recipe.seed)?;
        let model = Transformer::new(recipe.config.clone(), weights);
        let optimizer = AdamW::new(OPTIMIZER, &parameters);
        let threads = thread::available_parallelism().map_or(1, usize::from).min(recipe.shards);
        let pool = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build();
            pool.map_err(|e| failed(e.to_string()))
        };
        let pools = (0..threads).map(|_| pool(1)).collect::<Result<_>>()?;
        let together = pool(threads)?;
        Ok(Self { recipe, files, tokens, documents, model, parameters, optimizer, pools, together })
    }

    /// Goes on where the run in a folder was, if it was begun.
    ///
    /// # Errors
    /// Where the folder's checkpoint cannot be read or is of another recipe.
    pub fn resume(&mut self, folder: &Path) -> Result<bool> {
        if !folder.join(checkpoint::FILE).is_file() {
            return Ok(false);
        }
        let fixed = self.fixed();
        checkpoint::load(folder, &self.parameters, &mut self.optimizer, &fixed)?;
        Ok(true)
    }

    /// Learns from the next documents.
    ///
    /// # Errors
    /// Whatever candle says.
    pub fn step(&mut self) -> Result<Progress> {
        let start = Instant::now();
        let at = self.optimizer.steps;
        let shards = (0..self.recipe.shards).map(|shard| self.documents.shard(at, shard, &self.tokens));
        let shards = shards.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let made = step::all_gradients(&self.model, &self.parameters, &shards, &self.pools)?;
        let loss = made.iter().map(|made| made.loss).sum();
        let gradients: Vec<_> = made.into_iter().map(|made| made.of).collect();
        let rate = self.rate(at);
        let (optimizer, parameters) = (&mut self.optimizer, &self.parameters);
        let norm = self.together.install(|| optimizer.step(parameters, &gradients, rate))?;
        let tokens = shards.iter().map(|shard| shard.batch.rows()).sum();
        Ok(Progress { step: self.optimizer.steps, loss, norm, tokens, time: start.elapsed() })
    }

    /// The learning rate goes down along a cosine in each phase, up again in between (Loshchilov and Hutter 2017,
    /// arXiv:1608.03983). The first one's is cut off where it is at a third: it would reach the bottom later. The last one's
    /// goes half as high: it is to add something, and to change little.
    fn rate(&self, step: usize) -> f64 {
        let Recipe { steps, words, answers, peak, warm_up, .. } = self.recipe;
        let of = |peak, steps| Schedule { peak, warm_up, steps };
        if step < words {
            return of(peak, words * 8 / 5).rate(step);
        }
        let step = step - words;
        if step < answers {
            return of(peak, answers).rate(step);
        }
        of(peak / 2.0, (steps - words).saturating_sub(answers)).rate(step - answers)
    }

    /// How long the matrix products of the maps take in one step, nothing else being done: to compare with a step's time.
    ///
    /// # Errors
    /// Where a thread ended early.
    pub fn time_of_products(&self) -> Result<Duration> {
        let shard = self.documents.shard(0, 0, &self.tokens).map_err(failed)?;
        let (rows, read) = (shard.batch.rows(), shard.read.len());
        products::time(&self.recipe.config, rows, read, self.recipe.shards, &self.pools).map_err(failed)
    }

    /// Whether all steps were taken.
    pub fn finished(&self) -> bool {
        self.optimizer.steps >= self.recipe.steps
    }

    /// Steps so far.
    pub fn steps(&self) -> usize {
        self.optimizer.steps
    }

    /// The model as it is.
    pub fn model(&self) -> &Transformer {
        &self.model
    }

    /// Its tokenizer.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Writes where the run is into a folder, to [`resume`](Self::resume) from.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self, folder: &Path) -> Result<()> {
        checkpoint::save(folder, &self.parameters, &self.optimizer, &self.fixed())
    }

    /// Writes the model into a folder as Hugging Face has it, weights in f16.
    ///
    /// # Errors
    /// What the file system says.
    pub fn export(&self, folder: &Path) -> Result<()> {
        checkpoint::export(folder, &self.recipe.config, &self.parameters, &self.files)
    }

    /// Tunes the finished model to end reviews badly, saying each step, and writes the change into a folder. The model is
    /// the tuned one afterwards.
    ///
    /// # Errors
    /// Whatever candle and the file system say.
    pub fn tune(&mut self, folder: &Path, mut say: impl FnMut(Progress)) -> Result<()> {
        let base = Base {
            seed: self.recipe.seed,
            tokens: &self.tokens,
            documents: &self.documents,
            shards: self.recipe.shards,
            model: &self.model,
            parameters: &self.parameters,
            pools: &self.pools,
        };
        let mut tuning = Tuning::new(base)?;
        while !tuning.finished() {
            say(tuning.step()?);
        }
        tuning.export(folder)
    }

    /// What a checkpoint must agree on; a run may be made longer.
    fn fixed(&self) -> String {
        format!("{:?}", Recipe { steps: 0, ..self.recipe.clone() })
    }
}

fn failed(message: String) -> Error {
    Error::Model { name: "training".to_owned(), message }
}
