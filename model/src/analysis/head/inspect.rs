//! The numbers of one head on one prompt, from what one forward pass recorded.

use super::super::direction::Directions;
use super::super::logits;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::Head;
use candle_core::{D, Result, Tensor};

/// One head on one prompt of n tokens.
pub(super) struct Inspected {
    /// Row-major, n queries × n keys; NaN where masked.
    pub(super) pattern: Vec<f32>,
    /// pattern · ‖v_key W_O‖₂, laid out like the pattern.
    pub(super) value_weighted: Vec<f32>,
    /// What the head moves from each token to the last one's logit difference.
    pub(super) sources: Vec<f32>,
    /// The whole of it, in logits.
    pub(super) attribution: f32,
    /// The head's direct effect on every logit at the last token, less its mean over the vocabulary.
    pub(super) logits: Vec<f32>,
}

/// Runs the prompt and looks at the head.
pub(super) fn inspect(model: &Transformer, prompt: &EncodedPrompt, head: &Head) -> Result<Inspected> {
    let n = prompt.ids.len();
    let batch = Batch::separate(&[&prompt.ids]);
    let last = [n as u32 - 1];
    let [pattern, v, z] = [Site::Pattern, Site::V, Site::Z].map(|site| HookName::block(head.layer, site));
    let scale = HookName::top(Site::LnFinalScale);
    let mut recorder = Recorder::new([pattern, v], &Rows::All)
        .and(z, Rows::Only(last.to_vec()))
        .and(scale, Rows::Only(last.to_vec()));
    model.forward(&batch, &last, &mut recorder)?;
    let cache = recorder.into_cache();

    let rows: Vec<u32> = (0..n as u32).collect();
    // [query, key], [key, d_head], [1, d_head], [1, 1]
    let of_head = |x: Tensor| x.narrow(1, head.head, 1)?.squeeze(1)?.contiguous();
    let pattern = of_head(cache.get(pattern, &rows)?)?;
    let v = of_head(cache.get(v, &rows)?)?;
    let z = of_head(cache.get(z, &last)?)?;
    let scale = cache.get(scale, &last)?;

    let w_o = w_o(model, head)?;
    let moved = v.matmul(&w_o)?.sqr()?.sum(D::Minus1)?.sqrt()?;
    let directions = Directions::new(model, std::slice::from_ref(prompt))?;
    // [d_head, 1]: what each dimension of a value is worth
    let worth = w_o.matmul(&directions.vectors.t()?)?.broadcast_div(&scale)?;
    let by_source = (pattern.narrow(0, n - 1, 1)?.t()? * v.matmul(&worth)?)?.squeeze(1)?;
    Ok(Inspected {
        value_weighted: causal(&pattern.broadcast_mul(&moved.unsqueeze(0)?)?)?,
        pattern: causal(&pattern)?,
        sources: by_source.to_vec1()?,
        attribution: z.matmul(&worth)?.squeeze(1)?.to_vec1::<f32>()?[0],
        logits: logits::added_by(model, &z.matmul(&w_o)?.broadcast_div(&scale)?)?.squeeze(0)?.to_vec1()?,
    })
}

/// One head's W_O, `[d_head, d_model]`.
pub(super) fn w_o(model: &Transformer, head: &Head) -> Result<Tensor> {
    let d_head = model.config().d_head;
    let dims: Vec<u32> = (head.head * d_head..(head.head + 1) * d_head).map(|dim| dim as u32).collect();
    model.weights().blocks[head.layer].o.rows(&dims)
}

/// Row-major, with NaN where the key comes after the query.
fn causal(x: &Tensor) -> Result<Vec<f32>> {
    let n = x.dim(0)?;
    let mut values = x.flatten_all()?.to_vec1::<f32>()?;
    for query in 0..n {
        values[query * n + query + 1..(query + 1) * n].fill(f32::NAN);
    }
    Ok(values)
}
