//! Stands in for [`cuda`](self) where it is not built: no kernel applies.

#![allow(clippy::unnecessary_wraps, reason = "the kernels that these stand in for can fail")]

use super::attention::Heads;
use super::linear::Then;
use crate::packing::Segment;
use candle_core::{Result, Tensor};

pub(super) fn normalize(_: &Tensor, _: f64) -> Result<Option<Tensor>> {
    Ok(None)
}

pub(super) fn affine(_: &Tensor, _: &Tensor, _: &Tensor) -> Result<Option<Tensor>> {
    Ok(None)
}

pub(super) fn sum<const N: usize>(_: [&Tensor; N]) -> Result<Option<Tensor>> {
    Ok(None)
}

pub(super) fn rotate(_: &Tensor, _: &Tensor, _: &Tensor) -> Result<Option<Tensor>> {
    Ok(None)
}

pub(super) fn attend(_: [&Tensor; 3], _: Heads, _: &[Segment]) -> Result<Option<Tensor>> {
    Ok(None)
}

pub(crate) fn finish(_: &Tensor, _: &Tensor, _: Then) -> Result<bool> {
    Ok(false)
}

pub(crate) fn product(_: &Tensor, _: &Tensor) -> Result<Option<Tensor>> {
    Ok(None)
}
