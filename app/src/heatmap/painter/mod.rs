//! From description to canvas: [`Renderer`] is what the browser offers, [`Painter`] draws on one canvas.

#[cfg(target_arch = "wasm32")]
mod gpu;
#[cfg(not(target_arch = "wasm32"))]
#[path = "gpu/none.rs"]
mod gpu;

use super::atlas::{Raster, Shot};
use super::{Grid, Heatmap, pixels};
use futures::FutureExt;
use futures::future::{LocalBoxFuture, Shared};
use gpu::{Gpu, GpuAtlasPainter, GpuPainter};
use std::rc::Rc;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Why a picture could not be drawn, in words for the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(String);

impl Unavailable {
    fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
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
    pub fn painter<P: Paint>(&self, canvas: &HtmlCanvasElement) -> Result<Painter<P>, Unavailable> {
        if let Some(gpu) = &self.0 {
            return P::on_gpu(gpu, canvas).map(Painter::Gpu);
        }
        Context::new(canvas).map(|context| Painter::Canvas(context, P::Kept::default()))
    }
}

/// A picture that both renderers can draw.
pub trait Paint {
    /// Draws it by a shader.
    type OnGpu: 'static;
    /// What drawing it pixel by pixel keeps from one time to the next.
    type Kept: Default + 'static;

    /// Takes a canvas for the shader.
    ///
    /// # Errors
    /// The browser refuses the canvas a WebGPU context.
    fn on_gpu(gpu: &Rc<Gpu>, canvas: &HtmlCanvasElement) -> Result<Self::OnGpu, Unavailable>;

    /// Draws by the shader.
    ///
    /// # Errors
    /// The device is gone, or the picture is larger than it can show.
    fn paint(&self, painter: &mut Self::OnGpu) -> Result<(), Unavailable>;

    /// Width and height in device pixels.
    fn size(&self) -> (u32, u32);

    /// The picture as RGBA, row by row.
    fn pixels(&self, kept: &mut Self::Kept) -> Vec<u8>;
}

impl Paint for (Heatmap, Grid) {
    type OnGpu = GpuPainter;
    type Kept = ();

    fn on_gpu(gpu: &Rc<Gpu>, canvas: &HtmlCanvasElement) -> Result<GpuPainter, Unavailable> {
        GpuPainter::new(gpu, canvas)
    }

    fn paint(&self, painter: &mut GpuPainter) -> Result<(), Unavailable> {
        painter.paint(&self.0, &self.1)
    }

    fn size(&self) -> (u32, u32) {
        (self.1.width(), self.1.height())
    }

    fn pixels(&self, (): &mut ()) -> Vec<u8> {
        pixels(&self.0, &self.1)
    }
}

impl Paint for Shot {
    type OnGpu = GpuAtlasPainter;
    type Kept = Raster;

    fn on_gpu(gpu: &Rc<Gpu>, canvas: &HtmlCanvasElement) -> Result<GpuAtlasPainter, Unavailable> {
        GpuAtlasPainter::new(gpu, canvas)
    }

    fn paint(&self, painter: &mut GpuAtlasPainter) -> Result<(), Unavailable> {
        painter.paint(self)
    }

    fn size(&self) -> (u32, u32) {
        self.window
    }

    fn pixels(&self, raster: &mut Raster) -> Vec<u8> {
        raster.pixels(self)
    }
}

/// A canvas with its 2-D context.
pub struct Context {
    canvas: HtmlCanvasElement,
    context: CanvasRenderingContext2d,
}

impl Context {
    fn new(canvas: &HtmlCanvasElement) -> Result<Self, Unavailable> {
        let context = canvas.get_context("2d").map_err(|e| Unavailable::from_js(&e))?;
        let context = context.and_then(|c| c.dyn_into().ok());
        let context = context.ok_or_else(|| Unavailable::because("the canvas has no 2-D context"))?;
        Ok(Self { canvas: canvas.clone(), context })
    }

    fn show(&self, (width, height): (u32, u32), pixels: &[u8]) -> Result<(), Unavailable> {
        // setting a size, even the same one, makes the browser allocate the canvas again
        if (self.canvas.width(), self.canvas.height()) != (width.max(1), height.max(1)) {
            self.canvas.set_width(width.max(1));
            self.canvas.set_height(height.max(1));
        }
        if width == 0 || height == 0 {
            self.context.clear_rect(0.0, 0.0, 1.0, 1.0);
            return Ok(());
        }
        let image = ImageData::new_with_u8_clamped_array(Clamped(pixels), width);
        let image = image.map_err(|e| Unavailable::from_js(&e))?;
        self.context.put_image_data(&image, 0.0, 0.0).map_err(|e| Unavailable::from_js(&e))
    }
}

/// Draws on one canvas.
pub enum Painter<P: Paint> {
    /// By the shader.
    Gpu(P::OnGpu),
    /// Pixel by pixel.
    Canvas(Context, P::Kept),
}

impl<P: Paint> Painter<P> {
    /// Shows the picture, giving the canvas its size. An empty picture is drawn as one transparent pixel.
    ///
    /// # Errors
    /// The device or the context is gone, or the picture is larger than either can show.
    pub fn paint(&mut self, picture: &P) -> Result<(), Unavailable> {
        match self {
            Self::Gpu(painter) => picture.paint(painter),
            Self::Canvas(context, kept) => context.show(picture.size(), &picture.pixels(kept)),
        }
    }
}
