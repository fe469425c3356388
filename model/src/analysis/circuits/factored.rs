//! A matrix of low rank as a product A B that is never multiplied out: TransformerLens's `FactoredMatrix`.
//!
//! With A = Q_A R_A and Bᵀ = Q_B R_B, the singular values of A B are those of R_A R_Bᵀ, and A may be replaced by R_A, B by
//! R_Bᵀ, wherever only lengths matter. The eigenvalues of A B that are not zero are those of B A. Both are small: rank ×
//! rank. The small matrices are in f64.

use candle_core::{Result, Tensor, bail};
use nalgebra::DMatrix;
use nalgebra::linalg::{SVD, Schur};

/// Iterations a value that an SVD or an eigenvalue may take; a few are usual.
const ITERATIONS_A_VALUE: usize = 200;

/// A complex number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Eigenvalue {
    pub(crate) real: f64,
    pub(crate) imaginary: f64,
}

impl Eigenvalue {
    /// |λ|.
    fn length(self) -> f64 {
        self.real.hypot(self.imaginary)
    }
}

/// A B, with A `[left, rank]` and B `[rank, right]`.
pub(crate) struct FactoredMatrix {
    pub(super) a: Tensor,
    pub(super) b: Tensor,
}

impl FactoredMatrix {
    pub(crate) fn new(a: &Tensor, b: &Tensor) -> Result<Self> {
        if a.dim(1)? != b.dim(0)? {
            bail!("factors of shapes {:?} and {:?}", a.shape(), b.shape());
        }
        Ok(Self { a: a.contiguous()?, b: b.contiguous()? })
    }

