//! What is trained: variables, their beginnings, and their names in a checkpoint.

use crate::checkpoint::{BlockWeights, Linear, NormWeights, Weights};
use crate::config::Config;
use crate::prompt_sets::random::Random;
use candle_core::{Device, Result, Tensor, Var};

/// How a checkpoint lays a parameter out, against the order it has here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// As here.
    Same,
    /// `[outputs, inputs]`.
    Transposed,
    /// Transposed, and outputs by (head, kind, d_head) instead of (kind, head, d_head).
    ByHead,
    /// A vector of such outputs.
    VectorByHead,
}

/// One trained tensor.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// As GPT-NeoX checkpoints have it.
    pub(crate) name: String,
    /// Its values; the model's weights are the same memory.
    pub(crate) var: Var,
    /// Whether weight decay is for it: for matrices, not for biases and norms.
    pub(crate) decays: bool,
    pub(super) layout: Layout,
}

/// All of them, in a fixed order.
#[derive(Debug)]
pub(crate) struct Parameters {
    /// In the order in which they were made.
    pub(crate) all: Vec<Parameter>,
    pub(super) heads: usize,
}

impl Parameters {
    /// New ones for a GPT-NeoX of this shape, and the weights that are made of them.
    pub(crate) fn new(config: &Config, seed: u64) -> Result<(Self, Weights)> {
        let mut maker = Maker {
            all: Vec::new(),
            random: Random::new(seed, "weights"),
            // Nguyen and Salazar 2019; what writes to the residual stream smaller (Wang and Komatsuzaki 2021)
            small: (2.0 / (5.0 * config.d_model as f64)).sqrt(),
            writing: 2.0 / (config.n_layers as f64 * (config.d_model as f64).sqrt()),
        };
        let weights = maker.weights(config)?;
        Ok((Self { all: maker.all, heads: config.n_heads }, weights))
    }

    /// A parameter as a checkpoint has it, contiguous.
    pub(crate) fn exported(&self, parameter: &Parameter) -> Result<Tensor> {
        match parameter.layout {
            Layout::Same => Ok(parameter.var.detach()),
            Layout::Transposed => parameter.var.detach().t()?.contiguous(),
            Layout::ByHead => {
                let (inputs, outputs) = parameter.var.dims2()?;
                let by_kind =
                    parameter.var.detach().reshape((inputs, 3, self.heads, outputs / (3 * self.heads)))?;
                by_kind.permute((2, 1, 3, 0))?.reshape((outputs, inputs))?.contiguous()
            }
            Layout::VectorByHead => {
                let outputs = parameter.var.dims1()?;
                let by_kind = parameter.var.detach().reshape((3, self.heads, outputs / (3 * self.heads)))?;
                by_kind.transpose(0, 1)?.reshape(outputs)?.contiguous()
            }
        }
    }
}

struct Maker {
    all: Vec<Parameter>,
    random: Random,
    small: f64,
    writing: f64,
}

impl Maker {
    fn weights(&mut self, config: &Config) -> Result<Weights> {
        let d = config.d_model;
        let name = "gpt_neox.embed_in.weight";
        let embed = self.random(name, (config.d_vocab, d), self.small, Layout::Same)?;
        let blocks = (0..config.n_layers).map(|layer| self.block(config, layer)).collect::<Result<_>>()?;
        let ln_final = self.norm("gpt_neox.final_layer_norm", d)?;
        let unembed = self.random("embed_out.weight", (d, config.d_vocab), self.small, Layout::Transposed)?;
        let no_bias = Tensor::zeros(config.d_vocab, candle_core::DType::F32, &Device::Cpu)?;
        Ok(Weights {
            embed,
            pos_embed: None,
            blocks,
            ln_final: Some(ln_final),
            unembed: Linear::new(unembed, no_bias),
            unembed_mean: None,
        })
    }

    fn block(&mut self, config: &Config, layer: usize) -> Result<BlockWeights> {
        let name = |part: &str| format!("gpt_neox.layers.{layer}.{part}");
        let (d, attn, mlp) = (config.d_model, config.d_attn(), config.d_mlp);
        let (small, writing) = (self.small, self.writing);
        Ok(BlockWeights {
            ln1: Some(self.norm(&name("input_layernorm"), d)?),
            ln2: Some(self.norm(&name("post_attention_layernorm"), d)?),
            qkv: self.linear(
                &name("attention.query_key_value"),
                (d, 3 * attn),
                small,
                (Layout::ByHead, Layout::VectorByHead),
            )?,
            o: self.plain(&name("attention.dense"), (attn, d), writing)?,
            mlp_in: self.plain(&name("mlp.dense_h_to_4h"), (d, mlp), small)?,
            mlp_out: self.plain(&name("mlp.dense_4h_to_h"), (mlp, d), writing)?,
        })
    }

    fn plain(&mut self, name: &str, shape: (usize, usize), deviation: f64) -> Result<Linear> {
        self.linear(name, shape, deviation, (Layout::Transposed, Layout::Same))
    }

    fn linear(
        &mut self,
        name: &str,
        shape: (usize, usize),
        deviation: f64,
        (of_w, of_b): (Layout, Layout),
    ) -> Result<Linear> {
        let w = self.random(&format!("{name}.weight"), shape, deviation, of_w)?;
        let b = self.constant(&format!("{name}.bias"), shape.1, 0.0, of_b)?;
        Ok(Linear::new(w, b))
    }

    fn norm(&mut self, name: &str, width: usize) -> Result<NormWeights> {
        Ok(NormWeights {
            w: self.constant(&format!("{name}.weight"), width, 1.0, Layout::Same)?,
            b: self.constant(&format!("{name}.bias"), width, 0.0, Layout::Same)?,
        })
    }

    fn random(
        &mut self,
        name: &str,
        (rows, columns): (usize, usize),
        deviation: f64,
        layout: Layout,
    ) -> Result<Tensor> {
        let values = (0..rows * columns).map(|_| (deviation * self.random.normal()) as f32).collect();
        self.add(name, &Tensor::from_vec::<_, f32>(values, (rows, columns), &Device::Cpu)?, true, layout)
    }

    fn constant(&mut self, name: &str, width: usize, value: f32, layout: Layout) -> Result<Tensor> {
        self.add(name, &Tensor::full(value, width, &Device::Cpu)?.contiguous()?, false, layout)
    }

    fn add(&mut self, name: &str, values: &Tensor, decays: bool, layout: Layout) -> Result<Tensor> {
        let var = Var::from_tensor(values)?;
        let tensor = var.as_tensor().clone();
        self.all.push(Parameter { name: name.to_owned(), var, decays, layout });
        Ok(tensor)
    }
}
