//! The matrix products of a training step and nothing else: how long they take alone, a step cannot be quicker.

use crate::config::Config;
use crate::kernels::product_for_time;
use rayon::ThreadPool;
use std::thread;
use std::time::{Duration, Instant};

/// Time of the three products of every map (y = x W, ∂x = g Wᵀ, ∂W = xᵀ g) of `shards` shards of `rows` rows, of which `read`
/// are unembedded, shared among pools as a step is.
pub(super) fn time(
    config: &Config,
    rows: usize,
    read: usize,
    shards: usize,
    pools: &[ThreadPool],
) -> Result<Duration, String> {
    let (d, attn, mlp) = (config.d_model, config.d_attn(), config.d_mlp);
    let block = [(d, 3 * attn), (attn, d), (d, mlp), (mlp, d)];
    let blocks = block.iter().cycle().take(4 * config.n_layers).map(|(i, o)| (rows, *i, *o));
    let maps: Vec<_> = blocks.chain([(read, d, config.d_vocab)]).collect();
    let shard = || {
        for &(rows, inputs, outputs) in &maps {
            product_for_time(rows, inputs, outputs);
            product_for_time(rows, outputs, inputs);
            product_for_time(inputs, rows, outputs);
        }
    };
    let start = Instant::now();
    let ended = thread::scope(|scope| {
        let work = |i: usize| (i..shards).step_by(pools.len()).for_each(|_| shard());
        let threads: Vec<_> =
            pools.iter().enumerate().map(|(i, pool)| scope.spawn(move || pool.install(|| work(i)))).collect();
        threads.into_iter().map(thread::ScopedJoinHandle::join).all(|ended| ended.is_ok())
    });
    if ended { Ok(start.elapsed()) } else { Err("a thread ended early".to_owned()) }
}
