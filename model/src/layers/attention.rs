//! Causal multi-head attention over packed rows (Vaswani et al., arXiv:1706.03762).
//!
//! pattern = softmax(q kᵀ/√d_head + mask), z = pattern v, attn_out = Σ_heads z W_O + b_O. Queries, keys and values are
//! computed row by row; then each segment of the batch attends to its context and to itself.

use super::rotary::Rotary;
use crate::checkpoint::BlockWeights;
use crate::config::Config;
use crate::hook_name::{HookName, Site};
use crate::kernels::{self, Heads};
use crate::keys_values::KeysValues;
use crate::packing::Segment;
use crate::tap::Tap;
use candle_core::{D, Device, Result, Tensor};

/// One layer's attention.
pub(crate) struct Attention<'a> {
    pub(crate) config: &'a Config,
    pub(crate) weights: &'a BlockWeights,
    pub(crate) layer: usize,
    pub(crate) rotary: Option<&'a Rotary>,
    pub(crate) segments: &'a [Segment],
    /// Keys and values of earlier passes, whose rows segments count too.
    pub(crate) past: Option<&'a KeysValues>,
    /// The rows that are read after it, ascending, where they are not all: only these mix values and go on.
    pub(crate) read: Option<&'a [u32]>,
}

impl Attention<'_> {
    /// `[rows, d_model]` → attn_out without its hook, `[rows, d_model]`; from its queries on, `tap` keeps the rows that are
    /// read.
    pub(crate) fn forward(&self, x: &Tensor, tap: &mut Tap<'_>) -> Result<Tensor> {
        let (q, mut k, mut v) = self.queries_keys_values(x, tap)?;
        if let Some(past) = self.past {
            (k, v) = past.extend(self.layer, &k, &v)?;
        }
        let z = match self.read {
            None => self.mix(&q, &k, &v, self.segments, tap)?,
            Some(rows) => {
                tap.keep(rows.to_vec());
                let segments: Vec<_> =
                    self.segments.iter().flat_map(|segment| segment.of_rows(rows)).collect();
                self.mix(&tap.kept(q)?, &k, &v, &segments, tap)?
            }
        };
        let z = tap.at(self.name(Site::Z), z)?;
        self.write(&z, tap)
    }

    /// attn_out of these queries, keys and values, each `[rows, head, d_head]` after rotary; queries are those of the segments,
    /// in order.
    pub(crate) fn of(&self, [q, k, v]: [&Tensor; 3], tap: &mut Tap<'_>) -> Result<Tensor> {
        let z = self.mix(q, k, v, self.segments, tap)?;
        self.write(&z, tap)
    }

    fn name(&self, site: Site) -> HookName {
        HookName::block(self.layer, site)
    }

    /// Each `[rows, head, d_head]`, after their hooks and rotary.
    fn queries_keys_values(&self, x: &Tensor, tap: &mut Tap<'_>) -> Result<(Tensor, Tensor, Tensor)> {
        let (heads, d_head) = (self.config.n_heads, self.config.d_head);
        let qkv = self.weights.qkv.forward(x)?.reshape((x.dim(0)?, 3, heads, d_head))?;
        let mut part = |i, site| tap.at(self.name(site), qkv.narrow(1, i, 1)?.squeeze(1)?);
        let (q, k, v) = (part(0, Site::Q)?, part(1, Site::K)?, part(2, Site::V)?);
        let Some(rotary) = self.rotary else { return Ok((q, k, v)) };
        let q = tap.at(self.name(Site::RotQ), rotary.forward(&q)?)?;
        let k = tap.at(self.name(Site::RotK), rotary.forward(&k)?)?;
        Ok((q, k, v))
    }

    /// z, `[rows, head, d_head]`, of keys and values of those rows and all before. Scores and patterns exist only where a
    /// hook wants them.
    fn mix(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        segments: &[Segment],
        tap: &mut Tap<'_>,
    ) -> Result<Tensor> {
        if ![Site::AttnScores, Site::Pattern].iter().any(|site| tap.wants(self.name(*site))) {
            let heads = Heads { count: self.config.n_heads, width: self.config.d_head };
            if let Some(z) = kernels::attend(q, k, v, heads, segments)? {
                return Ok(z);
            }
        }
        let past = self.past.map_or(0, KeysValues::rows);
        let mut queries = 0;
        let parts = segments.iter().map(|segment| {
            let own = q.narrow(0, queries, segment.rows.len())?;
            queries += segment.rows.len();
            attend(self.layer, past, segment, [&own, k, v], tap)
        });
        Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)
    }

    /// What the heads write together. Per-head results are made only where a hook wants them.
    fn write(&self, z: &Tensor, tap: &mut Tap<'_>) -> Result<Tensor> {
        let o = &self.weights.o;
        let out = o.forward(&z.flatten_from(1)?)?;
        let result = self.name(Site::Result);
        let Some(rows) = tap.wanted_rows(result, z.dim(0)?) else { return Ok(out) };
        let places = tap.places(&rows)?;
        let index = Tensor::new(places.as_slice(), z.device())?;
        // [head, rows, d_head] × [head, d_head, d_model]
        let z = z.index_select(&index, 0)?.transpose(0, 1)?.contiguous()?;
        let w = o.matrix()?.reshape((self.config.n_heads, self.config.d_head, self.config.d_model))?;
        let results = z.matmul(&w)?.transpose(0, 1)?.contiguous()?;
        let Some(replaced) = tap.show(result, &rows, &results)? else { return Ok(out) };
        crate::hooks::put_rows(&out, &places, &replaced.sum(1)?.broadcast_add(&o.b)?)
    }
}

