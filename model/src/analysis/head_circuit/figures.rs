//! The numbers of a head's circuits as figures.

use super::super::circuits::factored::{Eigenvalue, FactoredMatrix, positivity};
use super::super::figure;
use super::pairs::Pair;
use crate::tokens::Tokens;
use crate::wire::{Cell, Figure, FigureData, HeadCircuit, Series};
use candle_core::Result;

/// What is known of one of the two circuits without its tokens.
pub(super) struct Spectrum {
    /// Of the circuit between residual streams, largest first.
    pub(super) singular_values: Vec<f64>,
    /// Of the circuit between tokens, largest first.
    pub(super) eigenvalues: Vec<Eigenvalue>,
}

impl Spectrum {
    /// Of a circuit between residual streams and the same between tokens.
    pub(super) fn new(circuit: &FactoredMatrix, of_tokens: &FactoredMatrix) -> Result<Self> {
        Ok(Self {
            singular_values: circuit.singular_values()?.unwrap_or_default(),
            eigenvalues: of_tokens.eigenvalues()?.unwrap_or_default(),
        })
    }

    /// The Frobenius norm.
    fn norm(&self) -> f64 {
        self.singular_values.iter().map(|value| value * value).sum::<f64>().sqrt()
    }
}

/// `L0H0`.
fn name(head: &HeadCircuit) -> String {
    format!("L{}H{}", head.layer, head.head)
}

/// The singular values of one circuit, `ov` or `qk`.
pub(super) fn singular_values(head: &HeadCircuit, circuit: &str, spectrum: &Spectrum) -> Figure {
    let title = format!("Singular values of {}’s {} circuit", name(head), circuit.to_uppercase());
    let y: Vec<f32> = spectrum.singular_values.iter().map(|value| *value as f32).collect();
    let data = FigureData::Line {
        x: (0..y.len()).map(|i| i.to_string()).collect(),
        series: vec![Series { name: "singular_value".to_owned(), y: y.into() }],
    };
    figure(&format!("{circuit}_singular_values"), None, &title, data)
}

/// The eigenvalues of the OV circuit between tokens.
pub(super) fn eigenvalues(head: &HeadCircuit, ov: &Spectrum) -> Figure {
    let part = |of: fn(&Eigenvalue) -> f64| ov.eigenvalues.iter().map(|value| of(value) as f32).collect();
    let data = FigureData::Scatter {
        x: part(|value| value.real),
        y: part(|value| value.imaginary),
        labels: (0..ov.eigenvalues.len()).map(|i| i.to_string()).collect(),
        x_title: "real".to_owned(),
        y_title: "imaginary".to_owned(),
    };
    let title = format!("Eigenvalues of {}’s OV circuit between tokens", name(head));
    figure("ov_eigenvalues", None, &title, data)
}

/// The scalars; of what is not known yet, `null`. `copied`: shares of tokens that the OV circuit between tokens raises most,
/// or among the five that it raises most.
pub(super) fn summary(
    head: &HeadCircuit,
    ov: &Spectrum,
    qk: Option<&Spectrum>,
    copied: Option<[f64; 2]>,
) -> Figure {
    let values = [
        ("copying_score", positivity(&ov.eigenvalues)),
        ("matching_score", qk.and_then(|qk| positivity(&qk.eigenvalues))),
        ("ov_norm", Some(ov.norm())),
        ("qk_norm", qk.map(Spectrum::norm)),
        ("copied_first", copied.map(|[first, _]| first)),
        ("copied_in_five", copied.map(|[_, five]| five)),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), value)).into_iter().collect();
    figure("summary", None, &format!("{}’s circuits", name(head)), FigureData::Scalars { values })
}

/// Source tokens and what the head writes at the query when it looks at them.
pub(super) fn ov_pairs(head: &HeadCircuit, tokens: &Tokens, pairs: &[Pair]) -> Figure {
    let title = format!("What {} writes of which token", name(head));
    figure("ov_top_pairs", None, &title, table(["source_token", "output_token"], tokens, pairs))
}

/// Query tokens and the keys they match.
pub(super) fn qk_pairs(head: &HeadCircuit, tokens: &Tokens, pairs: &[Pair]) -> Figure {
    let title = format!("Which token looks at which in {}", name(head));
    figure("qk_top_pairs", None, &title, table(["query_token", "key_token"], tokens, pairs))
}

fn table(names: [&str; 2], tokens: &Tokens, pairs: &[Pair]) -> FigureData {
    let row = |pair: &Pair| {
        let words = pair.tokens.map(|token| Cell::Text(tokens.string(token)));
        words.into_iter().chain([Cell::Number(f64::from(pair.value))]).collect()
    };
    FigureData::Table {
        columns: names.into_iter().chain(["value"]).map(str::to_owned).collect(),
        rows: pairs.iter().map(row).collect(),
    }
}
