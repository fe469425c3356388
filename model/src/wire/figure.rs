//! What an analysis shows.

use super::Values;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A named picture or table. A later figure of the same `name` and `prompt` replaces an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Figure {
    /// The key, such as `logit_lens` or `head_attribution:positive`.
    pub name: String,
    /// The prompt it belongs to, from 0, where it belongs to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<usize>,
    /// A title for people.
    pub title: String,
    /// The numbers, by kind.
    #[serde(flatten)]
    pub data: FigureData,
}

/// The numbers of a figure, by the name under `"kind"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FigureData {
    /// Series over the same labels.
    Line {
        /// One label for each value of a series.
        x: Vec<String>,
        /// `mean`, `stderr`, `group:<name>`, `prompt:<i>`, or as the analysis says.
        series: Vec<Series>,
    },
    /// Points, with a label each.
    Scatter {
        /// Horizontal positions.
        x: Values,
        /// Vertical positions.
        y: Values,
        /// What each point is.
        labels: Vec<String>,
        /// Title of the horizontal axis.
        x_title: String,
        /// Title of the vertical axis.
        y_title: String,
    },
    /// A labelled matrix.
    Heatmap {
        /// Row labels.
        rows: Vec<String>,
        /// Column labels.
        columns: Vec<String>,
        /// Row-major, rows × columns.
        values: Values,
    },
    /// A named-axis array.
    Tensor {
        /// Axis names, outermost first.
        axes: Vec<String>,
        /// One length an axis.
        shape: Vec<usize>,
        /// Row-major.
        values: Values,
    },
    /// Rows of cells.
    Table {
        /// Column titles.
        columns: Vec<String>,
        /// One cell a column.
        rows: Vec<Vec<Cell>>,
    },
    /// Named numbers.
    Scalars {
        /// By name; `null` where there is none (a standard error of one prompt).
        values: BTreeMap<String, Option<f64>>,
    },
}

/// Columns of a [`FigureData::Table`] whose cells are tokens, exactly as the model sees them.
pub const TOKEN_COLUMNS: [&str; 5] = ["token", "source_token", "output_token", "query_token", "key_token"];

/// One line of a [`FigureData::Line`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Series {
    /// `mean`, `stderr`, `group:<name>`, `prompt:<i>`, …
    pub name: String,
    /// One value for each label.
    pub y: Values,
}

/// One cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// Words, or a token exactly as the model sees it.
    Text(String),
}
