//! One matrix, uploaded per paint: a uniform, the values' bits, the colour table.

use super::{Gpu, Surface};
use crate::heatmap::{Colors, Grid, Heatmap, Unavailable};
use std::rc::Rc;
use web_sys::HtmlCanvasElement;

/// `View` of the shader, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct View {
    columns: u32,
    cell_width: u32,
    cell_height: u32,
    gap: u32,
    low: f32,
    steps_per_unit: f32,
    last_step: f32,
    cells: u32,
}

impl View {
    fn new(map: &Heatmap, grid: &Grid) -> Self {
        Self {
            columns: grid.columns as u32,
            cell_width: grid.cell_width,
            cell_height: grid.cell_height,
            gap: grid.gap,
            low: map.scale.low,
            steps_per_unit: map.scale.steps_per_unit(),
            last_step: f32::from(Colors::LAST),
            cells: map.values.len() as u32,
        }
    }
}

/// Draws on one canvas.
pub struct GpuPainter(Surface);

impl GpuPainter {
    /// Takes the canvas.
    ///
    /// # Errors
    /// The browser refuses the canvas a WebGPU context.
    pub fn new(gpu: &Rc<Gpu>, canvas: &HtmlCanvasElement) -> Result<Self, Unavailable> {
        Surface::new(gpu, canvas).map(Self)
    }

    /// Uploads the picture and draws it.
    ///
    /// # Errors
    /// The picture is too large, or the surface is gone.
    pub fn paint(&mut self, map: &Heatmap, grid: &Grid) -> Result<(), Unavailable> {
        let gpu = self.0.gpu().clone();
        // a binding may not be empty
        let values: &[f32] = if map.values.is_empty() { &[f32::NAN] } else { &map.values };
        let colors = Colors::of(map.map, map.ground).packed();
        let buffers = [
            gpu.buffer(bytemuck::bytes_of(&View::new(map, grid)), wgpu::BufferUsages::UNIFORM),
            gpu.buffer(bytemuck::cast_slice(values), wgpu::BufferUsages::STORAGE),
            gpu.buffer(bytemuck::cast_slice(&colors), wgpu::BufferUsages::STORAGE),
        ];
        let group = gpu.group(&gpu.cells, &buffers.each_ref());
        self.0.draw((grid.width(), grid.height()), &gpu.cells, &group)
    }
}