/// z of one segment, `[segment rows, head, d_head]`, by way of scores and patterns. `q` has its queries; keys and values are
/// those of every row, and begin with `past` rows that have no queries.
fn attend(
    layer: usize,
    past: usize,
    segment: &Segment,
    [q, k, v]: [&Tensor; 3],
    tap: &mut Tap<'_>,
) -> Result<Tensor> {
    let rows: Vec<u32> = segment.rows.clone().map(|r| (r - past) as u32).collect();
    let by_head = |x: &Tensor| x.transpose(0, 1)?.contiguous();
    let q = by_head(q)?;
    let (k, v) = (by_head(&visible(k, segment)?)?, by_head(&visible(v, segment)?)?);
    let scores = (q.matmul(&k.t()?)? / (q.dim(D::Minus1)? as f64).sqrt())?;
    let scores = scores.broadcast_add(&causal_mask(segment, q.device())?)?;
    let scores = tap.by_query(HookName::block(layer, Site::AttnScores), &rows, scores)?;
    let pattern = tap.by_query(HookName::block(layer, Site::Pattern), &rows, softmax(&scores)?)?;
    pattern.matmul(&v)?.transpose(0, 1)?.contiguous()
}

/// The rows a segment's last row can see: `[key, head, d_head]`.
fn visible(x: &Tensor, segment: &Segment) -> Result<Tensor> {
    let parts = segment.context.iter().chain([&segment.rows]);
    let parts = parts.map(|rows| x.narrow(0, rows.start, rows.len())).collect::<Result<Vec<_>>>()?;
    Tensor::cat(&parts, 0)
}

/// `[query, key]`: −inf where the key comes after the query, else 0.
fn causal_mask(segment: &Segment, device: &Device) -> Result<Tensor> {
    let (start, queries) = (segment.start(), segment.rows.len());
    let keys = start + queries;
    let entry = |q: usize, k: usize| if k > start + q { f32::NEG_INFINITY } else { 0.0 };
    let mask: Vec<f32> = (0..queries).flat_map(|q| (0..keys).map(move |k| entry(q, k))).collect();
    Tensor::from_vec(mask, (queries, keys), device)
}

