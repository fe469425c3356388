//! A linear map of the model, its weight laid out for the device it is on.

use crate::kernels::Panels;
use crate::wire::Precision;
use candle_core::{DType, Device, Result, Tensor};
use std::sync::Arc;

/// y = x W + b.
///
/// On the CPU, W lies in panels of columns (the kernels multiply by them): there is no second copy, so
/// whoever needs its numbers takes [`rows`](Self::rows) or [`columns`](Self::columns) of it.
#[derive(Clone, Debug)]
pub struct Linear {
    pub(crate) weight: Weight,
    /// What x and W are rounded to before they are multiplied; sums are f32 in either case.
    pub(crate) precision: Precision,
    /// `[outputs]`.
    pub b: Tensor,
}

/// W.
#[derive(Clone, Debug)]
pub(crate) enum Weight {
    /// In the CPU's memory, in f32.
    Panels(Arc<Panels>),
    /// `[inputs, outputs]`, contiguous: on any other device, in f32 or, where products are in bf16, in that; and where it is
    /// itself a variable.
    Plain(Tensor),
}

impl Linear {
    /// Of a weight `[inputs, outputs]` and a bias `[outputs]`, used with candle's own operations: gradients reach both
    /// where they are variables.
    pub fn new(w: Tensor, b: Tensor) -> Self {
        Self { weight: Weight::Plain(w), precision: Precision::F32, b }
    }

    pub(crate) fn packed(panels: Panels, b: Tensor) -> Self {
        Self { weight: Weight::Panels(Arc::new(panels)), precision: Precision::F32, b }
    }

    /// Without a bias, that is with one of zeros.
    pub(crate) fn without_bias(panels: Panels) -> Result<Self> {
        let b = Tensor::zeros(panels.outputs(), DType::F32, &Device::Cpu)?;
        Ok(Self::packed(panels, b))
    }

    /// Width of what goes in.
    pub fn inputs(&self) -> usize {
        match &self.weight {
            Weight::Panels(panels) => panels.inputs(),
            Weight::Plain(w) => w.dims()[0],
        }
    }

    /// Width of what comes out.
    pub fn outputs(&self) -> usize {
        match &self.weight {
            Weight::Panels(panels) => panels.outputs(),
            Weight::Plain(w) => w.dims()[1],
        }
    }

    /// W itself in f32, `[inputs, outputs]`: on the CPU, and in bf16, a copy, so not for W_U.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub fn matrix(&self) -> Result<Tensor> {
        match &self.weight {
            Weight::Panels(panels) => self.rows(&(0..panels.inputs() as u32).collect::<Vec<_>>()),
            Weight::Plain(w) => w.to_dtype(DType::F32),
        }
    }

    /// The rows of W that these inputs are multiplied with, `[rows, outputs]`: a neuron's of W_out, a head's of W_O.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub fn rows(&self, inputs: &[u32]) -> Result<Tensor> {
        match &self.weight {
            Weight::Panels(panels) => {
                Tensor::from_vec(panels.rows(inputs), (inputs.len(), panels.outputs()), &Device::Cpu)
            }
            Weight::Plain(w) => w.index_select(&Tensor::new(inputs, w.device())?, 0)?.to_dtype(DType::F32),
        }
    }

    /// The columns of W that make these outputs, each as a row: `[columns, inputs]`. A token's of W_U.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub fn columns(&self, outputs: &[u32]) -> Result<Tensor> {
        match &self.weight {
            Weight::Panels(panels) => {
                Tensor::from_vec(panels.columns(outputs), (outputs.len(), panels.inputs()), &Device::Cpu)
            }
            Weight::Plain(w) => {
                let columns = w.index_select(&Tensor::new(outputs, w.device())?, 1)?;
                columns.to_dtype(DType::F32)?.t()?.contiguous()
            }
        }
    }

    /// The mean of W's columns, `[inputs]`.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub fn mean_column(&self) -> Result<Tensor> {
        match &self.weight {
            Weight::Panels(panels) => Tensor::from_vec(panels.mean_column(), panels.inputs(), &Device::Cpu),
            Weight::Plain(w) => w.to_dtype(DType::F32)?.mean(1),
        }
    }

    /// The panels while nobody else holds them: `None` too where there are none.
    pub(super) fn panels_mut(&mut self) -> Option<&mut Panels> {
        match &mut self.weight {
            Weight::Panels(panels) => Arc::get_mut(panels),
            Weight::Plain(_) => None,
        }
    }

    /// Rounds W to bf16, and x before every product from now on. For weights that nobody else has yet.
    pub(super) fn round(&mut self) {
        if let Some(panels) = self.panels_mut() {
            panels.round();
        }
        self.precision = Precision::Bf16;
    }

    /// The same map on `device`; shared, not copied, where it is there already.
    pub(super) fn to_device(&self, device: &Device) -> Result<Self> {
        let weight = match &self.weight {
            Weight::Panels(panels) if device.is_cpu() => Weight::Panels(panels.clone()),
            Weight::Panels(_) | Weight::Plain(_) => {
                let stored = match self.precision {
                    Precision::F32 => DType::F32,
                    Precision::Bf16 => DType::BF16,
                };
                Weight::Plain(self.matrix()?.to_device(device)?.to_dtype(stored)?)
            }
        };
        Ok(Self { weight, precision: self.precision, b: self.b.to_device(device)? })
    }
}
