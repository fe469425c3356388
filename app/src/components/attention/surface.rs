//! The surface one points at: drag pans, wheel and pinch zoom, hover says what a head is like, a click selects it.

use super::labels::Labels;
use super::pointers::{Motion, Pointers};
use super::state::GridState;
use super::step;
use super::tip::{Pointed, Ring, Tip};
use crate::components::figures::canvas::HeatCanvas;
use crate::components::figures::screen::Screen;
use crate::heatmap::atlas::Camera;
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent, PointerEvent, WheelEvent};

/// One press of a key, or of a button.
pub const STEP: f64 = 1.5;

/// The canvas with its labels, its ring and its tooltip.
#[component]
pub fn Surface(
    /// What is shown.
    grid: GridState,
) -> impl IntoView {
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let pointed = RwSignal::new(None::<Pointed>);
    let point = move |now: Option<Pointed>| {
        // the browser takes the focus from a figure that leaves the page after its signals are gone
        if pointed.try_get_untracked().is_some_and(|before| before != now) {
            pointed.set(now);
            grid.view.hovered_head.set(now.map(|p| grid.maps.with_untracked(|m| m.head_of(p.tile))));
        }
    };
    let place = move |event: &MouseEvent| pixel(grid, host, event);
    let under = move |event: &MouseEvent| {
        let (x, y) = place(event)?;
        untrack(|| Pointed::at(grid, x, y))
    };
    let pointers = StoredValue::new_local(Pointers::default());
    let moved = move |event: PointerEvent| {
        let at = place(&event).unwrap_or_default();
        match pointers.try_update_value(|pointers| pointers.moved(event.pointer_id(), at)).flatten() {
            Some(Motion { factor, about, by }) => {
                grid.look(|camera, l| camera.zoomed(factor, about, &l.frame).panned(by, &l.frame));
                point(None);
            }
            None if event.buttons() == 0 => point(under(&event)),
            None => {}
        }
    };
    let pressed = move |event: PointerEvent| {
        if let (Some(at), Some(host)) = (place(&event), host.get_untracked())
            && event.button() == 0
        {
            pointers.update_value(|pointers| pointers.pressed(event.pointer_id(), at));
            // a drag goes on outside; where the browser refuses, it ends at the edge
            let _ = host.set_pointer_capture(event.pointer_id());
        }
    };
    let released = move |event: PointerEvent| {
        pointers.update_value(|pointers| pointers.released(event.pointer_id()));
    };
    let wheeled = move |event: WheelEvent| {
        let factor = (-wheel(&event)).exp();
        let Some(at) = place(&event) else { return };
        // where there is nothing to zoom, the page scrolls
        if grid.look(|camera, l| camera.zoomed(factor, at, &l.frame)) {
            event.prevent_default();
            point(under(&event));
        }
    };
    let clicked = move |event: MouseEvent| {
        let dragged = pointers.try_update_value(Pointers::take_dragged).unwrap_or_default();
        if let Some(pointed) = under(&event).filter(|_| !dragged) {
            grid.pick(grid.maps.with_untracked(|maps| maps.head_of(pointed.tile)));
        }
    };
    let size = move || grid.layout.with(|l| format!("width:{}px;height:{}px", l.size.0, l.size.1));
    let zoomed = move || grid.camera.with(|camera| camera.zoom() > 1.0);
    view! {
        <div
            class="atlas"
            style=move || {
                grid.layout.with(|l| format!("padding-left:{}px;height:{}px", l.left, l.height))
            }
        >
            <div
                class="window"
                class:zoomed=zoomed
                node_ref=host
                tabindex="0"
                role="application"
                aria-roledescription="grid of attention patterns"
                aria-label=move || grid.summary()
                style=size
                on:pointerdown=pressed
                on:pointermove=moved
                on:pointerup=released
                on:pointercancel=released
                on:pointerleave=move |_| point(None)
                on:blur=move |_| point(None)
                on:wheel=wheeled
                on:click=clicked
                on:dblclick=move |_| {
                    grid.look(|_, _| Camera::default());
                }
                on:keydown=move |event| {
                    if on_key(grid, pointed.get_untracked(), &event, &point) {
                        event.prevent_default();
                    }
                }
            >
                <div class="view">
                    <HeatCanvas picture=Signal::derive(move || grid.shot(screen)) />
                    <Ring grid />
                </div>
                <Tip grid pointed />
            </div>
            <Labels grid />
        </div>
    }
}

