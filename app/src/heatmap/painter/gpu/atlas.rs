//! All maps of an atlas in one pass. What is large is uploaded when it changes; a pan or a zoom writes 64 bytes.

use super::{Gpu, Surface};
use crate::heatmap::atlas::{Atlas, FAINT, Places, Pyramid, Shot};
use crate::heatmap::{Colors, Ground, Map, Unavailable};
use std::rc::Rc;
use std::sync::Arc;
use web_sys::HtmlCanvasElement;

/// `View` of the shader, field by field.
#[repr(C)]
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct View {
    left: i32,
    top: i32,
    pitch: u32,
    tile: u32,
    columns: u32,
    places: u32,
    level_at: u32,
    level_side: u32,
    largest_at: u32,
    side: u32,
    limit: f32,
    last_step: f32,
    row: u32,
    band_top: u32,
    band_bottom: u32,
    faint: f32,
}

impl View {
    fn new(shot: &Shot) -> Self {
        let Atlas { pyramid, places, common, .. } = &shot.atlas;
        let (placement, level, band) = (shot.placement, shot.level(), shot.band());
        let has_maps = pyramid.tiles() > 0;
        Self {
            left: placement.left,
            top: placement.top,
            pitch: placement.pitch.max(1),
            tile: placement.tile,
            columns: places.columns as u32,
            places: if has_maps { places.slots.len() as u32 } else { 0 },
            level_at: level.at as u32,
            level_side: level.side as u32,
            largest_at: pyramid.coarsest().at as u32,
            side: pyramid.side() as u32,
            limit: common.unwrap_or(0.0),
            last_step: f32::from(Colors::LAST),
            row: band.map_or(0, |band| band.row as u32),
            band_top: band.map_or(0, |band| band.top),
            band_bottom: band.map_or(0, |band| band.bottom),
            faint: FAINT,
        }
    }
}

/// What is on the device, and what it was made of.
struct Uploaded {
    pyramid: Arc<Pyramid>,
    places: Arc<Places>,
    colors: (Map, Ground),
    view: wgpu::Buffer,
    values: wgpu::Buffer,
    group: wgpu::BindGroup,
}

/// Draws on one canvas.
pub struct GpuAtlasPainter {
    surface: Surface,
    uploaded: Option<Uploaded>,
}

impl GpuAtlasPainter {
    /// Takes the canvas.
    ///
    /// # Errors
    /// The browser refuses the canvas a WebGPU context.
    pub fn new(gpu: &Rc<Gpu>, canvas: &HtmlCanvasElement) -> Result<Self, Unavailable> {
        Ok(Self { surface: Surface::new(gpu, canvas)?, uploaded: None })
    }

    /// Draws the shot, uploading what has changed since the last one.
    ///
    /// # Errors
    /// There are more values or pixels than the device can hold, or the surface is gone.
    pub fn paint(&mut self, shot: &Shot) -> Result<(), Unavailable> {
        let gpu = self.surface.gpu().clone();
        let uploaded = match self.uploaded.take().filter(|uploaded| uploaded.holds(&shot.atlas)) {
            Some(uploaded) => uploaded,
            None => upload(&gpu, &shot.atlas)?,
        };
        gpu.queue.write_buffer(&uploaded.view, 0, bytemuck::bytes_of(&View::new(shot)));
        let drawn = self.surface.draw(shot.window, &gpu.atlas, &uploaded.group);
        self.uploaded = Some(uploaded);
        drawn
    }
}

impl Uploaded {
    fn holds(&self, atlas: &Atlas) -> bool {
        Arc::ptr_eq(&self.pyramid, &atlas.pyramid)
            && Arc::ptr_eq(&self.places, &atlas.places)
            && self.colors == (atlas.map, atlas.ground)
    }
}

impl Drop for Uploaded {
    fn drop(&mut self) {
        // megabytes, which would otherwise stay until JavaScript's collector happens to come by
        self.values.destroy();
    }
}

fn upload(gpu: &Gpu, atlas: &Atlas) -> Result<Uploaded, Unavailable> {
    let bytes: &[u8] = bytemuck::cast_slice(atlas.pyramid.values());
    let most = gpu.device.limits().max_storage_buffer_binding_size;
    if bytes.len() as u64 > most {
        return Err(Unavailable::because(format!(
            "{} bytes of maps, and the device takes {most}",
            bytes.len()
        )));
    }
    let storage = |bytes: &[u8]| {
        // a binding may not be empty
        gpu.buffer(if bytes.is_empty() { &[0; 4] } else { bytes }, wgpu::BufferUsages::STORAGE)
    };
    let view = gpu.buffer(
        bytemuck::bytes_of(&View::new(&Shot::default())),
        wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
    );
    let values = storage(bytes);
    let colors = storage(bytemuck::cast_slice(&Colors::of(atlas.map, atlas.ground).packed()));
    let places = storage(bytemuck::cast_slice(&atlas.places.packed()));
    let group = gpu.group(&gpu.atlas, &[&view, &values, &colors, &places]);
    Ok(Uploaded {
        pyramid: atlas.pyramid.clone(),
        places: atlas.places.clone(),
        colors: (atlas.map, atlas.ground),
        view,
        values,
        group,
    })
}
