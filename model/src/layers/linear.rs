//! y = x W + b, and what follows it in the same pass over y.

use crate::checkpoint::{Linear, Weight};
use crate::config::Activation;
use crate::kernels::graph::{self, Made};
use crate::kernels::{self, Then};
use crate::wire::Precision;
use candle_core::{DType, Result, Tensor};

impl Linear {
    /// `[rows, inputs]` → `[rows, outputs]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.forward_then(x, Then::Nothing)
    }

    /// Some of the outputs alone, `[rows, outputs]`; on the CPU the same numbers as all of them have, to the last bit, so that
    /// what should be equal is.
    pub(crate) fn forward_at(&self, x: &Tensor, outputs: &[u32]) -> Result<Tensor> {
        let x = self.rounded(x)?;
        let b = self.b.index_select(&Tensor::new(outputs, x.device())?, 0)?;
        let Weight::Panels(panels) = &self.weight else {
            return x.matmul(&self.columns(outputs)?.t()?)?.broadcast_add(&b);
        };
        let one = |output: &u32| {
            let (panel, column) = panels.around(*output);
            Self::without_bias(panel)?.product(&x)?.narrow(1, column, 1)
        };
        Tensor::cat(&outputs.iter().map(one).collect::<Result<Vec<_>>>()?, 1)?.broadcast_add(&b)
    }

    /// The activation of x W + b.
    pub(crate) fn activated(&self, x: &Tensor, activation: Activation) -> Result<Tensor> {
        self.forward_then(x, Then::Activate(activation))
    }

    fn forward_then(&self, x: &Tensor, then: Then) -> Result<Tensor> {
        if let Weight::Panels(panels) = &self.weight
            && let Some(y) = kernels::linear(&self.rounded(x)?, panels, &self.b, then)?
        {
            return Ok(y);
        }
        let y = match self.trained() {
            Some(w) => self.forward_trained(x, w)?,
            None if x.track_op() => self.through_input(x)?,
            None => {
                let y = self.product(x)?;
                if kernels::finish(&y, &self.b, then)? {
                    return Ok(y);
                }
                y.broadcast_add(&self.b)?
            }
        };
        match then {
            Then::Nothing => Ok(y),
            Then::Activate(activation) => super::mlp::activate(&y, activation),
        }
    }

    /// W where gradients of the map itself are wanted.
    fn trained(&self) -> Option<&Tensor> {
        match &self.weight {
            Weight::Plain(w) if w.track_op() || self.b.track_op() => Some(w),
            Weight::Plain(_) | Weight::Panels(_) => None,
        }
    }

    /// With gradients of x, W and b.
    fn forward_trained(&self, x: &Tensor, w: &Tensor) -> Result<Tensor> {
        match kernels::trained_linear(x, w, &self.b)? {
            Some(y) => Ok(y),
            None => x.matmul(w)?.broadcast_add(&self.b),
        }
    }

    /// With the gradient of x alone: ∂L/∂x = ∂L/∂y Wᵀ. The backward pass of candle's own product always makes
    /// ∂L/∂W = xᵀ ∂L/∂y too: as much work again, and as much memory as the weights.
    fn through_input(&self, x: &Tensor) -> Result<Tensor> {
        let y = self.forward(&x.detach())?;
        let map = self.clone();
        graph::of_one(x, Made::Tensor(y), move |grad| map.product_transposed(grad))
    }

    /// x W: `[rows, inputs]` → `[rows, outputs]`.
    pub(crate) fn product(&self, x: &Tensor) -> Result<Tensor> {
        match &self.weight {
            Weight::Panels(panels) => {
                if let Some(y) = kernels::product(&self.rounded(x)?, panels)? {
                    return Tensor::from_vec(y, (x.dim(0)?, panels.outputs()), x.device());
                }
            }
            Weight::Plain(w) => {
                if let Some(y) = kernels::product_of_halves(x, w)? {
                    return Ok(y);
                }
            }
        }
        self.rounded(x)?.contiguous()?.matmul(&self.matrix()?)
    }

    /// What is multiplied with W.
    fn rounded(&self, x: &Tensor) -> Result<Tensor> {
        match self.precision {
            Precision::Bf16 if !x.track_op() => x.to_dtype(DType::BF16)?.to_dtype(DType::F32),
            Precision::F32 | Precision::Bf16 => Ok(x.clone()),
        }
    }

    /// y Wᵀ: `[rows, outputs]` → `[rows, inputs]`. What a unit of each input adds to y · (x W). `y` is never rounded.
    pub(crate) fn product_transposed(&self, y: &Tensor) -> Result<Tensor> {
        if let Weight::Panels(panels) = &self.weight
            && let Some(x) = kernels::product_transposed(y, panels)?
        {
            return Tensor::from_vec(x, (y.dim(0)?, panels.inputs()), y.device());
        }
        y.contiguous()?.matmul(&self.matrix()?.t()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    fn random(shape: (usize, usize)) -> Tensor {
        Tensor::randn(0_f32, 1.0, shape, &Device::Cpu).unwrap()
    }

    fn distance(a: &Tensor, b: &Tensor) -> f32 {
        (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap()
    }

    /// One map twice: as the CPU has it, and as other devices do.
    fn both_ways(inputs: usize, outputs: usize) -> [Linear; 2] {
        let (w, b) = (random((inputs, outputs)), random((1, outputs)).squeeze(0).unwrap());
        let numbers = w.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let panels = kernels::Panels::of_rows(inputs, outputs, &numbers);
        [Linear::packed(panels, b.clone()), Linear::new(w, b)]
    }

    #[test]
    fn packed_and_plain_are_one_map() {
        for (inputs, outputs) in [(7, 3), (40, 64), (33, 201)] {
            let [packed, plain] = both_ways(inputs, outputs);
            let (x, y) = (random((5, inputs)), random((5, outputs)));
            let compare = |f: &dyn Fn(&Linear) -> Tensor| assert!(distance(&f(&packed), &f(&plain)) < 1e-4);
            compare(&|linear| linear.forward(&x).unwrap());
            for activation in [Activation::Gelu, Activation::GeluTanh, Activation::Relu] {
                compare(&|linear| linear.activated(&x, activation).unwrap());
            }
            compare(&|linear| linear.forward_at(&x, &[outputs as u32 - 1, 0]).unwrap());
            compare(&|linear| linear.product(&x).unwrap());
            compare(&|linear| linear.product_transposed(&y).unwrap());
            compare(&|linear| linear.matrix().unwrap());
            compare(&|linear| linear.rows(&[inputs as u32 - 1, 0]).unwrap());
            compare(&|linear| linear.columns(&[outputs as u32 - 1, 0]).unwrap());
            compare(&|linear| linear.mean_column().unwrap());
        }
    }

    #[test]
    fn gradients_of_the_input_are_candles_own() {
        for linear in both_ways(9, 70) {
            let w = linear.matrix().unwrap();
            let x = Var::from_tensor(&random((4, 9))).unwrap();
            let plain = x.matmul(&w).unwrap().broadcast_add(&linear.b).unwrap().gelu().unwrap();
            let y = linear.activated(&x, Activation::GeluTanh).unwrap();
            assert!(distance(&y, &plain) < 1e-4);
            let upstream = random((4, 70));
            let gradients = |y: Tensor| (y * &upstream).unwrap().sum_all().unwrap().backward().unwrap();
            let (ours, theirs) = (gradients(y), gradients(plain));
            assert!(distance(ours.get(&x).unwrap(), theirs.get(&x).unwrap()) < 1e-4);
            assert!(
                ours.get(&w).is_none() && theirs.get(&w).is_some(),
                "nobody asks for the weight's gradient"
            );
        }
    }

    #[test]
    fn a_weight_that_is_trained_has_a_gradient() {
        let (x, w) = (Var::from_tensor(&random((5, 7))).unwrap(), Var::from_tensor(&random((7, 3))).unwrap());
        let linear = Linear::new(w.as_tensor().clone(), random((1, 3)).squeeze(0).unwrap());
        let gradients = linear.forward(&x).unwrap().sum_all().unwrap().backward().unwrap();
        let expected =
            x.t().unwrap().matmul(&Tensor::ones((5, 3), candle_core::DType::F32, &Device::Cpu).unwrap());
        assert!(distance(gradients.get(&w).unwrap(), &expected.unwrap()) < 1e-5);
        assert!(gradients.get(&x).is_some());
    }
}
