//! A heatmap's canvas, drawn by whichever renderer the browser has.

use crate::heatmap::{Grid, Heatmap, Paint, Painter, Renderer, Unavailable};
use leptos::either::Either;
use leptos::html::Canvas;
use leptos::logging::warn;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A picture and its pixels.
pub type Picture = (Heatmap, Grid);

/// Draws `picture` whenever it changes. `data-renderer` says by what: `webgpu` or `canvas`.
///
/// When the WebGPU device is lost, or fails, the canvas is replaced and drawn through a 2-D context: a canvas that once
/// had a context of one kind cannot get the other.
#[component]
pub fn HeatCanvas<P: Paint + Send + Sync + 'static>(
    /// What to draw.
    picture: Signal<P>,
) -> impl IntoView {
    let renderer = RwSignal::new_local(None::<Renderer>);
    spawn_local(async move {
        let shared = Renderer::shared().await;
        renderer.try_set(Some(shared.clone()));
        shared.lost().await;
        renderer.try_set(Some(Renderer::canvas()));
    });
    let on_failure = move |failure: Unavailable| {
        warn!("heatmaps are drawn without WebGPU from here on: {failure}");
        renderer.set(Some(Renderer::canvas()));
    };
    move || {
        renderer.get().map(|renderer| {
            let name = renderer.name();
            let canvas = drawing(renderer, picture, on_failure);
            let element = move || view! { <canvas class="heat" node_ref=canvas data-renderer=name></canvas> };
            // two branches, so that another renderer gets another element
            if name == "webgpu" { Either::Left(element()) } else { Either::Right(element()) }
        })
    }
}

/// A canvas that `renderer` keeps drawn.
fn drawing<P: Paint + Send + Sync + 'static>(
    renderer: Renderer,
    picture: Signal<P>,
    on_failure: impl Fn(Unavailable) + 'static,
) -> NodeRef<Canvas> {
    let canvas = NodeRef::<Canvas>::new();
    let painter = StoredValue::new_local(None::<Painter<P>>);
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let outcome = picture.with(|picture| {
            let mut taken = match painter.try_update_value(Option::take).flatten() {
                Some(painter) => painter,
                None => renderer.painter(&canvas)?,
            };
            taken.paint(picture)?;
            painter.set_value(Some(taken));
            Ok(())
        });
        match outcome {
            Err(failure) if renderer.name() == "webgpu" => on_failure(failure),
            Err(failure) => warn!("a heatmap could not be drawn: {failure}"),
            Ok(()) => {}
        }
    });
    canvas
}
