//! A Plotly chart in the page.

use crate::chart::{Chart, plotly};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// A chart that has been drawn, for exports.
pub type Drawn = StoredValue<Option<Rc<plotly::Plot>>, LocalStorage>;

/// Draws `chart` into `host` whenever it changes, loading Plotly before the first one. Room for it is kept meanwhile
/// by the element's height in the stylesheet.
#[component]
pub fn PlotView(
    /// What to draw, once there is something.
    #[prop(into)]
    chart: Signal<Option<Chart>>,
    /// The element drawn in, which the caller measures.
    host: NodeRef<Div>,
    /// The figure in words, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// Where the drawn chart is put for exports.
    drawn: Drawn,
    /// Called with the `customdata` of a point that is clicked.
    #[prop(optional)]
    on_click: Option<Callback<JsValue>>,
) -> impl IntoView {
    let failure = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let (Some(element), Some(wanted)) = (host.get(), chart.get()) else { return };
        spawn_local(async move {
            let loaded = plotly::load().await;
            // by now there may be a newer chart, which draws itself, or the figure is gone
            if chart.try_get_untracked().flatten().as_ref() != Some(&wanted) {
                return;
            }
            let plot = drawn.try_get_value().flatten().unwrap_or_else(|| {
                let mut plot = plotly::Plot::new(element.into());
                if let Some(on_click) = on_click {
                    plot.on("plotly_click", Box::new(move |point| on_click.run(point)));
                }
                Rc::new(plot)
            });
            drawn.try_update_value(|drawn| *drawn = Some(plot.clone()));
            let outcome = match loaded {
                Ok(()) => plot.draw(&wanted).await,
                Err(e) => Err(e),
            };
            failure.try_set(outcome.err());
        });
    });
    view! {
        <div class="chart" node_ref=host role="img" aria-label=label></div>
        {move || failure.get().map(|words| view! { <p class="bad" role="alert">{words}</p> })}
    }
}
