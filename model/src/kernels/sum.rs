//! Adding up parts of the residual stream in one pass.

use super::{by_rows, cuda, with_matrices};
use candle_core::{Result, Tensor};

/// The sum of several `[rows, width]`, from the first to the last.
pub(crate) fn sum<const N: usize>(parts: [&Tensor; N]) -> Result<Option<Tensor>> {
    if let Some(y) = cuda::sum(parts)? {
        return Ok(Some(y));
    }
    let (rows, width) = parts[0].dims2()?;
    if parts.iter().any(|part| part.dims() != parts[0].dims()) {
        return Ok(None);
    }
    let y = with_matrices(parts, |parts| {
        by_rows(rows, width, |i, y| {
            for part in parts {
                y.iter_mut().zip(part.row(i)).for_each(|(y, x)| *y += x);
            }
        })
    });
    y.map(|y| Tensor::from_vec(y, (rows, width), parts[0].device())).transpose()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_candle_adds(x in matrix(1_usize..6, 40_usize..41)) {
            let (twice, apart) = ((&x * 2.0).unwrap(), x.narrow(1, 3, 30).unwrap());
            let plain = ((&x + &twice).unwrap() + &x).unwrap();
            prop_assert!(distance(&sum([&x, &twice, &x]).unwrap().unwrap(), &plain) < 1e-6);
            let plain = (&apart + &apart).unwrap();
            prop_assert!(distance(&sum([&apart, &apart]).unwrap().unwrap(), &plain) < 1e-6);
            prop_assert!(sum([&x, &apart]).unwrap().is_none());
        }
    }
}
