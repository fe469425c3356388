//! Each kernel, and candle's operations that it stands in for, on random inputs: for the benchmarks in `bench/`.

use super::{Heads, Panels, Then, activate, affine, attend, linear, normalize, rotate};
use crate::config::Activation;
use crate::packing::Batch;
use candle_core::{D, Device, Result, Tensor};

/// Sizes of the inputs.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Tokens of all prompts.
    pub rows: usize,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Attention heads, which divide it.
    pub heads: usize,
    /// Width of the MLP.
    pub d_mlp: usize,
    /// Tokens of a prompt.
    pub prompt: usize,
}

/// Something to be timed.
type Work = Box<dyn Fn() -> Result<Tensor>>;

/// One kernel.
pub struct Case {
    /// What it computes.
    pub name: &'static str,
    /// The kernel.
    pub kernel: Work,
    /// The same by candle.
    pub plain: Work,
}

/// A case of a kernel that must apply.
fn case(
    name: &'static str,
    kernel: impl Fn() -> Result<Option<Tensor>> + 'static,
    plain: impl Fn() -> Result<Tensor> + 'static,
) -> Case {
    let kernel = move || kernel()?.ok_or_else(|| candle_core::Error::msg("the kernel does not apply"));
    Case { name, kernel: Box::new(kernel), plain: Box::new(plain) }
}

fn random(shape: impl Into<candle_core::Shape>) -> Result<Tensor> {
    Tensor::randn(0_f32, 1.0, shape, &Device::Cpu)
}

/// Every kernel of a forward pass.
///
/// # Errors
/// Whatever candle says.
pub fn cases(shape: Shape) -> Result<Vec<Case>> {
    Ok(vec![
        norm(shape)?,
        scaled(shape)?,
        activation(shape)?,
        product(shape)?,
        rotary(shape)?,
        attention(shape)?,
    ])
}

fn norm(Shape { rows, d_model, .. }: Shape) -> Result<Case> {
    let x = random((rows, d_model))?;
    let same = x.clone();
    let plain = move || {
        let centred = same.broadcast_sub(&same.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        centred.broadcast_div(&(variance + 1e-5)?.sqrt()?)
    };
    Ok(case("norm", move || normalize(&x, 1e-5), plain))
}

fn scaled(Shape { rows, d_model, .. }: Shape) -> Result<Case> {
    let (x, w, b) = (random((rows, d_model))?, random(d_model)?, random(d_model)?);
    let same = (x.clone(), w.clone(), b.clone());
    let plain = move || same.0.broadcast_mul(&same.1)?.broadcast_add(&same.2);
    Ok(case("norm's weight and bias", move || affine(&x, &w, &b), plain))
}

fn activation(Shape { rows, d_mlp, .. }: Shape) -> Result<Case> {
    let x = random((rows, d_mlp))?;
    let same = x.clone();
    Ok(case("gelu", move || activate(&x, Activation::Gelu), move || same.gelu_erf()))
}

fn product(Shape { rows, d_model, d_mlp, .. }: Shape) -> Result<Case> {
    let (x, w, b) = (random((rows, d_model))?, random((d_model, d_mlp))?, random(d_mlp)?);
    let panels = Panels::of_rows(d_model, d_mlp, &w.flatten_all()?.to_vec1::<f32>()?);
    let same = (x.clone(), w, b.clone());
    let plain = move || same.0.matmul(&same.1)?.broadcast_add(&same.2)?.gelu_erf();
    let then = Then::Activate(Activation::Gelu);
    Ok(case("product, bias and gelu", move || linear(&x, &panels, &b, then), plain))
}

fn rotary(Shape { rows, d_model, heads, .. }: Shape) -> Result<Case> {
    let d_head = d_model / heads;
    let half = d_head / 8;
    let (x, cos, sin) = (random((rows, heads, d_head))?, random((rows, 1, half))?, random((rows, 1, half))?);
    let same = (x.clone(), cos.clone(), sin.clone());
    let plain = move || {
        let (x, cos, sin) = &same;
        let (a, b) = (x.narrow(2, 0, half)?, x.narrow(2, half, half)?);
        let turned_a = (a.broadcast_mul(cos)? - b.broadcast_mul(sin)?)?;
        let turned_b = (b.broadcast_mul(cos)? + a.broadcast_mul(sin)?)?;
        Tensor::cat(&[turned_a, turned_b, x.narrow(2, 2 * half, d_head - 2 * half)?], 2)
    };
    Ok(case("rotary", move || rotate(&x, &cos, &sin), plain))
}

fn attention(Shape { rows, d_model, heads, prompt, .. }: Shape) -> Result<Case> {
    let d_head = d_model / heads;
    let ids: Vec<u32> = (0..rows as u32).collect();
    let prompts: Vec<&[u32]> = ids.chunks(prompt).collect();
    let segments = Batch::separate(&prompts).segments;
    let [q, k, v] = [(); 3].map(|()| random((rows, heads, d_head)));
    let (q, k, v) = (q?, k?, v?);
    let (same, pieces) = ([q.clone(), k.clone(), v.clone()], segments.clone());
    let plain = move || {
        let z = pieces.iter().map(|piece| {
            let (start, length) = (piece.rows.start, piece.rows.len());
            let of = |x: &Tensor| x.narrow(0, start, length)?.transpose(0, 1)?.contiguous();
            let [q, k, v] = [of(&same[0])?, of(&same[1])?, of(&same[2])?];
            let scores = (q.matmul(&k.t()?)? / (d_head as f64).sqrt())?;
            let hidden = |(query, key)| if key > query { f32::NEG_INFINITY } else { 0.0 };
            let places = (0..length).flat_map(|query| (0..length).map(move |key| (query, key)));
            let mask = Tensor::from_iter(places.map(hidden), &Device::Cpu)?.reshape((length, length))?;
            let scores = scores.broadcast_add(&mask)?;
            let exp = scores.broadcast_sub(&scores.max_keepdim(D::Minus1)?)?.exp()?;
            let pattern = exp.broadcast_div(&exp.sum_keepdim(D::Minus1)?)?;
            pattern.matmul(&v)?.transpose(0, 1)
        });
        Tensor::cat(&z.collect::<Result<Vec<_>>>()?, 0)
    };
    let heads = Heads { count: heads, width: d_head };
    Ok(case("attention", move || attend(&q, &k, &v, heads, &segments), plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_compute_the_same() {
        for rows in [1, 7, 40] {
            let shape = Shape { rows, d_model: 64, heads: 4, d_mlp: 96, prompt: 9 };
            for Case { name, kernel, plain } in cases(shape).unwrap() {
                let (kernel, plain) = (kernel().unwrap(), plain().unwrap().contiguous().unwrap());
                let distance = super::super::testing::distance(&kernel, &plain);
                assert!(distance < 1e-3, "{name}, {rows} rows: {distance}");
            }
        }
    }
}
