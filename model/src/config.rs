//! The shape of a model, the same for every family: differences are enums, never a test on a model's name.

/// Everything the forward pass needs to know beside the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Transformer blocks.
    pub n_layers: usize,
    /// Attention heads a block.
    pub n_heads: usize,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Width of a head's queries, keys and values.
    pub d_head: usize,
    /// Width of an MLP's hidden layer.
    pub d_mlp: usize,
    /// Rows of the unembedding; may exceed the tokenizer's ids (padding).
    pub d_vocab: usize,
    /// Longest sequence the positions allow.
    pub n_ctx: usize,
    /// Added to the variance inside every LayerNorm.
    pub layer_norm_eps: f64,
    /// How positions enter.
    pub positions: PositionKind,
    /// How attention and MLP share the residual stream.
    pub block: BlockKind,
    /// The MLP's nonlinearity.
    pub activation: Activation,
}

/// How positions enter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PositionKind {
    /// A learned vector for each position is added to the embedding (GPT-2).
    Learned,
    /// The first `dims` of each head's queries and keys are turned by angles position · base^(−2i/dims) in pairs
    /// (i, i + dims/2) (RoFormer, arXiv:2104.09864, in GPT-NeoX's pairing).
    Rotary {
        /// Leading dimensions of a head that are turned; even.
        dims: usize,
        /// Base of the geometric series of wavelengths.
        base: f64,
    },
}

/// How attention and MLP share the residual stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// resid_mid = resid_pre + attn_out; the MLP reads resid_mid.
    Sequential,
    /// Both read resid_pre, and resid_post = resid_pre + attn_out + mlp_out.
    Parallel,
}

/// The MLP's nonlinearity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x Φ(x), Φ the standard normal distribution function.
    Gelu,
    /// The tanh approximation of [`Activation::Gelu`] (GPT-2's `gelu_new`).
    GeluTanh,
    /// max(x, 0).
    Relu,
}

impl Activation {
    /// The activation that `transformers` calls `name`.
    pub fn from_hugging_face(name: &str) -> Option<Self> {
        match name {
            "gelu" => Some(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" => Some(Self::GeluTanh),
            "relu" => Some(Self::Relu),
            _ => None,
        }
    }
}

impl Config {
    /// n_heads · d_head, the width of all heads' values side by side.
    pub fn d_attn(&self) -> usize {
        self.n_heads * self.d_head
    }

    /// Numbers in the canonical weights of a folded model: W and b of every map, embeddings and unembedding.
    pub fn weights(&self) -> u64 {
        let [layers, d, attn, mlp] =
            [self.n_layers, self.d_model, self.d_attn(), self.d_mlp].map(|n| n as u64);
        let [vocab, ctx] = [self.d_vocab, self.n_ctx].map(|n| n as u64);
        let block = (d + 1) * 3 * attn + (attn + 1) * d + (d + 1) * mlp + (mlp + 1) * d;
        let positions = if self.positions == PositionKind::Learned { ctx * d } else { 0 };
        layers * block + vocab * d + positions + (d + 1) * vocab
    }

    /// Number of weights in products with the residual stream, embedding not counted: a forward pass costs about
    /// twice as many floating-point operations a row.
    pub fn matmul_weights(&self) -> usize {
        self.n_layers * self.d_model * (4 * self.d_attn() + 2 * self.d_mlp)
    }
}
