//! Memory for results: places that hold nothing until the tasks that share them write there.
//!
//! A `vec![0.0; len]` would be cleared by one thread while all others wait, and once more travel through the caches when it
//! is written.

#![allow(unsafe_code, reason = "that all places are written stands at each use")]

use super::simd;
use rayon::prelude::*;
use std::mem::MaybeUninit;

/// A vector of `len` numbers.
///
/// # Safety
/// `write` must write each of the places it gets.
pub(super) unsafe fn fill(len: usize, write: impl FnOnce(&mut [MaybeUninit<f32>])) -> Vec<f32> {
    let mut values: Vec<f32> = Vec::with_capacity(len);
    write(&mut values.spare_capacity_mut()[..len]);
    // SAFETY: there is room for `len`, and the caller promises that all of them are written.
    unsafe { values.set_len(len) };
    values
}

/// Zeros, for a task that is about to write there, or to add.
fn zeroed(places: &mut [MaybeUninit<f32>]) -> &mut [f32] {
    places.fill(MaybeUninit::new(0.0));
    // SAFETY: each was just written.
    unsafe { places.assume_init_mut() }
}

/// A vector of `len` numbers, made in pieces of `size` (the last may be shorter) on all threads: each task gets its piece,
/// zeros, with its number.
pub(super) fn in_pieces(len: usize, size: usize, task: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    // SAFETY: the pieces are all places, and each is zeroed.
    unsafe { fill(len, |places| in_tasks(places, size, |i, piece| task(i, zeroed(piece)))) }
}

/// A vector made in parts of these lengths, a task each on all threads: it gets its part, zeros, with its number, and what its
/// thread works with, `scratch`.
pub(super) fn in_parts<S>(
    lengths: &[usize],
    scratch: impl Fn() -> S + Sync + Send,
    task: impl Fn(&mut S, usize, &mut [f32]) + Sync + Send,
) -> Vec<f32> {
    let write = |mut places: &mut [MaybeUninit<f32>]| {
        let parts = lengths.iter().map(|length| {
            let (part, after) = std::mem::take(&mut places).split_at_mut(*length);
            places = after;
            part
        });
        let parts: Vec<_> = parts.collect();
        parts.into_par_iter().enumerate().for_each_init(scratch, |scratch, (i, part)| {
            task(scratch, i, zeroed(part));
        });
    };
    // SAFETY: the parts are all places, and each is zeroed.
    unsafe { fill(lengths.iter().sum(), write) }
}

/// Gives the pieces of `y`, each of `size` elements but the last, to all threads, each with its number. One piece stays on
/// this thread, which need not be one of the pool's: to wake one and wait for it takes longer than a few rows.
pub(super) fn in_tasks<T: Send>(y: &mut [T], size: usize, task: impl Fn(usize, &mut [T]) + Sync) {
    // called in one place, so that it is compiled there, for these vectors
    let one = |(i, y): (usize, &mut [T])| simd(|| task(i, y));
    if y.len() <= size {
        one((0, y));
    } else {
        y.par_chunks_mut(size).enumerate().for_each(one);
    }
}