/// Over the last axis, from operations that all have gradients. What is subtracted changes nothing, so it needs none.
fn softmax(scores: &Tensor) -> Result<Tensor> {
    let exp = scores.broadcast_sub(&scores.detach().max_keepdim(D::Minus1)?)?.exp()?;
    exp.broadcast_div(&exp.sum_keepdim(D::Minus1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packing::Batch;
    use crate::tap::Tap;
    use proptest::prelude::*;

    /// Wants every pattern, so that attention takes the way through scores.
    struct Patterns(crate::hooks::Rows);

    impl crate::hooks::Hooks for Patterns {
        fn wants(&self, name: HookName) -> Option<&crate::hooks::Rows> {
            (name.site == Site::Pattern).then_some(&self.0)
        }

        fn visit(&mut self, _: HookName, _: &[u32], _: &Tensor) -> Result<Option<Tensor>> {
            Ok(None)
        }
    }

    /// The largest difference between the kernel's z and the plain operations'.
    fn distance(batch: &Batch, heads: usize, d_head: usize) -> f32 {
        let random = || Tensor::randn(0_f32, 2.0, (batch.rows(), heads, d_head), &Device::Cpu).unwrap();
        let (q, k, v) = (random(), random(), random());
        let [fused, plain] = both_ways(batch, [&q, &k, &v]);
        far(&fused, &plain)
    }

    /// z by the kernel and by the plain operations.
    fn both_ways(batch: &Batch, [q, k, v]: [&Tensor; 3]) -> [Tensor; 2] {
        let (_, count, width) = q.dims3().unwrap();
        let fused = kernels::attend(q, k, v, Heads { count, width }, &batch.segments).unwrap().unwrap();
        let mut hooks = Patterns(crate::hooks::Rows::All);
        let mut tap = Tap::new(&mut hooks);
        let parts = batch.segments.iter().map(|s| {
            let own = q.narrow(0, s.rows.start, s.rows.len()).unwrap();
            attend(0, 0, s, [&own, k, v], &mut tap).unwrap()
        });
        [fused, Tensor::cat(&parts.collect::<Vec<_>>(), 0).unwrap()]
    }

    fn far(a: &Tensor, b: &Tensor) -> f32 {
        let distance = (a - b).unwrap().abs().unwrap().flatten_all().unwrap().max(0).unwrap();
        distance.to_scalar().unwrap()
    }

    /// The largest difference between gradients of queries, keys and values by the kernel and by the plain operations.
    fn distance_of_gradients(batch: &Batch, heads: usize, d_head: usize) -> f32 {
        let random = || Tensor::randn(0_f32, 1.0, (batch.rows(), heads, d_head), &Device::Cpu).unwrap();
        let qkv = [(); 3].map(|()| candle_core::Var::from_tensor(&random()).unwrap());
        let upstream = random();
        let [fused, plain] = both_ways(batch, qkv.each_ref().map(candle_core::Var::as_tensor))
            .map(|z| (z * &upstream).unwrap().sum_all().unwrap().backward().unwrap());
        qkv.iter().map(|x| far(fused.get(x).unwrap(), plain.get(x).unwrap())).fold(0.0, f32::max)
    }

    proptest! {
        #[test]
        fn the_kernel_is_attention(
            prompts in prop::collection::vec(prop::collection::vec(0_u32..3, 1..6), 1..5),
            heads in 1_usize..4,
            d_head in 1_usize..24,
        ) {
            let slices: Vec<&[u32]> = prompts.iter().map(Vec::as_slice).collect();
            prop_assert!(distance(&Batch::shared(&slices), heads, d_head) < 1e-5);
            prop_assert!(distance_of_gradients(&Batch::shared(&slices), heads, d_head) < 1e-4);
        }

        #[test]
        fn blocks_of_any_size_see_what_they_should(
            lengths in prop::collection::vec(1_usize..90, 1..4),
            common in 0_usize..80,
            d_head in 1_usize..70,
        ) {
            let prompt = |(i, length): (usize, &usize)| {
                [vec![0; common], vec![i as u32 + 1; *length]].concat()
            };
            let prompts: Vec<Vec<u32>> = lengths.iter().enumerate().map(prompt).collect();
            let slices: Vec<&[u32]> = prompts.iter().map(Vec::as_slice).collect();
            prop_assert!(distance(&Batch::shared(&slices), 2, d_head) < 1e-4);
            prop_assert!(distance_of_gradients(&Batch::shared(&slices), 2, d_head) < 1e-3);
        }
    }
}
