//! From description to canvas: [`Renderer`] is what the browser offers, [`Painter`] draws on one canvas.

#[cfg(target_arch = "wasm32")]
mod gpu;
#[cfg(not(target_arch = "wasm32"))]
#[path = "no_gpu.rs"]
mod gpu;

use super::{Grid, Heatmap, pixels};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, Shared};
use gpu::{Gpu, GpuPainter};
use std::rc::Rc;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Why a picture could not be drawn, in words for the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(String);

impl Unavailable {
    fn because(reason: &str) -> Self {
        Self(reason.to_owned())
    }

    fn from_js(reason: &JsValue) -> Self {
        Self(format!("{reason:?}"))
    }
}

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What draws: a WebGPU device that all canvases of the page share, or 2-D contexts.
#[derive(Clone)]
pub struct Renderer(Option<Rc<Gpu>>);

impl Renderer {
    /// The page's renderer. The first call asks for an adapter; the others wait for, and get, the same answer.
    pub async fn shared() -> Self {
        thread_local! {
            static ANSWER: Shared<LocalBoxFuture<'static, Renderer>> =
                async { Renderer(Gpu::open().await.map(Rc::new)) }.boxed_local().shared();
        }
        ANSWER.with(Clone::clone).await
    }

    /// The one that works everywhere.
    pub fn canvas() -> Self {
        Self(None)
    }

    /// `webgpu` or `canvas`.
    pub fn name(&self) -> &'static str {
        if self.0.is_some() { "webgpu" } else { "canvas" }
    }

    /// Completes when the WebGPU device is gone (a driver reset, a sleeping laptop) and what it drew with it; never
    /// for 2-D contexts.
    pub async fn lost(&self) {
        match &self.0 {
            Some(gpu) => gpu.lost().await,
            None => std::future::pending().await,
        }
    }

    /// Takes a canvas that nothing has drawn on yet; a canvas belongs to one kind of renderer for its life.
    ///
    /// # Errors
    /// The browser refuses the canvas a context.
    pub fn painter(&self, canvas: &HtmlCanvasElement) -> Result<Painter, Unavailable> {
        if let Some(gpu) = &self.0 {
            return GpuPainter::new(gpu, canvas).map(Painter::Gpu);
        }
        let context = canvas.get_context("2d").map_err(|e| Unavailable::from_js(&e))?;
        let context = context.and_then(|c| c.dyn_into().ok());
        let context = context.ok_or_else(|| Unavailable::because("the canvas has no 2-D context"))?;
        Ok(Painter::Canvas { canvas: canvas.clone(), context })
    }
}

/// Draws on one canvas.
pub enum Painter {
    /// By the shader.
    Gpu(GpuPainter),
    /// Pixel by pixel.
    Canvas {
        /// What it draws on.
        canvas: HtmlCanvasElement,
        /// Its context.
        context: CanvasRenderingContext2d,
    },
}

impl Painter {
    /// Shows the picture, resizing the canvas to the grid. An empty picture is drawn as one transparent pixel.
    ///
    /// # Errors
    /// The device or the context is gone, or the picture is larger than either can show.
    pub fn paint(&mut self, map: &Heatmap, grid: &Grid) -> Result<(), Unavailable> {
        match self {
            Self::Gpu(painter) => painter.paint(map, grid),
            Self::Canvas { canvas, context } => {
                canvas.set_width(grid.width().max(1));
                canvas.set_height(grid.height().max(1));
                if grid.width() == 0 || grid.height() == 0 {
                    return Ok(());
                }
                let image = ImageData::new_with_u8_clamped_array(Clamped(&pixels(map, grid)), grid.width());
                let image = image.map_err(|e| Unavailable::from_js(&e))?;
                context.put_image_data(&image, 0.0, 0.0).map_err(|e| Unavailable::from_js(&e))
            }
        }
    }
}
