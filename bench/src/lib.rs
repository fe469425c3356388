//! Benchmarks of the CPU kernels: `cargo bench -p bench`. A package of its own, so that nothing else builds criterion.
