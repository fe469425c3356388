//! TransformerLens's labels of places along the residual stream, read back into what they mean.

use std::str::FromStr;

/// A place on the axis of layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The token embedding.
    Embed,
    /// The position embedding.
    PosEmbed,
    /// The residual stream before a layer, `3_pre`.
    Pre(usize),
    /// The residual stream between attention and MLP, `3_mid`.
    Mid(usize),
    /// The residual stream after the last layer.
    FinalPost,
    /// A layer's attention, `3_attn_out`.
    AttnOut(usize),
    /// A layer's MLP, `3_mlp_out`.
    MlpOut(usize),
    /// A layer's attention bias, `3_b_O`.
    AttnBias(usize),
    /// The unembedding's bias.
    Bias,
}

impl FromStr for Part {
    type Err = ();

    fn from_str(label: &str) -> Result<Self, ()> {
        match label {
            "embed" => return Ok(Self::Embed),
            "pos_embed" => return Ok(Self::PosEmbed),
            "final_post" => return Ok(Self::FinalPost),
            "bias" => return Ok(Self::Bias),
            _ => {}
        }
        let (layer, site) = label.split_once('_').ok_or(())?;
        let layer = layer.parse().map_err(drop)?;
        match site {
            "pre" => Ok(Self::Pre(layer)),
            "mid" => Ok(Self::Mid(layer)),
            "attn_out" => Ok(Self::AttnOut(layer)),
            "mlp_out" => Ok(Self::MlpOut(layer)),
            "b_O" => Ok(Self::AttnBias(layer)),
            _ => Err(()),
        }
    }
}

/// A head's name as TransformerLens writes it: `L15H7`.
pub fn head_name((layer, head): (usize, usize)) -> String {
    format!("L{layer}H{head}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_transformer_lens_writes_them() {
        for (label, part) in [
            ("embed", Part::Embed),
            ("pos_embed", Part::PosEmbed),
            ("0_pre", Part::Pre(0)),
            ("11_mid", Part::Mid(11)),
            ("final_post", Part::FinalPost),
            ("3_attn_out", Part::AttnOut(3)),
            ("23_mlp_out", Part::MlpOut(23)),
            ("4_b_O", Part::AttnBias(4)),
            ("bias", Part::Bias),
        ] {
            assert_eq!(label.parse(), Ok(part));
        }
        assert_eq!("x_pre".parse::<Part>(), Err(()));
        assert_eq!("7".parse::<Part>(), Err(()));
    }
}
