//! What the figure exports: all heads as an SVG document on white paper in either theme, the maps as an image in it and
//! the labels as text.

use super::order::Order;
use super::state::GridState;
use crate::chart::part::head_name;
use crate::components::figures::export::{Address, Format, Picture, svg_address};
use crate::components::figures::screen::Screen;
use crate::heatmap::atlas::{Atlas, Camera, Frame, Shot};
use crate::heatmap::{Ground, Renderer};
use leptos::prelude::*;
use std::fmt::Write;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;

/// Pixels of the image for a CSS pixel of the document.
const SHARPNESS: u32 = 2;

/// Makes the document of what is shown, from its start and as large as all of it is.
pub fn picture_of(grid: GridState, screen: Screen) -> Picture {
    let make = move |format: Format| -> Address {
        let document = untrack(|| document(grid, screen));
        Box::pin(async move { svg_address(document?, format).await })
    };
    StoredValue::new_local(Rc::new(make))
}

fn document(grid: GridState, screen: Screen) -> Result<String, String> {
    let mut layout = grid.layout.get();
    let pitch = layout.frame.pitch * SHARPNESS;
    layout.ratio *= f64::from(SHARPNESS);
    let window = (pitch * layout.frame.columns as u32, pitch * layout.frame.rows as u32);
    layout.frame = Frame { window, pitch, ..layout.frame };
    let size = |pixels: u32| f64::from(pixels) / layout.ratio;
    layout.size = (size(window.0), size(window.1));
    let placement = Camera::default().placement(&layout.frame);
    let atlas = Atlas { ground: Ground::Light, ..grid.shot(screen).atlas };
    let image = image(&Shot { atlas, window, placement, ratio: layout.ratio })?;

    let (width, height) = (layout.left + layout.size.0, layout.size.1 + 18.0);
    let mut out = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="monospace" font-size="10.5" fill="#474e5a"><rect width="100%" height="100%" fill="#fff"/><image x="{}" width="{}" height="{}" href="{image}"/>"##,
        layout.left, layout.size.0, layout.size.1
    );
    let mut text = |x: f64, y: f64, anchor: &str, words: &str| {
        // writing to a string cannot fail
        let _ = write!(out, r#"<text x="{x:.2}" y="{y:.2}" text-anchor="{anchor}">{words}</text>"#);
    };
    if grid.order.with(Order::is_sorted) {
        let places = grid.places.get();
        for (slot, place) in places.slots.iter().enumerate() {
            let Some(place) = place else { continue };
            let at = (slot % places.columns, slot / places.columns);
            let (left, top, map) = layout.place(&placement, at);
            let name = head_name(grid.maps.with(|maps| maps.head_of(place.tile)));
            text(left + map, top + 9.0, "end", &name);
        }
        return Ok(out + "</svg>");
    }
    let across = grid.view.transposed.get();
    let name = |i: usize, is_layer: bool| if is_layer { format!("L{i}") } else { format!("H{i}") };
    for (i, at) in layout.labels(&placement, true, 22.0) {
        text(layout.left + at, layout.size.1 + 12.0, "middle", &name(i, across));
    }
    for (i, at) in layout.labels(&placement, false, 12.0) {
        text(layout.left - 5.0, at + 3.5, "end", &name(i, !across));
    }
    Ok(out + "</svg>")
}

/// The maps as the address of a PNG.
fn image(shot: &Shot) -> Result<String, String> {
    let canvas = document_canvas().ok_or("there is no canvas to draw on")?;
    let mut painter = Renderer::canvas().painter::<Shot>(&canvas).map_err(|e| e.to_string())?;
    painter.paint(shot).map_err(|e| e.to_string())?;
    canvas.to_data_url_with_type("image/png").map_err(|e| format!("{e:?}"))
}

fn document_canvas() -> Option<HtmlCanvasElement> {
    leptos::prelude::document().create_element("canvas").ok()?.dyn_into().ok()
}
