//! A map of effects on the page: cells, labels, values, the colour bar, and what is said of a cell.

use super::asked::Asked;
use super::effects::{Map, by_pair};
use super::layout::{Label, Layout, svg};
use crate::chart::format::{plain, signed};
use crate::components::Token;
use crate::components::figures::export::{Address, Format, Picture, svg_address};
use crate::components::figures::heatmap_view::{HeatmapView, Said};
use crate::components::figures::lines::Source;
use crate::components::figures::panel::{FigurePanel, Heading};
use crate::components::figures::scale_bar::ScaleBar;
use crate::components::figures::screen::{Screen, size_of};
use crate::heatmap::{Cell, Colors, Heatmap, Scale, ink_on};
use crate::state::ViewState;
use leptos::html::Div;
use leptos::prelude::*;
use model::table::Table;
use std::rc::Rc;

/// A map with all that it is drawn with.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    map: Map,
    layout: Layout,
    picture: Heatmap,
}

/// The figure.
#[component]
pub fn EffectMap(
    /// Title and unit.
    heading: Heading,
    /// What it shows.
    #[prop(into)]
    caption: Signal<String>,
    /// The contract's figure, for its files.
    figure: Source,
    /// Its numbers; none until they can be shown.
    #[prop(into)]
    map: Signal<Option<Map>>,
    /// The tensor of single pairs, where cells are cells of it.
    #[prop(optional)]
    pairs: Option<Source>,
    /// What was asked.
    asked: Signal<Option<Asked>>,
    /// What a click does, in words, and what it does with a line and an entry.
    pick: (&'static str, Callback<(usize, usize)>),
    /// Whether the entries of line `n` are heads of layer `n` or positions at it: marks them in the other figures.
    #[prop(default = true)]
    marks: bool,
    /// Stands beside the title.
    #[prop(into, default = ViewFn::from(|| ()))]
    beside: ViewFn,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let shown = Memo::new(move |_| {
        let (map, width) = (map.get()?, size.get().width);
        let largest = map.largest().map_or(1.0, |(_, value)| value.abs().max(map.rounding()));
        let scale = Scale::symmetric(view.scale.get().map_or(largest, |limit| limit as f32));
        let layout = Layout::new(&map, width, screen.ratio.get(), view.transposed.get());
        let picture = layout.picture(&map, scale, (screen.diverging.get(), screen.ground.get()));
        (width > 0.0).then_some(Shown { map, layout, picture })
    });
    let title = StoredValue::new((heading.name.clone(), heading.title.clone()));
    let table = Memo::new(move |_| {
        let made =
            map.with(|map| title.with_value(|(name, title)| map.as_ref().map(|map| map.figure(name, title))));
        made.map(|figure| Table::of(&figure).titled("layer")).unwrap_or_default()
    });
    let unit = heading.unit;
    let hovered = RwSignal::new(None::<Cell>);
    let marked = Memo::new(move |_| {
        let of_heads = shown.with(|s| s.as_ref().is_some_and(|s| s.map.of_heads()));
        let place = if of_heads { view.marked_head() } else { view.cell.get() };
        let place = place.filter(|_| marks);
        let cell = place.and_then(|place| shown.with(|s| s.as_ref().map(|s| s.layout.cell_of(place))));
        hovered.get().or(cell).filter(|cell| {
            shown.with(|s| {
                s.as_ref().is_some_and(|s| cell.row < s.picture.rows && cell.column < s.picture.columns)
            })
        })
    });
    let hover = Callback::new(move |cell: Option<Cell>| {
        hovered.set(cell);
        let place = shown.with_untracked(|s| {
            let s = s.as_ref().filter(|s| s.map.of_heads())?;
            cell.map(|cell| s.layout.place_of(cell))
        });
        if marks {
            view.hovered_head.set(place);
        }
    });
    let describe = Callback::new(move |cell: Cell| {
        let every = pairs.and_then(|pairs| pairs.get());
        let said = shown.with(|s| s.as_ref().map(|s| say(s, cell, every.as_deref(), asked.get().as_ref())));
        let (value, about) = said.unwrap_or_default();
        Said {
            value,
            unit: unit.to_owned(),
            hint: [about, pick.0.to_owned()].join(" · ").trim_matches([' ', '·']).to_owned(),
        }
    });
    let on_pick = Callback::new(move |cell: Cell| {
        if let Some(place) = shown.with_untracked(|s| s.as_ref().map(|s| s.layout.place_of(cell))) {
            pick.1.run(place);
        }
    });
    let is_shown = Memo::new(move |_| shown.with(Option::is_some));
    let now = Signal::derive(move || shown.get().unwrap_or_default());
    view! {
        <FigurePanel heading caption figure table picture=picture_of(shown, screen) beside>
            <div
                class="head-map effect-map"
                node_ref=host
                style=move || shown.with(|s| s.as_ref().map(|s| format!("min-height:{}px", s.layout.height())))
            >
                {move || is_shown.get().then(|| view! { <Cells now marked describe hover on_pick /> })}
            </div>
        </FigurePanel>
    }
}

/// What stands in the figure.
#[component]
fn Cells(
    now: Signal<Shown>,
    marked: Memo<Option<Cell>>,
    describe: Callback<Cell, Said>,
    hover: Callback<Option<Cell>>,
    on_pick: Callback<Cell>,
) -> impl IntoView {
    let screen = Screen::provide();
    view! {
        <div class="at" style=move || at((now.with(|s| s.layout.left), 0.0))>
            <HeatmapView
                picture=Signal::derive(move || now.with(|s| (s.picture.clone(), s.layout.grid)))
                label=Signal::derive(move || now.with(|s| s.map.summary()))
                marked
                describe
                on_hover=hover
                on_pick
            />
        </div>
        {move || now.with(missing)}
        {move || now.with(values)}
        {move || {
            let on = marked.get();
            now.with(|s| {
                let upright = s.layout.upright();
                s.layout.labels(&s.map).into_iter().map(|l| label(l, on, upright)).collect_view()
            })
        }}
        <ScaleBar
            at=Signal::derive(move || now.with(|s| s.layout.bar_at()))
            height=Signal::derive(move || now.with(|s| s.layout.size().1))
            limit=Signal::derive(move || now.with(|s| s.picture.scale.high))
            colors=Signal::derive(move || Colors::of(screen.diverging.get(), screen.ground.get()))
        />
    }
}

/// Name and change of a cell, and what else is known of it.
fn say(
    shown: &Shown,
    cell: Cell,
    pairs: Option<&model::wire::Figure>,
    asked: Option<&Asked>,
) -> (String, String) {
    let (line, entry) = shown.layout.place_of(cell);
    let map = &shown.map;
    let Some(change) = map.change(line, entry) else {
        return (map.name(line, entry), "not computed yet".to_owned());
    };
    let mut about = Vec::new();
    if map.neutral != 0.0 {
        let value = map.value(line, entry).map_or(f64::NAN, f64::from);
        about.push(format!("{} instead of {}", plain(value), plain(f64::from(map.neutral))));
    }
    if let Some(error) = map.error(line, entry) {
        about.push(format!("± {} standard error", plain(f64::from(error))));
    }
    let every = pairs.map(|pairs| by_pair(pairs, line * map.entries.len() + entry)).unwrap_or_default();
    let changes = every.iter().map(|value| value - map.neutral).filter(|v| v.is_finite());
    let (low, high) = changes.fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if every.len() > 1 {
        about.push(format!("{} pairs from {} to {}", every.len(), signed(low, 2), signed(high, 2)));
    }
    if let Some(corrupted) = map.entries.get(entry).and_then(|entry| entry.corrupted.as_ref()) {
        about.push(format!("corrupted {}", corrupted.trim()));
    }
    let digits = if asked.is_some_and(Asked::normalized) { 3 } else { 4 };
    (format!("{} {}", map.name(line, entry), signed(change, digits)), about.join(" · "))
}

fn at((x, y): (f64, f64)) -> String {
    format!("left:{x}px;top:{y}px")
}

fn label(label: Label, on: Option<Cell>, upright: bool) -> impl IntoView {
    let is_on = on.is_some_and(|cell| label.index == if label.row { cell.row } else { cell.column });
    let class = match (label.row, upright) {
        (true, _) => "lab at row-label",
        (false, true) => "lab at column-label upright",
        (false, false) => "lab at column-label",
    };
    let differs = label.entry.corrupted.is_some();
    let corrupted = label.entry.corrupted.map(|text| view! { <Token text class="corrupted" /> });
    view! {
        <span class=class class:on=is_on class:differs=differs aria-hidden="true" style=at((label.x, label.y))>
            <Token text=label.entry.name />
            {corrupted}
        </span>
    }
}

/// Hatched: not computed yet.
fn missing(shown: &Shown) -> impl IntoView + use<> {
    let (wide, high) = shown.layout.cell;
    let left = shown.layout.left;
    let block = move |[column, row, columns, rows]: [usize; 4]| {
        let place = at((left + column as f64 * wide, row as f64 * high));
        let size = format!("width:{}px;height:{}px", columns as f64 * wide - 1.0, rows as f64 * high - 1.0);
        view! { <i class="at missing-cells" style=format!("{place};{size}")></i> }
    };
    shown.layout.missing(&shown.map).into_iter().map(block).collect_view()
}

/// The changes, written in the cells where they fit.
fn values(shown: &Shown) -> impl IntoView + use<> {
    let picture = &shown.picture;
    let colors = Colors::of(picture.map, picture.ground);
    let cell = |(index, value): (usize, &f32)| {
        let color = colors.at(picture.scale.step(*value)?);
        let cell = Cell { row: index / picture.columns, column: index % picture.columns };
        let style = format!("{};color:{}", at(shown.layout.middle(cell)), ink_on(color));
        Some(view! { <span class="lab at in-cell" aria-hidden="true" style=style>{signed(*value, 2)}</span> })
    };
    let cells = picture.values.iter().enumerate().filter(|_| shown.layout.has_values());
    cells.filter_map(cell).collect_view()
}

fn picture_of(shown: Memo<Option<Shown>>, screen: Screen) -> Picture {
    let make = move |format: Format| -> Address {
        let document = shown
            .get_untracked()
            .map(|s| svg(&s.map, &s.layout, s.picture.scale, screen.diverging.get_untracked()));
        Box::pin(async move { svg_address(document.ok_or("nothing is drawn yet")?, format).await })
    };
    StoredValue::new_local(Rc::new(make))
}
