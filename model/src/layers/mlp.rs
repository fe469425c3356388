//! The MLP: mlp_out = act(x W_in + b_in) W_out + b_out.

use crate::checkpoint::BlockWeights;
use crate::config::Activation;
use crate::hook_name::{HookName, Site};
use crate::transformer::Tap;
use candle_core::{Result, Tensor};

/// `[rows, d_model]` → `[rows, d_model]`.
pub(crate) fn forward(
    weights: &BlockWeights,
    activation: Activation,
    layer: usize,
    x: &Tensor,
    tap: &mut Tap<'_>,
) -> Result<Tensor> {
    let pre = tap.at(HookName::block(layer, Site::MlpPre), weights.mlp_in.forward(x)?)?;
    let post = match activation {
        Activation::Gelu => pre.gelu_erf()?,
        Activation::GeluTanh => pre.gelu()?,
        Activation::Relu => pre.relu()?,
    };
    let post = tap.at(HookName::block(layer, Site::MlpPost), post)?;
    weights.mlp_out.forward(&post)
}
