//! A labelled matrix as a heatmap: diverging where it has negative values, sequential where it has none.

use super::{Frame, Source};
use crate::chart::format::{plain, signed};
use crate::components::Token;
use crate::components::figures::heatmap_view::{HeatmapView, Said};
use crate::components::figures::screen::{Screen, size_of};
use crate::heatmap::{Cell, Colors, Grid, Ground, Heatmap, Map, Scale, ink_on};
use crate::state::ViewState;
use leptos::html::Div;
use leptos::prelude::*;
use model::wire::FigureData;
use std::sync::Arc;

/// Width of a letter of the labels, in CSS pixels.
const LETTER: f64 = 6.6;
/// Labels are cut off after so many letters.
const LONGEST: usize = 16;
/// The least width of a cell that its value, or its text, is written in.
const ROOM: f64 = 44.0;
/// Texts are written in at most so many cells.
const MOST_TEXTS: usize = 3000;

/// Labels, values and geometry of what is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    rows: Vec<String>,
    columns: Vec<String>,
    map: Heatmap,
    grid: Grid,
    /// Width and height of a cell, CSS pixels.
    cell: (f64, f64),
    /// Room for the labels at the left.
    left: f64,
}

/// The figure.
#[component]
pub fn Matrix(
    /// A figure of a heatmap.
    figure: Source,
    /// What is written in the cells, row-major, in place of their values.
    #[prop(optional)]
    texts: Option<Signal<Arc<Vec<String>>>>,
    /// Another figure whose numbers are its table.
    #[prop(optional)]
    numbers: Option<Source>,
    /// What more to say of a cell.
    #[prop(optional)]
    say: Option<Callback<Cell, String>>,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let texts = texts.unwrap_or_else(|| Signal::stored(Arc::default()));
    let shown = Memo::new(move |_| {
        let with_text = texts.with(|texts| (1..=MOST_TEXTS).contains(&texts.len()));
        let (ground, diverging) = (screen.ground.get(), screen.diverging.get());
        shown(
            figure.get()?.data.clone(),
            size.get().width,
            with_text,
            (diverging, ground),
            screen.ratio.get(),
        )
    });
    let hovered = RwSignal::new(None::<Cell>);
    let describe = Callback::new(move |cell: Cell| {
        let (name, value) = shown.with(|s| s.as_ref().map(|s| s.describe(cell))).unwrap_or_default();
        let hint = say.map(|say| say.run(cell)).unwrap_or_default();
        Said { value: format!("{name} {value}"), unit: String::new(), hint }
    });
    // a matrix of layers × heads: a click inspects
    let pick = Callback::new(move |cell: Cell| {
        if shown.with_untracked(|s| s.as_ref().is_some_and(Shown::has_heads)) {
            let head = (cell.row, cell.column);
            view.head.update(|now| *now = if *now == Some(head) { None } else { Some(head) });
        }
    });
    let marked = Memo::new(move |_| {
        let head = view.head.get().filter(|_| shown.with(|s| s.as_ref().is_some_and(Shown::has_heads)));
        hovered.get().or(head.map(|(row, column)| Cell { row, column }))
    });
    let is_shown = Memo::new(move |_| shown.with(Option::is_some));
    let picture = Signal::derive(move || {
        shown.with(|s| s.as_ref().map(|s| (s.map.clone(), s.grid))).unwrap_or_default()
    });
    let label = Signal::derive(move || shown.with(|s| s.as_ref().map(Shown::summary)).unwrap_or_default());
    view! {
        <Frame figure numbers=numbers.unwrap_or(figure)>
            <Range shown />
            <div class="matrix" node_ref=host>
                {move || {
                    is_shown
                        .get()
                        .then(|| {
                            view! {
                                <div class="rows" style=move || shown.with(|s| s.as_ref().map(Shown::style))>
                                    <div class="side-labels">
                                        {move || {
                                            shown.with(|s| s.as_ref().map(|s| labels(&s.rows, hovered.get().map(|c| c.row))))
                                        }}
                                    </div>
                                    <div class="cells">
                                        <HeatmapView
                                            picture
                                            label
                                            marked
                                            describe
                                            on_hover=Callback::new(move |cell| hovered.set(cell))
                                            on_pick=pick
                                        />
                                        {move || shown.with(|s| s.as_ref().map(|s| texts.with(|t| s.write(t))))}
                                    </div>
                                    <div class="columns">
                                        {move || {
                                            shown
                                                .with(|s| {
                                                    s.as_ref().map(|s| labels(&s.columns, hovered.get().map(|c| c.column)))
                                                })
                                        }}
                                    </div>
                                </div>
                            }
                        })
                }}
            </div>
        </Frame>
    }
}

/// What the colours span.
#[component]
fn Range(shown: Memo<Option<Shown>>) -> impl IntoView {
    let screen = Screen::provide();
    let ends = move || shown.with(|s| s.as_ref().map(|s| (s.map.scale, s.map.map)));
    move || {
        ends().map(|(scale, map)| {
            let bar = format!("background:{}", Colors::of(map, screen.ground.get()).gradient("to right"));
            view! {
                <p class="row range">
                    <small class="num">{plain(f64::from(scale.low))}</small>
                    <i class="scale flat" style=bar></i>
                    <small class="num">{plain(f64::from(scale.high))}</small>
                </p>
            }
        })
    }
}

