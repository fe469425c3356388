//! A weight matrix in panels of columns, the layout in which products with few rows and with many are both quick.
//!
//! W `[inputs, outputs]` is cut into panels of [`WIDTH`] columns (the last may be narrower), each row by row and one after
//! the other. A product reads a panel from its beginning to its end, whichever number of rows it is multiplied with, so
//! nothing has to be packed again at each call, and threads share a matrix by panels.

use super::simd;
use rayon::prelude::*;
use std::ops::Range;

/// Columns of a panel: four of the widest vectors.
pub(crate) const WIDTH: usize = 64;

/// Rows of a panel that are written while they are in the nearest cache.
const STRIP: usize = 16;

/// W `[inputs, outputs]` in panels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Panels {
    inputs: usize,
    outputs: usize,
    values: Vec<f32>,
}

/// Some consecutive columns of a matrix, row by row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel<'a> {
    /// Its first column's place in the matrix.
    pub(crate) first: usize,
    /// Its number of columns.
    pub(crate) width: usize,
    /// `[inputs, width]`.
    pub(crate) values: &'a [f32],
}

impl Panels {
    /// Of a matrix known by its columns: `read` writes those of a range of outputs, `[columns, inputs]`.
    pub(crate) fn of_columns<E: Send>(
        inputs: usize,
        outputs: usize,
        read: impl Fn(Range<usize>, &mut [f32]) -> Result<(), E> + Sync,
    ) -> Result<Self, E> {
        let mut panels = Self { inputs, outputs, values: vec![0.0; inputs * outputs] };
        panels.values.par_chunks_mut(inputs * WIDTH).enumerate().try_for_each_init(
            Vec::new,
            |columns, (i, panel)| {
                let width = panel.len() / inputs;
                columns.resize(panel.len(), 0.0);
                read(i * WIDTH..i * WIDTH + width, columns)?;
                simd(|| transpose(columns, panel, inputs));
                Ok(())
            },
        )?;
        Ok(panels)
    }

    /// Of a matrix `[inputs, outputs]`, row by row.
    pub(crate) fn of_rows(inputs: usize, outputs: usize, rows: &[f32]) -> Self {
        let mut panels = Self { inputs, outputs, values: vec![0.0; inputs * outputs] };
        panels.update(|first, width, panel| {
            for (panel, row) in panel.chunks_exact_mut(width).zip(rows.chunks_exact(outputs)) {
                panel.copy_from_slice(&row[first..first + width]);
            }
        });
        panels
    }

    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// How many panels there are.
    pub(crate) fn len(&self) -> usize {
        self.outputs.div_ceil(WIDTH)
    }

