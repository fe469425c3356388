//! The summary of an attribution as an equation: total = heads + MLPs + biases + embed.

use model::wire::{Figure, FigureData};

/// The parts of a mean logit difference, in logits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Equation {
    /// How many components are summed.
    pub parts: usize,
    /// Every attention head.
    pub heads: f64,
    /// Every MLP.
    pub mlps: f64,
    /// Attention output biases and the unembedding bias.
    pub biases: f64,
    /// Token and position embeddings.
    pub embed: f64,
}

impl Equation {
    /// Sums the means of `layer_attribution`, `head_attribution` and `bias_attribution`. None where one of them is of
    /// another kind. Values not computed yet count as nothing.
    pub fn of(layers: &Figure, heads: &Figure, biases: &Figure) -> Option<Self> {
        let FigureData::Heatmap { values: heads, .. } = &heads.data else { return None };
        let layers = mean(layers)?;
        let biases = mean(biases)?;
        let of = |keep: &dyn Fn(&str) -> bool| sum(layers.iter().filter(|(x, _)| keep(x)).map(|(_, y)| *y));
        let attn = layers.iter().filter(|(x, _)| x.ends_with("_attn_out")).count();
        Some(Self {
            parts: layers.len() - attn + heads.len() + biases.len(),
            heads: sum(heads.iter().copied()),
            mlps: of(&|x| x.ends_with("_mlp_out")),
            biases: of(&|x| x == "bias") + sum(biases.iter().map(|(_, y)| *y)),
            embed: of(&|x| x == "embed" || x == "pos_embed"),
        })
    }
}

/// The labels of a line with the values of its series `mean`.
fn mean(line: &Figure) -> Option<Vec<(&str, f32)>> {
    let FigureData::Line { x, series } = &line.data else { return None };
    let mean = series.iter().find(|series| series.name == "mean")?;
    Some(x.iter().map(String::as_str).zip(mean.y.iter().copied()).collect())
}

fn sum(values: impl Iterator<Item = f32>) -> f64 {
    values.filter(|value| value.is_finite()).map(f64::from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::{Series, Values};

    fn line(x: &[&str], mean: &[f32]) -> Figure {
        let series = vec![Series { name: "mean".into(), y: Values(mean.to_vec()) }];
        let data = FigureData::Line { x: x.iter().map(|x| (*x).to_owned()).collect(), series };
        Figure { name: String::new(), prompt: None, title: String::new(), data }
    }

    #[test]
    fn every_component_is_counted_once() {
        let layers = line(
            &["embed", "pos_embed", "0_attn_out", "0_mlp_out", "1_attn_out", "1_mlp_out", "bias"],
            &[1.0, 0.5, 10.0, 2.0, 20.0, f32::NAN, 0.25],
        );
        let data = FigureData::Heatmap {
            rows: vec!["L0".into(), "L1".into()],
            columns: vec!["H0".into(), "H1".into()],
            values: Values(vec![4.0, 5.0, 9.0, 9.0]),
        };
        let heads = Figure { name: String::new(), prompt: None, title: String::new(), data };
        let biases = line(&["0_b_O", "1_b_O"], &[1.0, 2.0]);
        let equation = Equation::of(&layers, &heads, &biases).unwrap();
        assert_eq!(equation, Equation { parts: 11, heads: 27.0, mlps: 2.0, biases: 3.25, embed: 1.5 });
        assert_eq!(Equation::of(&heads, &layers, &biases), None);
    }
}
