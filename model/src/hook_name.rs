//! Names of the places in a forward pass where activations can be read or replaced.
//!
//! `Display` and `FromStr` use TransformerLens's spelling: `hook_embed`, `blocks.3.attn.hook_z`,
//! `ln_final.hook_scale`. [`Site`] lists them in firing order.

use std::fmt;
use std::str::FromStr;

/// A place in the forward pass: a site, and the layer where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HookName {
    /// The block, from 0; `None` for the sites outside the blocks.
    pub layer: Option<usize>,
    /// Which activation.
    pub site: Site,
}

impl HookName {
    /// A site inside block `layer`.
    pub const fn block(layer: usize, site: Site) -> Self {
        Self { layer: Some(layer), site }
    }

    /// A site outside the blocks.
    pub const fn top(site: Site) -> Self {
        Self { layer: None, site }
    }
}

macro_rules! sites {
    ($($(#[$doc:meta])* $variant:ident $place:ident $name:literal,)*) => {
        /// Which activation, in firing order. Axes: position, head, query, key, d_model, d_head, d_mlp.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Site { $($(#[$doc])* $variant,)* }

        impl Site {
            /// Every site, in firing order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// TransformerLens's spelling, without `blocks.{layer}.`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Whether the site is inside a block.
            pub const fn in_block(self) -> bool {
                match self { $(Self::$variant => sites!(@$place),)* }
            }
        }
    };
    (@top) => { false };
    (@block) => { true };
}

sites! {
    /// Token embedding, `[position, d_model]`.
    Embed top "hook_embed",
    /// Learned position embedding, `[position, d_model]`; absent with rotary positions.
    PosEmbed top "hook_pos_embed",
    /// Residual stream before the block, `[position, d_model]`.
    ResidPre block "hook_resid_pre",
    /// What the first norm divides by, `[position, 1]`.
    Ln1Scale block "ln1.hook_scale",
    /// Output of the first norm, `[position, d_model]`.
    Ln1Normalized block "ln1.hook_normalized",
    /// Queries before rotary, bias in, `[position, head, d_head]`.
    Q block "attn.hook_q",
    /// Keys before rotary, bias in, `[position, head, d_head]`.
    K block "attn.hook_k",
    /// Values, bias in, `[position, head, d_head]`.
    V block "attn.hook_v",
    /// Queries after rotary, `[position, head, d_head]`; absent without rotary positions.
    RotQ block "attn.hook_rot_q",
    /// Keys after rotary, `[position, head, d_head]`; absent without rotary positions.
    RotK block "attn.hook_rot_k",
    /// Scaled scores, −inf where masked, `[head, query, key]`.
    AttnScores block "attn.hook_attn_scores",
    /// Softmax of the scores, `[head, query, key]`.
    Pattern block "attn.hook_pattern",
    /// Values mixed by the pattern, `[position, head, d_head]`.
    Z block "attn.hook_z",
    /// What each head writes, z W_O without b_O, `[position, head, d_model]`.
    Result block "attn.hook_result",
    /// What attention writes, b_O included, `[position, d_model]`.
    AttnOut block "hook_attn_out",
    /// Residual stream between attention and MLP, `[position, d_model]`; absent in parallel blocks.
    ResidMid block "hook_resid_mid",
    /// What the second norm divides by, `[position, 1]`.
    Ln2Scale block "ln2.hook_scale",
    /// Output of the second norm, `[position, d_model]`.
    Ln2Normalized block "ln2.hook_normalized",
    /// MLP before its activation function, `[position, d_mlp]`.
    MlpPre block "mlp.hook_pre",
    /// MLP after its activation function, `[position, d_mlp]`.
    MlpPost block "mlp.hook_post",
    /// What the MLP writes, bias included, `[position, d_model]`.
    MlpOut block "hook_mlp_out",
    /// Residual stream after the block, `[position, d_model]`.
    ResidPost block "hook_resid_post",
    /// What the final norm divides by, `[position, 1]`.
    LnFinalScale top "ln_final.hook_scale",
    /// Output of the final norm, `[position, d_model]`.
    LnFinalNormalized top "ln_final.hook_normalized",
}

impl fmt::Display for HookName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layer {
            Some(layer) => write!(f, "blocks.{layer}.{}", self.site.name()),
            None => f.write_str(self.site.name()),
        }
    }
}

/// A name that no site has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a hook name; they read like `blocks.0.attn.hook_z` or `hook_embed`")]
pub struct UnknownHookName(pub String);

impl FromStr for HookName {
    type Err = UnknownHookName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let find =
            |site: &str, in_block| Site::ALL.iter().find(|s| s.name() == site && s.in_block() == in_block);
        let found = match name.strip_prefix("blocks.") {
            None => find(name, false).map(|site| Self::top(*site)),
            Some(rest) => rest.split_once('.').and_then(|(layer, site)| {
                let digits = !layer.is_empty() && layer.bytes().all(|b| b.is_ascii_digit());
                let layer = layer.parse().ok().filter(|_| digits)?;
                find(site, true).map(|site| Self::block(layer, *site))
            }),
        };
        found.ok_or_else(|| UnknownHookName(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_reads_back_as_it_is_spelled() {
        for &site in Site::ALL {
            let name = if site.in_block() { HookName::block(17, site) } else { HookName::top(site) };
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        assert_eq!(HookName::block(3, Site::Z).to_string(), "blocks.3.attn.hook_z");
    }

    #[test]
    fn other_spellings_are_refused() {
        for name in
            ["", "blocks.3", "blocks.x.attn.hook_z", "blocks.+3.attn.hook_z", "blocks.0.hook_embed", "hook_z"]
        {
            assert!(name.parse::<HookName>().is_err(), "{name}");
        }
    }
}