    /// One of them.
    pub(crate) fn get(&self, i: usize) -> Panel<'_> {
        let values = &self.values[i * self.inputs * WIDTH..];
        self.panel(i, &values[..values.len().min(self.inputs * WIDTH)])
    }

    /// The panels, in order.
    pub(crate) fn all(&self) -> impl IndexedParallelIterator<Item = Panel<'_>> {
        let panels = self.values.par_chunks(self.inputs * WIDTH).enumerate();
        panels.map(|(i, values)| self.panel(i, values))
    }

    /// The panels one after another.
    pub(crate) fn one_by_one(&self) -> impl Iterator<Item = Panel<'_>> {
        self.values.chunks(self.inputs * WIDTH).enumerate().map(|(i, values)| self.panel(i, values))
    }

    fn panel<'a>(&self, i: usize, values: &'a [f32]) -> Panel<'a> {
        Panel { first: i * WIDTH, width: values.len() / self.inputs, values }
    }

    /// Changes the panels in place: `change` gets a panel's first column, its width and its values `[inputs, width]`.
    pub(crate) fn update(&mut self, change: impl Fn(usize, usize, &mut [f32]) + Sync) {
        let inputs = self.inputs;
        self.values.par_chunks_mut(inputs * WIDTH).enumerate().for_each(|(i, panel)| {
            let width = panel.len() / inputs;
            simd(|| change(i * WIDTH, width, panel));
        });
    }

    /// Rounds every number to bf16.
    pub(crate) fn round(&mut self) {
        self.update(|_, _, panel| panel.iter_mut().for_each(|w| *w = half::bf16::from_f32(*w).to_f32()));
    }

    /// Some of its rows, `[rows, outputs]`.
    pub(crate) fn rows(&self, rows: &[u32]) -> Vec<f32> {
        let mut picked = vec![0.0; rows.len() * self.outputs];
        picked.par_chunks_mut(self.outputs).zip(rows).for_each(|(picked, &row)| {
            for (panel, picked) in self.one_by_one().zip(picked.chunks_mut(WIDTH)) {
                picked.copy_from_slice(&panel.values[row as usize * panel.width..][..panel.width]);
            }
        });
        picked
    }

    /// The panel that has a column, as a matrix by itself, and where in it the column is: a product with it gives what one
    /// with the whole matrix does, to the last bit.
    pub(crate) fn around(&self, column: u32) -> (Self, usize) {
        let panel = self.get(column as usize / WIDTH);
        let alone = Self { inputs: self.inputs, outputs: panel.width, values: panel.values.to_vec() };
        (alone, column as usize % WIDTH)
    }

    /// Some of its columns, `[columns, inputs]`.
    pub(crate) fn columns(&self, columns: &[u32]) -> Vec<f32> {
        let mut picked = Vec::with_capacity(columns.len() * self.inputs);
        for &column in columns {
            let (panel, at) = (column as usize / WIDTH * WIDTH, column as usize % WIDTH);
            let width = WIDTH.min(self.outputs - panel);
            let values = &self.values[panel * self.inputs..][..width * self.inputs];
            picked.extend(values.iter().skip(at).step_by(width));
        }
        picked
    }

    /// The mean of its columns, `[inputs]`, summed in f64.
    pub(crate) fn mean_column(&self) -> Vec<f32> {
        let sums = |panel: Panel<'_>| {
            let rows = panel.values.chunks_exact(panel.width);
            rows.map(|row| row.iter().map(|w| f64::from(*w)).sum()).collect::<Vec<f64>>()
        };
        let add = |mut a: Vec<f64>, b: Vec<f64>| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        let total = self.all().map(sums).reduce(|| vec![0.0; self.inputs], add);
        total.into_iter().map(|sum| (sum / self.outputs as f64) as f32).collect()
    }
}

/// `[width, inputs]` → `[inputs, width]`.
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn transpose(columns: &[f32], panel: &mut [f32], inputs: usize) {
    let width = panel.len() / inputs;
    for (strip, panel) in panel.chunks_mut(STRIP * width).enumerate() {
        for (at, column) in columns.chunks_exact(inputs).enumerate() {
            let rows = panel.chunks_exact_mut(width);
            for (row, value) in rows.zip(&column[strip * STRIP..]) {
                row[at] = *value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::convert::Infallible;

    proptest! {
        #[test]
        fn a_matrix_is_the_same_by_rows_and_by_columns(inputs in 1_usize..40, outputs in 1_usize..200) {
            let at = |row: usize, column: usize| (row * 1000 + column) as f32;
            let matrix: Vec<f32> = (0..inputs).flat_map(|r| (0..outputs).map(move |c| at(r, c))).collect();
            let by_rows = Panels::of_rows(inputs, outputs, &matrix);
            let by_columns = Panels::of_columns(inputs, outputs, |range, columns| {
                let all = range.flat_map(|c| (0..inputs).map(move |r| at(r, c)));
                columns.iter_mut().zip(all).for_each(|(to, from)| *to = from);
                Ok::<(), Infallible>(())
            });
            prop_assert_eq!(&by_rows, &by_columns.unwrap());

            let every_row: Vec<u32> = (0..inputs as u32).collect();
            prop_assert_eq!(by_rows.rows(&every_row), matrix);
            let (first, last) = (0, outputs as u32 - 1);
            let columns: Vec<f32> =
                [last, first].iter().flat_map(|&c| (0..inputs).map(move |r| at(r, c as usize))).collect();
            prop_assert_eq!(by_rows.columns(&[last, first]), columns);
            let middle = (outputs - 1) as f32 / 2.0;
            for (row, mean) in by_rows.mean_column().into_iter().enumerate() {
                prop_assert!((mean - (row as f32 * 1000.0 + middle)).abs() < 1e-2);
            }
        }
    }
}
