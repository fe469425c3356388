//! Every kernel of the CPU beside candle's own operations that it stands in for, at pythia-410m's widths.
//!
//! `cargo bench -p bench` runs all; `cargo bench -p bench -- attention` some.

use criterion::{Criterion, criterion_group, criterion_main};
use model::kernel_bench::{Case, Shape, cases};
use std::hint::black_box;

/// Rows: one token, one prompt, and 50 prompts of 23 tokens.
const ROWS: [usize; 3] = [1, 23, 1_150];

fn kernels(criterion: &mut Criterion) {
    for rows in ROWS {
        let shape = Shape { rows, d_model: 1_024, heads: 16, d_mlp: 4_096, prompt: 23 };
        let cases = match cases(shape) {
            Ok(cases) => cases,
            Err(error) => panic!("no inputs: {error}"),
        };
        for Case { name, kernel, plain } in cases {
            let mut group = criterion.benchmark_group(format!("{name}, {rows} rows"));
            group.sample_size(20);
            group.bench_function("kernel", |bencher| bencher.iter(|| black_box(kernel())));
            group.bench_function("candle", |bencher| bencher.iter(|| black_box(plain())));
            group.finish();
        }
    }
}

criterion_group!(benches, kernels);
criterion_main!(benches);
