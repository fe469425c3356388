//! Head attribution: the heat map of layers and heads, with each layer's b_O and attn_out beside its heads, so that one
//! sees a layer add up.

use super::export::{Address, Format, Picture, svg_address};
use super::head_layout::{HeadLayout, Label};
use super::head_map::HeadMap;
use super::head_svg::svg;
use super::heatmap_view::{HeatmapView, Said};
use super::lines::axis;
use super::panel::{FigurePanel, Heading};
use super::scale_bar::ScaleBar;
use super::screen::{Screen, size_of};
use super::table::Table;
use crate::chart::LayerAxis;
use crate::chart::format::signed;
use crate::chart::part::head_name;
use crate::heatmap::{Cell, Colors, Heatmap, Scale, ink_on};
use crate::state::{RunState, ViewState};
use leptos::html::Div;
use leptos::prelude::*;
use std::rc::Rc;

/// The name of the figure on the page.
const NAME: &str = "head_attribution";

/// What the map shows and where.
#[derive(Clone, Debug, Default, PartialEq)]
struct Shown {
    map: HeadMap,
    axis: LayerAxis,
    layout: HeadLayout,
    scale: Scale,
    heads: Heatmap,
    sums: Heatmap,
}

/// The figure, with a switch for the groups.
#[component]
pub fn HeadAttribution() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let screen = Screen::provide();
    let group = RwSignal::new(None::<String>);
    let figure = Signal::derive(move || {
        let name = group.get().map_or_else(|| NAME.to_owned(), |group| format!("{NAME}:{group}"));
        run.figure(&name, None).get()
    });
    let map = head_map(run, move || group.get());
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let shown = Memo::new(move |_| {
        let (map, size, ratio) = (map.get()?, size.get(), screen.ratio.get());
        let axis = axis(run, size, screen)?;
        let maximised = view.maximised.with(|m| m.as_deref() == Some(NAME));
        let across = view.transposed.get();
        let layout = HeadLayout::new(&map, &axis, ratio, across, maximised.then_some(size.height));
        let scale = Scale::symmetric(view.scale.get().map_or_else(|| map.limit(), |limit| limit as f32));
        let (heads, sums) = layout.pictures(&map, scale, (screen.diverging.get(), screen.ground.get()));
        Some(Shown { map, axis, layout, scale, heads, sums })
    });
    let table = Memo::new(move |_| {
        let mut table = figure.get().map(|f| Table::of(&f, "layer")).unwrap_or_default();
        if let Some(map) = map.get() {
            table.push("b_O", map.bias);
            table.push("attn_out", map.attn_out);
        }
        table
    });
    let caption = Signal::derive(move || {
        let prompts = run.started.with(|s| s.as_ref().map_or(0, |s| s.prompts.len()));
        let over =
            group.get().map_or_else(|| format!("{prompts} prompts"), |g| format!("the prompts of “{g}”"));
        format!(
            "What each head’s output at the last token adds to logit(answer) − logit(distractor), mean over {over}; \
             with b_O they sum to attn_out."
        )
    });
    let heading = Heading { name: NAME, title: "Head attribution", unit: "logits" };
    let is_shown = Memo::new(move |_| shown.with(Option::is_some));
    view! {
        <FigurePanel
            heading
            caption
            figure
            table
            picture=picture_of(shown, screen)
            beside=move || view! { <Switches run group /> }
        >
            <div
                class="head-map"
                node_ref=host
                style:min-height=move || shown.with(|s| s.as_ref().map(|s| format!("{}px", s.layout.height)))
            >
                {move || {
                    is_shown.get().then(|| {
                        let shown = Signal::derive(move || shown.get().unwrap_or_default());
                        view! { <Map shown /> }
                    })
                }}
            </div>
        </FigurePanel>
    }
}

/// The run's head map of a group, or of all prompts.
pub fn head_map(
    run: RunState,
    group: impl Fn() -> Option<String> + Send + Sync + 'static,
) -> Memo<Option<HeadMap>> {
    let (bias, layers) = (run.figure("bias_attribution", None), run.figure("layer_attribution", None));
    Memo::new(move |_| {
        let group = group();
        let name = group.as_ref().map_or_else(|| NAME.to_owned(), |group| format!("{NAME}:{group}"));
        let heads = run.figure(&name, None).get()?;
        HeadMap::new(&heads, bias.get().as_deref(), layers.get().as_deref(), group.as_deref())
    })
}

fn picture_of(shown: Memo<Option<Shown>>, screen: Screen) -> Picture {
    let make = move |format: Format| -> Address {
        let document = shown
            .get_untracked()
            .map(|s| svg(&s.map, &s.layout, s.axis.width, s.scale, screen.diverging.get_untracked()));
        Box::pin(async move { svg_address(document.ok_or("nothing is drawn yet")?, format).await })
    };
    StoredValue::new_local(Rc::new(make))
}

/// Which prompts, and which way round.
#[component]
fn Switches(run: RunState, group: RwSignal<Option<String>>) -> impl IntoView {
    let view: ViewState = expect_context();
    let groups = Memo::new(move |_| {
        let names = run.figures.get();
        let names = names.iter().filter_map(|(name, _)| name.strip_prefix("head_attribution:"));
        names.map(str::to_owned).collect::<Vec<_>>()
    });
    let tab = move |name: Option<String>| {
        let title = name.clone().unwrap_or_else(|| "all".to_owned());
        let mine = name.clone();
        view! {
            <button
                type="button"
                aria-pressed=move || (group.get() == mine).to_string()
                on:click=move |_| group.set(name.clone())
            >
                {title}
            </button>
        }
    };
    view! {
        {move || {
            let groups = groups.get();
            (!groups.is_empty())
                .then(|| {
                    let all = std::iter::once(None).chain(groups.into_iter().map(Some));
                    view! { <div class="tabs" role="group" aria-label="Prompts">{all.map(tab).collect_view()}</div> }
                })
        }}
        <div class="tabs">
            <button
                type="button"
                aria-pressed=move || (!view.transposed.get()).to_string()
                title="Layers down instead of left to right"
                on:click=move |_| view.transposed.update(|across| *across = !*across)
            >
                "layers down"
            </button>
        </div>
    }
}

