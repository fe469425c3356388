//! The MLP: mlp_out = act(x W_in + b_in) W_out + b_out.

use crate::checkpoint::BlockWeights;
use crate::config::Activation;
use crate::hook_name::{HookName, Site};
use crate::kernels;
use crate::tap::Tap;
use candle_core::{Result, Tensor};

/// `[rows, d_model]` → `[rows, d_model]`.
pub(crate) fn forward(
    weights: &BlockWeights,
    activation: Activation,
    layer: usize,
    x: &Tensor,
    tap: &mut Tap<'_>,
) -> Result<Tensor> {
    let pre = HookName::block(layer, Site::MlpPre);
    let post = if tap.wants(pre) {
        activate(&tap.at(pre, weights.mlp_in.forward(x)?)?, activation)?
    } else {
        weights.mlp_in.activated(x, activation)?
    };
    let post = tap.at(HookName::block(layer, Site::MlpPost), post)?;
    weights.mlp_out.forward(&post)
}

/// The nonlinearity of every element.
pub(super) fn activate(x: &Tensor, activation: Activation) -> Result<Tensor> {
    if let Some(y) = kernels::activate(x, activation)? {
        return Ok(y);
    }
    match activation {
        Activation::Gelu => x.gelu_erf(),
        Activation::GeluTanh => x.gelu(),
        Activation::Relu => x.relu(),
    }
}