/// The device pixel of the canvas under an event.
fn pixel(grid: GridState, host: NodeRef<Div>, event: &MouseEvent) -> Option<(f64, f64)> {
    let rect = host.get_untracked()?.get_bounding_client_rect();
    let ratio = grid.layout.get_untracked().ratio;
    let from = |client: i32, edge: f64| (f64::from(client) - edge) * ratio;
    Some((from(event.client_x(), rect.left()), from(event.client_y(), rect.top())))
}

/// What one turn of the wheel zooms, as a logarithm. A pinch on a touchpad comes as many small turns with Ctrl.
fn wheel(event: &WheelEvent) -> f64 {
    let pixels = match event.delta_mode() {
        WheelEvent::DOM_DELTA_LINE => event.delta_y() * 16.0,
        WheelEvent::DOM_DELTA_PAGE => event.delta_y() * 400.0,
        _ => event.delta_y(),
    };
    (pixels * if event.ctrl_key() { 0.01 } else { 0.0025 }).clamp(-1.0, 1.0)
}

/// What a key does; whether it did something.
fn on_key(
    grid: GridState,
    pointed: Option<Pointed>,
    event: &KeyboardEvent,
    point: &impl Fn(Option<Pointed>),
) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let middle =
        |l: &super::layout::Layout| (f64::from(l.frame.window.0) / 2.0, f64::from(l.frame.window.1) / 2.0);
    let zoom = |factor: f64| {
        grid.look(|camera, l| camera.zoomed(factor, middle(l), &l.frame));
        true
    };
    let walk = |by| {
        if let Some(next) = walk(grid, pointed, by) {
            point(Some(next));
        }
        true
    };
    match event.key().as_str() {
        "+" | "=" => zoom(STEP),
        "-" => zoom(1.0 / STEP),
        "0" => {
            grid.look(|_, _| Camera::default());
            true
        }
        "ArrowLeft" => walk((-1, 0)),
        "ArrowRight" => walk((1, 0)),
        "ArrowUp" => walk((0, -1)),
        "ArrowDown" => walk((0, 1)),
        "Enter" | " " => {
            let head = pointed.map(|p| grid.maps.with_untracked(|maps| maps.head_of(p.tile)));
            head.inspect(|head| grid.pick(*head)).is_some()
        }
        "Escape" if grid.view.query.get_untracked().is_some() => {
            grid.view.query.set(None);
            true
        }
        "Escape" => {
            point(None);
            // what else is released is the page's business
            false
        }
        _ => false,
    }
}

/// The head next to the one pointed at, or else the selected one, or else the first; brought into view.
fn walk(grid: GridState, pointed: Option<Pointed>, by: (isize, isize)) -> Option<Pointed> {
    let places = grid.places.get_untracked();
    let selected = || grid.maps.with_untracked(|maps| maps.tile_of(grid.view.head.get_untracked()?));
    let from = pointed.map(|p| p.tile).or_else(selected).and_then(|tile| places.find(tile));
    let at = if let Some(from) = from {
        step(&places, from, by)?
    } else {
        let first = places.slots.iter().position(Option::is_some)?;
        (first % places.columns, first / places.columns)
    };
    grid.look(|camera, l| camera.showing(at, &l.frame));
    Some(Pointed { tile: places.at(at)?.tile, cell: None })
}