/// Cells, labels, values and the colour bar.
#[component]
fn Map(shown: Signal<Shown>) -> impl IntoView {
    let view: ViewState = expect_context();
    let screen = Screen::provide();
    let heads = Signal::derive(move || shown.with(|s| (s.heads.clone(), s.layout.heads)));
    let sums = Signal::derive(move || shown.with(|s| (s.sums.clone(), s.layout.sums)));
    let head_of = move |cell: Cell| shown.with_untracked(|s| s.layout.head_of(cell));
    let marked = Memo::new(move |_| {
        let head = view.marked_head()?;
        shown.with(|s| s.map.value(head).map(|_| s.layout.cell_of(head)))
    });
    let px = |v: f64| format!("{v}px");
    view! {
        <div
            class="at"
            style:left=move || px(shown.with(|s| s.layout.heads_at.0))
            style:top=move || px(shown.with(|s| s.layout.heads_at.1))
        >
            <HeatmapView
                picture=heads
                label=Signal::derive(move || shown.with(|s| s.map.summary()))
                marked
                describe=Callback::new(move |cell| shown.with(|s| say_head(s, view, cell)))
                on_hover=Callback::new(move |cell: Option<Cell>| view.hovered_head.set(cell.map(head_of)))
                on_pick=Callback::new(move |cell| pick(view, head_of(cell)))
            />
        </div>
        <div
            class="at"
            style:left=move || px(shown.with(|s| s.layout.sums_at.0))
            style:top=move || px(shown.with(|s| s.layout.sums_at.1))
        >
            <HeatmapView
                picture=sums
                label="Attention bias b_O and attention output attn_out of each layer"
                marked=Signal::derive(|| None)
                describe=Callback::new(move |cell| shown.with(|s| say_sum(s, cell)))
                on_hover=Callback::new(|_| {})
            />
        </div>
        {move || shown.with(values)}
        {move || {
            let marked = view.marked_head();
            shown
                .with(|s| s.layout.labels(&s.map, marked))
                .into_iter()
                .map(label)
                .collect_view()
        }}
        <ScaleBar
            at=Signal::derive(move || shown.with(|s| s.layout.bar_at))
            height=Signal::derive(move || shown.with(|s| s.layout.heads.rows as f64 * s.layout.cell.1))
            limit=Signal::derive(move || shown.with(|s| s.scale.high))
            colors=Signal::derive(move || Colors::of(screen.diverging.get(), screen.ground.get()))
        />
    }
}

/// Locks a head, or lets go of it when it is locked already.
fn pick(view: ViewState, head: (usize, usize)) {
    view.head.update(|now| *now = if *now == Some(head) { None } else { Some(head) });
}

fn say_head(shown: &Shown, view: ViewState, cell: Cell) -> Said {
    let head = shown.layout.head_of(cell);
    let value = shown.map.value(head).map_or(f64::NAN, f64::from);
    let hint = if view.head.get() == Some(head) { "Click or Esc to release" } else { "Click to inspect" };
    let value = format!("{} {}", head_name(head), signed(value, 3));
    Said { value, unit: "logits".to_owned(), hint: hint.to_owned() }
}

fn say_sum(shown: &Shown, cell: Cell) -> Said {
    let (layer, is_out) = shown.layout.sum_of(cell);
    let (name, values) = if is_out { ("attn_out", &shown.map.attn_out) } else { ("b_O", &shown.map.bias) };
    let value = signed(values.get(layer).copied().unwrap_or(f32::NAN), 3);
    let value = format!("{layer}_{name} {value}");
    Said { value, unit: "logits".to_owned(), hint: shown.map.sum_of(layer) }
}

fn label(label: Label) -> impl IntoView {
    let class = if label.row { "lab at row-label" } else { "lab at column-label" };
    view! {
        <span
            class=class
            class:on=label.on
            aria-hidden="true"
            style:left=format!("{}px", label.x)
            style:top=format!("{}px", label.y)
        >
            {label.text}
        </span>
    }
}

/// The values, written in the cells where they fit.
fn values(shown: &Shown) -> impl IntoView + use<> {
    let layout = shown.layout;
    let write = |picture: &Heatmap, at: (f64, f64)| {
        let colors = Colors::of(picture.map, picture.ground);
        let cells = picture.values.iter().enumerate().filter_map(|(index, value)| {
            let cell = Cell { row: index / picture.columns, column: index % picture.columns };
            let color = colors.at(picture.scale.step(*value)?);
            let (x, y) = layout.middle(at, cell);
            let (left, top) = (format!("{x}px"), format!("{y}px"));
            let text = signed(*value, 2);
            let ink = ink_on(color);
            Some(view! {
                <span
                    class="lab at in-cell"
                    aria-hidden="true"
                    style:left=left
                    style:top=top
                    style:color=ink
                >
                    {text}
                </span>
            })
        });
        cells.collect_view()
    };
    layout.has_values().then(|| (write(&shown.heads, layout.heads_at), write(&shown.sums, layout.sums_at)))
}