fn shown(
    data: FigureData,
    width: f64,
    texts: bool,
    (diverging, ground): (Map, Ground),
    ratio: f64,
) -> Option<Shown> {
    let FigureData::Heatmap { rows, columns, values } = data else { return None };
    if width <= 0.0 || values.len() != rows.len() * columns.len() {
        return None;
    }
    let known = || values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = (known().fold(0f32, f32::min), known().fold(0f32, f32::max));
    let (scale, map) = if low < 0.0 {
        (Scale::symmetric(high.max(-low)), diverging)
    } else {
        (Scale::from_zero(if high > 0.0 { high } else { 1.0 }), Map::Mist)
    };
    let longest = rows.iter().map(|label| label.chars().count().min(LONGEST)).max().unwrap_or(0);
    let left = longest as f64 * LETTER + 10.0;
    let wide = ((width - left) / columns.len().max(1) as f64).clamp(if texts { 64.0 } else { 6.0 }, 72.0);
    let high = (360.0 / rows.len().max(1) as f64).clamp(if texts { 20.0 } else { 6.0 }, 22.0);
    let grid = Grid::new(rows.len(), columns.len(), ((wide * ratio).floor() / ratio, high), ratio);
    let cell = (f64::from(grid.cell_width) / ratio, f64::from(grid.cell_height) / ratio);
    let map =
        Heatmap { rows: rows.len(), columns: columns.len(), values: values.to_vec(), scale, map, ground };
    Some(Shown { rows, columns, map, grid, cell, left })
}

impl Shown {
    /// Whether rows are layers and columns heads.
    fn has_heads(&self) -> bool {
        self.rows.first().is_some_and(|row| row == "L0")
            && self.columns.first().is_some_and(|column| column == "H0")
    }

    fn describe(&self, cell: Cell) -> (String, String) {
        let name = |labels: &[String], i: usize| labels.get(i).cloned().unwrap_or_default();
        let (row, column) = (name(&self.rows, cell.row), name(&self.columns, cell.column));
        let join = if self.has_heads() { "" } else { " · " };
        let value = self.map.value(cell).map_or_else(|| "–".to_owned(), |v| plain(f64::from(v)));
        (format!("{row}{join}{column}"), value)
    }

    /// The figure in words.
    fn summary(&self) -> String {
        let known = self.map.values.iter().enumerate().filter(|(_, v)| v.is_finite());
        let Some((index, _)) = known.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())) else {
            return String::new();
        };
        let width = self.map.columns.max(1);
        let (name, value) = self.describe(Cell { row: index / width, column: index % width });
        format!("{} rows by {} columns, largest {name} {value}", self.map.rows, self.map.columns)
    }

    fn style(&self) -> String {
        let (wide, high) = self.cell;
        format!("--left:{}px;--cell:{wide}px;--high:{high}px", self.left)
    }

    /// A value as a cell has room for it.
    fn short(&self, value: f32) -> String {
        match value {
            v if self.scale_is_signed() => signed(v, 2),
            v if v.fract() == 0.0 => plain(f64::from(v)),
            v => format!("{v:.2}"),
        }
    }

    fn scale_is_signed(&self) -> bool {
        self.map.scale.low < 0.0
    }

    /// Values or texts, in cells that have room for them.
    fn write(&self, texts: &[String]) -> impl IntoView + use<> {
        let count = self.map.values.len();
        let has_texts = texts.len() == count;
        let wanted = if self.cell.0 < ROOM || self.cell.1 < 14.0 || count > MOST_TEXTS { 0 } else { count };
        let colors = Colors::of(self.map.map, self.map.ground);
        let write = |index: usize| {
            let step = self.map.scale.step(self.map.values[index])?;
            let (row, column) = (index / self.map.columns, index % self.map.columns);
            let (x, y) = ((column as f64 + 0.5) * self.cell.0, (row as f64 + 0.5) * self.cell.1);
            let width = self.cell.0 - 4.0;
            let style = format!("left:{x}px;top:{y}px;max-width:{width}px;color:{}", ink_on(colors.at(step)));
            let text = if has_texts {
                view! { <Token text=texts[index].clone() /> }.into_any()
            } else {
                self.short(self.map.values[index]).into_any()
            };
            Some(view! {
                <span class="lab at in-cell" aria-hidden="true" style=style>
                    {text}
                </span>
            })
        };
        (0..wanted).filter_map(write).collect_view()
    }
}

/// The labels of one side, the hovered one on.
fn labels(labels: &[String], on: Option<usize>) -> impl IntoView + use<> {
    let label = |(i, text): (usize, &String)| {
        let text: String = text.chars().take(LONGEST).collect();
        view! {
            <span class="lab" class:on=on == Some(i) aria-hidden="true">
                <Token text />
            </span>
        }
    };
    labels.iter().enumerate().map(label).collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_of(values: Vec<f32>) -> Shown {
        let labels = |letter: char| (0..2).map(|i| format!("{letter}{i}")).collect();
        let data = FigureData::Heatmap { rows: labels('L'), columns: labels('H'), values: values.into() };
        shown(data, 640.0, false, (Map::RedBlue, Ground::Light), 1.0).unwrap()
    }

    #[test]
    fn a_matrix_with_negative_values_is_centred_on_zero() {
        let signed = shown_of(vec![1.0, -4.0, f32::NAN, 2.0]);
        assert_eq!((signed.map.scale, signed.map.map), (Scale::symmetric(4.0), Map::RedBlue));
        assert_eq!(signed.summary(), "2 rows by 2 columns, largest L0H1 −4");
        let positive = shown_of(vec![0.0, 0.5, 0.25, 0.125]);
        assert_eq!((positive.map.scale, positive.map.map), (Scale::from_zero(0.5), Map::Mist));
    }
}
