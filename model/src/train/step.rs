//! The loss of some documents and its gradients, through the forward pass that everything else uses.

use super::batch::Shard;
use super::lesson::Lesson;
use super::parameters::Parameters;
use crate::hooks::NoHooks;
use crate::kernels;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor, bail};
use rayon::ThreadPool;
use std::thread;

/// What came of one shard.
pub(crate) struct Gradients {
    /// Its part of the loss.
    pub(crate) loss: f64,
    /// One a parameter.
    pub(crate) of: Vec<Tensor>,
}

/// Gradients of every shard, in order. Each pool of one thread takes one shard after another: candle's own operations
/// use one thread each, and so all of them are at work.
pub(crate) fn all_gradients(
    model: &Transformer,
    parameters: &Parameters,
    shards: &[Shard],
    pools: &[ThreadPool],
) -> Result<Vec<Gradients>> {
    let total: f64 = shards.iter().flat_map(|shard| &shard.weights).map(|weight| f64::from(*weight)).sum();
    let work = |pool: &ThreadPool, first: usize| {
        let own = shards.iter().skip(first).step_by(pools.len());
        pool.install(|| own.map(|shard| gradients(model, parameters, shard, total)).collect::<Vec<_>>())
    };
    let by_pool = thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> =
            pools.iter().enumerate().map(|(i, pool)| scope.spawn(move || work(pool, i))).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).collect::<Vec<_>>()
    });
    let mut found: Vec<Option<Gradients>> = (0..shards.len()).map(|_| None).collect();
    for (pool, made) in by_pool.into_iter().enumerate() {
        let Ok(made) = made else { bail!("a thread of the training step ended early") };
        for (i, gradients) in made.into_iter().enumerate() {
            found[pool + i * pools.len()] = Some(gradients?);
        }
    }
    Ok(found.into_iter().flatten().collect())
}

/// Of Σ weight · −log p(target) / `total`.
pub(crate) fn gradients(
    model: &Transformer,
    parameters: &Parameters,
    shard: &Shard,
    total: f64,
) -> Result<Gradients> {
    let loss = loss(model, shard, total)?;
    let mut found = loss.backward()?;
    let of = |parameter: &super::parameters::Parameter| {
        found.remove(&parameter.var).map_or_else(|| parameter.var.zeros_like(), Ok)
    };
    let of = parameters.all.iter().map(of).collect::<Result<_>>()?;
    Ok(Gradients { loss: f64::from(loss.to_scalar::<f32>()?), of })
}

/// A shard's part of the loss, a tensor of one element.
pub(crate) fn loss(model: &Transformer, shard: &Shard, total: f64) -> Result<Tensor> {
    let mut lesson = Lesson::new(model.config().n_layers, shard);
    let mut pass = model.start(&shard.batch, &mut NoHooks)?;
    while pass.layers_done() < model.config().n_layers {
        model.advance(&mut pass, &mut lesson)?;
    }
    let logits = model.finish(&pass, &shard.read, &mut NoHooks)?;
    match kernels::cross_entropy(&logits, &shard.targets, &shard.weights)? {
        Some(sum) => lesson.with(sum)? / total,
        None => bail!("training is in f32 on the CPU"),
    }
}
