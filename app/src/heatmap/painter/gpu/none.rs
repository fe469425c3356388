//! Natively, where only the pure parts are tested, there is no browser to ask for a GPU.

use crate::heatmap::atlas::Shot;
use crate::heatmap::{Grid, Heatmap, Unavailable};
use std::future::{Ready, ready};
use std::rc::Rc;
use web_sys::HtmlCanvasElement;

/// No such thing.
pub enum Gpu {}

impl Gpu {
    pub fn open() -> Ready<Option<Self>> {
        ready(None)
    }

    pub fn lost(&self) -> Ready<()> {
        match *self {}
    }
}

/// No such thing.
pub enum GpuPainter {}

impl GpuPainter {
    pub fn new(gpu: &Rc<Gpu>, _: &HtmlCanvasElement) -> Result<Self, Unavailable> {
        match **gpu {}
    }

    pub fn paint(&mut self, _: &Heatmap, _: &Grid) -> Result<(), Unavailable> {
        match *self {}
    }
}

/// No such thing.
pub enum GpuAtlasPainter {}

impl GpuAtlasPainter {
    pub fn new(gpu: &Rc<Gpu>, _: &HtmlCanvasElement) -> Result<Self, Unavailable> {
        match **gpu {}
    }

    pub fn paint(&mut self, _: &Shot) -> Result<(), Unavailable> {
        match *self {}
    }
}
