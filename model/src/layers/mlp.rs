//! The MLP: mlp_out = act(x W_in + b_in) W_out + b_out.

use crate::checkpoint::BlockWeights;
use crate::config::Activation;
use crate::hook_name::{HookName, Site};
use crate::kernels;
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
    let post = match kernels::activate(&pre, activation)? {
        Some(post) => post,
        None => plain(&pre, activation)?,
    };
    let post = tap.at(HookName::block(layer, Site::MlpPost), post)?;
    weights.mlp_out.forward(&post)
}

fn plain(x: &Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::Gelu => x.gelu_erf(),
        Activation::GeluTanh => x.gelu(),
        Activation::Relu => x.relu(),
    }
}
