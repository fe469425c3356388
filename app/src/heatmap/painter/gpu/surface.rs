//! A canvas that a shader draws on.

use super::Gpu;
use crate::heatmap::Unavailable;
use std::rc::Rc;
use web_sys::HtmlCanvasElement;
use wgpu::CurrentSurfaceTexture;

/// A canvas with a WebGPU context. Known limit: its side is at most the adapter's largest texture (8,192 device pixels
/// everywhere).
pub(super) struct Surface {
    gpu: Rc<Gpu>,
    context: wgpu::Surface<'static>,
    size: (u32, u32),
}

impl Surface {
    /// Takes the canvas.
    ///
    /// # Errors
    /// The browser refuses the canvas a WebGPU context.
    pub(super) fn new(gpu: &Rc<Gpu>, canvas: &HtmlCanvasElement) -> Result<Self, Unavailable> {
        let context = gpu.instance.create_surface(wgpu::SurfaceTarget::Canvas(canvas.clone()));
        let context = context.ok().ok_or_else(|| Unavailable::because("the canvas has no WebGPU context"))?;
        Ok(Self { gpu: gpu.clone(), context, size: (0, 0) })
    }

    /// The device it belongs to.
    pub(super) fn gpu(&self) -> &Rc<Gpu> {
        &self.gpu
    }

    /// Gives the canvas this size in device pixels and has `pipeline` cover it.
    ///
    /// # Errors
    /// The size is too large, or the surface is gone.
    pub(super) fn draw(
        &mut self,
        (width, height): (u32, u32),
        pipeline: &wgpu::RenderPipeline,
        group: &wgpu::BindGroup,
    ) -> Result<(), Unavailable> {
        self.resize(width.max(1), height.max(1))?;
        let current = self.context.get_current_texture();
        // which other it is does not matter, and saying it would bring the names of all texture formats
        let (CurrentSurfaceTexture::Success(frame) | CurrentSurfaceTexture::Suboptimal(frame)) = current
        else {
            return Err(Unavailable::because("the canvas has no frame to draw on"));
        };
        let view = frame.texture.create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        cover(&mut encoder, &view, pipeline, group);
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.queue.present(frame);
        Ok(())
    }

    fn resize(&mut self, width: u32, height: u32) -> Result<(), Unavailable> {
        let largest = self.gpu.device.limits().max_texture_dimension_2d;
        if width.max(height) > largest {
            return Err(Unavailable::because(format!(
                "{width} × {height} pixels, and a side has at most {largest}"
            )));
        }
        if self.size == (width, height) {
            return Ok(());
        }
        let config = self.context.get_default_config(&self.gpu.adapter, width, height);
        let config = config.ok_or_else(|| Unavailable::because("the adapter cannot draw on a canvas"))?;
        let config = wgpu::SurfaceConfiguration {
            format: self.gpu.format,
            alpha_mode: wgpu::CompositeAlphaMode::PreMultiplied,
            ..config
        };
        self.context.configure(&self.gpu.device, &config);
        self.size = (width, height);
        Ok(())
    }
}

fn cover(
    encoder: &mut wgpu::CommandEncoder,
    view: &wgpu::TextureView,
    pipeline: &wgpu::RenderPipeline,
    group: &wgpu::BindGroup,
) {
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("heatmap"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT),
                store: wgpu::StoreOp::Store,
            },
        })],
        ..Default::default()
    });
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, group, &[]);
    pass.draw(0..3, 0..1);
}
