//! Head attribution: the heat map of layers and heads, with each layer's b_O and attn_out beside its heads, so that one
//! sees a layer add up.

use super::export::{Address, Format, Picture, svg_address};
use super::head_cells::{HeadCells, Shown};
use super::head_layout::HeadLayout;
use super::head_map::HeadMap;
use super::head_svg::svg;
use super::lines::axis;
use super::panel::{FigurePanel, Heading};
use super::screen::{Screen, size_of};
use crate::components::any::compare::GROUPS;
use crate::heatmap::Scale;
use crate::state::{RunState, ViewState};
use leptos::html::Div;
use leptos::prelude::*;
use model::table::Table;
use std::rc::Rc;

/// The name of the figure on the page.
const NAME: &str = "head_attribution";

/// The figure, with a switch for the groups.
#[component]
pub fn HeadAttribution() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let screen = Screen::provide();
    let chosen = RwSignal::new(None::<String>);
    let groups = Memo::new(move |_| group_names(&run.figures.read()));
    // another run may not have the group that was chosen
    let group = Memo::new(move |_| chosen.get().filter(|group| groups.with(|groups| groups.contains(group))));
    let figure = Signal::derive(move || {
        let name = group.get().map_or_else(|| NAME.to_owned(), |group| format!("{NAME}:{group}"));
        run.figure(&name, None).get()
    });
    let map = head_map(run, group.into());
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
        let mut table = figure.get().map(|f| Table::of(&f).titled("layer")).unwrap_or_default();
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
    let heading = Heading::new(NAME, "Head attribution", "logits");
    let is_shown = Memo::new(move |_| shown.with(Option::is_some));
    view! {
        <FigurePanel
            heading
            caption
            figure
            table
            picture=picture_of(shown, screen)
            beside=move || view! { <Switches groups group chosen /> }
        >
            <div
                class="head-map"
                node_ref=host
                style=move || shown.with(|s| s.as_ref().map(|s| format!("min-height:{}px", s.layout.height)))
            >
                {move || {
                    is_shown.get().then(|| {
                        let shown = Signal::derive(move || shown.get().unwrap_or_default());
                        view! { <HeadCells shown /> }
                    })
                }}
            </div>
        </FigurePanel>
    }
}

/// The run's head map of a group, or of all prompts.
pub fn head_map(run: RunState, group: Signal<Option<String>>) -> Memo<Option<HeadMap>> {
    let (bias, layers) = (run.figure("bias_attribution", None), run.figure("layer_attribution", None));
    Memo::new(move |_| {
        let group = group.get();
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

/// The groups that there are head maps of.
fn group_names(figures: &[(String, Option<usize>)]) -> Vec<String> {
    let names = figures.iter().filter_map(|(name, _)| name.strip_prefix(NAME)?.strip_prefix(':'));
    names.map(str::to_owned).collect()
}

/// Which prompts, and which way round.
#[component]
fn Switches(
    groups: Memo<Vec<String>>,
    group: Memo<Option<String>>,
    chosen: RwSignal<Option<String>>,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let tab = move |name: Option<String>| {
        let title = name.clone().unwrap_or_else(|| "all".to_owned());
        let mine = name.clone();
        view! {
            <button
                type="button"
                aria-pressed=move || (group.get() == mine).to_string()
                on:click=move |_| chosen.set(name.clone())
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
                    view! {
                        <div class="tabs" role="group" aria-label="Prompts">{all.map(tab).collect_view()}</div>
                        <div class="tabs">
                            <button
                                type="button"
                                title="One group against the other"
                                aria-pressed=move || (view.with.get().as_deref() == Some(GROUPS)).to_string()
                                on:click=move |_| {
                                    view.with.update(|with| *with = with.is_none().then(|| GROUPS.to_owned()));
                                }
                            >
                                "compare"
                            </button>
                        </div>
                    }
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
