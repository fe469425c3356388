//! Products of any two matrices in memory, transposed or not.

#![allow(unsafe_code, reason = "gemm takes pointers; what keeps them valid stands at the call")]

use gemm::Parallelism;

/// A matrix in memory, its elements at `row · strides.0 + column · strides.1`.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    data: &'a [f32],
    rows: usize,
    columns: usize,
    strides: (usize, usize),
}

impl<'a> View<'a> {
    /// `[rows, columns]`, row by row at the beginning of `data`.
    pub(super) fn new(data: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { data: &data[..rows * columns], rows, columns, strides: (columns, 1) }
    }

    /// Its transpose.
    pub(super) fn t(self) -> Self {
        let (row, column) = self.strides;
        Self { rows: self.columns, columns: self.rows, strides: (column, row), ..self }
    }

    /// y = a b, or y += a b, for `y` `[a.rows, b.columns]` row by row.
    pub(super) fn times(self, b: View<'_>, y: &mut [f32], add: bool, threads: Parallelism) {
        let y = &mut y[..self.rows * b.columns];
        let inner = self.columns.min(b.rows);
        if y.is_empty() || inner == 0 {
            return;
        }
        // SAFETY: `y` has a place for each of a.rows · b.columns; `data` of a view has its rows · columns elements at
        // these strides, and of the inner axis no more are read than either has.
        unsafe {
            gemm::gemm(
                self.rows,
                b.columns,
                inner,
                y.as_mut_ptr(),
                1,
                b.columns as isize,
                add,
                self.data.as_ptr(),
                self.strides.1 as isize,
                self.strides.0 as isize,
                b.data.as_ptr(),
                b.strides.1 as isize,
                b.strides.0 as isize,
                1.0,
                1.0,
                false,
                false,
                false,
                threads,
            );
        }
    }
}

/// Multiplies `[rows, inner]` with `[inner, columns]`, for the time that it takes.
#[cfg(feature = "train")]
pub(crate) fn product_for_time(rows: usize, inner: usize, columns: usize) {
    let (a, b, mut y) = (vec![1.0; rows * inner], vec![1.0; inner * columns], vec![0.0; rows * columns]);
    View::new(&a, rows, inner).times(View::new(&b, inner, columns), &mut y, false, Parallelism::None);
    std::hint::black_box(y);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposes_and_sums_are_as_written() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 0.0, 2.0, 1.0, 0.0, 1.0]);
        let (a, b) = (View::new(&a, 2, 3), View::new(&b, 3, 2));
        let mut y = [0.0; 4];
        let close = |y: &[f32], to: [f32; 4]| y.iter().zip(to).all(|(a, b)| (a - b).abs() < 1e-5);
        a.times(b, &mut y, false, Parallelism::None);
        assert!(close(&y, [5.0, 5.0, 14.0, 11.0]));
        a.times(b, &mut y, true, Parallelism::None);
        assert!(close(&y, [10.0, 10.0, 28.0, 22.0]));
        // (a b)ᵀ = bᵀ aᵀ
        b.t().times(a.t(), &mut y, false, Parallelism::None);
        assert!(close(&y, [5.0, 14.0, 5.0, 11.0]));
    }
}