    /// `before` A B `after`, as factored as it was; `after` is what multiplies on the right.
    pub(crate) fn between(&self, before: &Tensor, after: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Self> {
        Self::new(&before.matmul(&self.a)?, &after(&self.b)?)
    }

    /// Bᵀ Aᵀ.
    pub(crate) fn transposed(&self) -> Result<Self> {
        Self::new(&self.b.t()?, &self.a.t()?)
    }

    /// Some rows of A B, `[rows, right]`.
    pub(crate) fn rows(&self, start: usize, count: usize) -> Result<Tensor> {
        self.a.narrow(0, start, count)?.matmul(&self.b)
    }

    /// Number of rows of A B.
    pub(crate) fn left(&self) -> usize {
        self.a.dims()[0]
    }

    /// R_A B `[≤ rank, right]`: what is multiplied on the right of it has the same length as with A B.
    pub(crate) fn collapsed_left(&self) -> Result<Tensor> {
        tensor(&r_of(&self.a)?, &self.a)?.matmul(&self.b)
    }

    /// A R_Bᵀ `[left, ≤ rank]`: what is multiplied on the left of it has the same length as with A B.
    pub(crate) fn collapsed_right(&self) -> Result<Tensor> {
        self.a.matmul(&tensor(&r_of(&self.b.t()?)?.transpose(), &self.a)?)
    }

    /// Largest first, one for each of the rank; `None` where they are not found.
    pub(crate) fn singular_values(&self) -> Result<Option<Vec<f64>>> {
        let small = r_of(&self.a)? * r_of(&self.b.t()?)?.transpose();
        let most = ITERATIONS_A_VALUE * small.ncols().max(1);
        let found = SVD::try_new(small, false, false, f64::EPSILON, most);
        Ok(found.map(|svd| svd.singular_values.iter().copied().collect()))
    }

    /// Those of A B for each of the rank, see [`eigenvalues`].
    pub(crate) fn eigenvalues(&self) -> Result<Option<Vec<Eigenvalue>>> {
        eigenvalues(&self.b.matmul(&self.a)?)
    }
}

/// Of a small square matrix, the largest first, of conjugates the upper one; `None` where they are not found.
pub(crate) fn eigenvalues(small: &Tensor) -> Result<Option<Vec<Eigenvalue>>> {
    let small = dense(small)?;
    let most = ITERATIONS_A_VALUE * small.ncols().max(1);
    let Some(schur) = Schur::try_new(small, f64::EPSILON, most) else { return Ok(None) };
    let found = schur.complex_eigenvalues();
    let mut values: Vec<_> =
        found.iter().map(|value| Eigenvalue { real: value.re, imaginary: value.im }).collect();
    values.sort_by(|x, y| y.length().total_cmp(&x.length()).then(y.imaginary.total_cmp(&x.imaginary)));
    Ok(Some(values))
}

/// How far eigenvalues point forwards, Σ λ / Σ |λ|, from −1 to 1: TransformerLens's copying score where they are those of
/// W_E W_V W_O W_U. `None` of none.
pub(crate) fn positivity(eigenvalues: &[Eigenvalue]) -> Option<f64> {
    let (sum, lengths) =
        eigenvalues.iter().fold((0.0, 0.0), |(s, l), value| (s + value.real, l + value.length()));
    Some(sum / lengths).filter(|score| score.is_finite())
}

/// R of x = Q R.
fn r_of(x: &Tensor) -> Result<DMatrix<f64>> {
    Ok(dense(x)?.qr().r())
}

/// `[rows, columns]` in f64.
fn dense(x: &Tensor) -> Result<DMatrix<f64>> {
    let (rows, columns) = x.dims2()?;
    let values = x.flatten_all()?.to_vec1::<f32>()?;
    Ok(DMatrix::from_row_iterator(rows, columns, values.into_iter().map(f64::from)))
}

/// In f32, where `like` is.
fn tensor(x: &DMatrix<f64>, like: &Tensor) -> Result<Tensor> {
    // its columns follow each other in memory
    let values: Vec<f32> = x.iter().map(|value| *value as f32).collect();
    Tensor::from_vec(values, (x.ncols(), x.nrows()), like.device())?.t()?.contiguous()
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use nalgebra::Complex;
    use proptest::prelude::*;

    fn random(rows: usize, columns: usize) -> Tensor {
        Tensor::randn(0_f32, 1.0, (rows, columns), &Device::Cpu).unwrap()
    }

    fn length(x: &Tensor) -> f64 {
        dense(x).unwrap().norm()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_never_multiplied_out_is_what_the_product_would_have(
            left in 1_usize..12, rank in 1_usize..6, right in 1_usize..12, other in 1_usize..5,
        ) {
            let matrix = FactoredMatrix::new(&random(left, rank), &random(rank, right)).unwrap();
            let product = matrix.rows(0, left).unwrap();
            let whole = dense(&product).unwrap().singular_values();
            for (i, value) in matrix.singular_values().unwrap().unwrap().iter().enumerate() {
                let expected = whole.get(i).copied().unwrap_or(0.0);
                prop_assert!((value - expected).abs() < 1e-4, "{i}: {value} {expected}");
            }
            let (before, after) = (random(other, left), random(right, other));
            let near = |ours: &Tensor, theirs: &Tensor| (length(ours) - length(theirs)).abs() < 1e-3;
            let collapsed = matrix.collapsed_left().unwrap();
            prop_assert!(near(&collapsed.matmul(&after).unwrap(), &product.matmul(&after).unwrap()));
            let collapsed = matrix.collapsed_right().unwrap();
            prop_assert!(near(&before.matmul(&collapsed).unwrap(), &before.matmul(&product).unwrap()));
        }

        #[test]
        fn eigenvalues_of_the_product_solve_it(n in 1_usize..8, rank in 1_usize..4) {
            let matrix = FactoredMatrix::new(&random(n, rank), &random(rank, n)).unwrap();
            let product = dense(&matrix.rows(0, n).unwrap()).unwrap().map(|x| Complex::new(x, 0.0));
            let values = matrix.eigenvalues().unwrap().unwrap();
            prop_assert_eq!(values.len(), rank);
            prop_assert!(values.windows(2).all(|pair| pair[0].length() >= pair[1].length()));
            for value in values.iter().take(n.min(rank)) {
                let shifted = &product - DMatrix::identity(n, n) * Complex::new(value.real, value.imaginary);
                let smallest = shifted.singular_values().min();
                prop_assert!(smallest < 1e-3, "{value:?}: {smallest}");
            }
        }
    }

    #[test]
    fn matrices_without_rank_and_turns_have_their_eigenvalues() {
        let eigen = |rows: &[f32]| {
            let n = rows.len().isqrt();
            eigenvalues(&Tensor::from_slice(rows, (n, n), &Device::Cpu).unwrap()).unwrap().unwrap()
        };
        assert!(eigen(&[0.0; 9]).iter().all(|value| value.length() == 0.0));
        assert_eq!(positivity(&eigen(&[0.0; 9])), None);
        let turn = eigen(&[0.0, -1.0, 1.0, 0.0]);
        let near = |value: Eigenvalue, imaginary: f64| value.real.hypot(value.imaginary - imaginary) < 1e-12;
        assert!(near(turn[0], 1.0) && near(turn[1], -1.0), "{turn:?}");
        assert_eq!(positivity(&eigen(&[2.0, 0.0, 0.0, 1.0])), Some(1.0));
        assert_eq!(positivity(&eigen(&[-2.0, 0.0, 0.0, -1.0])), Some(-1.0));
    }
}
