//! The wgpu renderer, WebGPU only (with WebGL the page would weigh five times as much).
//!
//! [`Gpu`] lives as long as the page: device, queue, pipeline. [`GpuPainter`] lives as long as its canvas and uploads
//! a picture per paint: one uniform, the values' bits, the colour table. Known limit: a picture's side is at most the
//! adapter's largest texture (8,192 device pixels everywhere).

use super::{Grid, Heatmap, Unavailable};
use crate::heatmap::{Colors, SHADER};
use futures::channel::oneshot;
use futures::future::{FutureExt, Shared};
use std::rc::Rc;
use std::sync::Mutex;
use wasm_bindgen::JsCast;
use web_sys::HtmlCanvasElement;
use wgpu::CurrentSurfaceTexture;
use wgpu::util::DeviceExt;

/// The adapter's device and what is made once on it.
pub struct Gpu {
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    format: wgpu::TextureFormat,
    pipeline: wgpu::RenderPipeline,
    lost: Shared<oneshot::Receiver<()>>,
}

impl Gpu {
    /// Asks the browser for an adapter and a device; none where it has no WebGPU, no adapter, no device, or rejects the
    /// shader. Why does not matter (and the words for it would weigh): the 2-D canvas draws then.
    pub async fn open() -> Option<Self> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: wgpu::Backends::BROWSER_WEBGPU,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let adapter = instance.request_adapter(&wgpu::RequestAdapterOptions::default()).await.ok()?;
        let descriptor = wgpu::DeviceDescriptor { label: Some("heatmaps"), ..Default::default() };
        let (device, queue) = adapter.request_device(&descriptor).await.ok()?;
        let lost = watch_loss(&device);

        let format = preferred_format(&instance, &adapter)?;
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let pipeline = pipeline(&device, format);
        let rejected = scope.pop().await.is_some();
        (!rejected).then_some(Self { instance, adapter, device, queue, format, pipeline, lost })
    }

    /// Completes when the device is gone.
    pub async fn lost(&self) {
        // an error means that the callback was dropped with the device, which is the same news
        let _ = self.lost.clone().await;
    }
}

/// The format that the browser composes without a copy. None on the web has the sRGB suffix, so the colours, which are
/// sRGB already, arrive untouched.
fn preferred_format(instance: &wgpu::Instance, adapter: &wgpu::Adapter) -> Option<wgpu::TextureFormat> {
    let canvas = web_sys::window()?.document()?.create_element("canvas").ok()?;
    let surface = instance.create_surface(wgpu::SurfaceTarget::Canvas(canvas.dyn_into().ok()?)).ok()?;
    surface.get_capabilities(adapter).formats.first().copied()
}

/// A future of the device's loss.
fn watch_loss(device: &wgpu::Device) -> Shared<oneshot::Receiver<()>> {
    let (sender, receiver) = oneshot::channel();
    let sender = Mutex::new(Some(sender));
    device.set_device_lost_callback(move |_, _| {
        if let Some(sender) = sender.lock().ok().and_then(|mut sender| sender.take()) {
            // nobody waits if the page is going away
            let _ = sender.send(());
        }
    });
    receiver.shared()
}

fn pipeline(device: &wgpu::Device, format: wgpu::TextureFormat) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("heatmap.wgsl"),
        source: wgpu::ShaderSource::Wgsl(SHADER.into()),
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("heatmap"),
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("cover"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("paint"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(format.into())],
        }),
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        multiview_mask: None,
        cache: None,
    })
}

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
pub struct GpuPainter {
    gpu: Rc<Gpu>,
    surface: wgpu::Surface<'static>,
    size: (u32, u32),
}

impl GpuPainter {
    /// Takes the canvas.
    ///
    /// # Errors
    /// The browser refuses the canvas a WebGPU context.
    pub fn new(gpu: &Rc<Gpu>, canvas: &HtmlCanvasElement) -> Result<Self, Unavailable> {
        let surface = gpu.instance.create_surface(wgpu::SurfaceTarget::Canvas(canvas.clone()));
        let surface = surface.ok().ok_or_else(|| Unavailable::because("the canvas has no WebGPU context"))?;
        Ok(Self { gpu: gpu.clone(), surface, size: (0, 0) })
    }

    /// Uploads the picture and draws it.
    ///
    /// # Errors
    /// The picture is too large, or the surface is gone.
    pub fn paint(&mut self, map: &Heatmap, grid: &Grid) -> Result<(), Unavailable> {
        self.resize(grid.width().max(1), grid.height().max(1))?;
        let current = self.surface.get_current_texture();
        // which other it is does not matter, and saying it would bring the names of all texture formats
        let (CurrentSurfaceTexture::Success(frame) | CurrentSurfaceTexture::Suboptimal(frame)) = current
        else {
            return Err(Unavailable::because("the canvas has no frame to draw on"));
        };
        let group = self.upload(map, grid);
        let view = frame.texture.create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        draw(&mut encoder, &view, &self.gpu.pipeline, &group);
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.queue.present(frame);
        Ok(())
    }

    fn resize(&mut self, width: u32, height: u32) -> Result<(), Unavailable> {
        let largest = self.gpu.device.limits().max_texture_dimension_2d;
        if width.max(height) > largest {
            return Err(Unavailable(format!("{width} × {height} pixels, and a side has at most {largest}")));
        }
        if self.size == (width, height) {
            return Ok(());
        }
        let config = self.surface.get_default_config(&self.gpu.adapter, width, height);
        let config = config.ok_or_else(|| Unavailable::because("the adapter cannot draw on a canvas"))?;
        let config = wgpu::SurfaceConfiguration {
            format: self.gpu.format,
            alpha_mode: wgpu::CompositeAlphaMode::PreMultiplied,
            ..config
        };
        self.surface.configure(&self.gpu.device, &config);
        self.size = (width, height);
        Ok(())
    }

    fn upload(&self, map: &Heatmap, grid: &Grid) -> wgpu::BindGroup {
        let buffer = |label, contents: &[u8], usage| {
            let descriptor = wgpu::util::BufferInitDescriptor { label: Some(label), contents, usage };
            self.gpu.device.create_buffer_init(&descriptor)
        };
        // a binding may not be empty
        let values: &[f32] = if map.values.is_empty() { &[f32::NAN] } else { &map.values };
        let colors = Colors::of(map.map, map.ground).packed();
        let buffers = [
            buffer("view", bytemuck::bytes_of(&View::new(map, grid)), wgpu::BufferUsages::UNIFORM),
            buffer("values", bytemuck::cast_slice(values), wgpu::BufferUsages::STORAGE),
            buffer("colors", bytemuck::cast_slice(&colors), wgpu::BufferUsages::STORAGE),
        ];
        let entry =
            |i: usize| wgpu::BindGroupEntry { binding: i as u32, resource: buffers[i].as_entire_binding() };
        self.gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("heatmap"),
            layout: &self.gpu.pipeline.get_bind_group_layout(0),
            entries: &[entry(0), entry(1), entry(2)],
        })
    }
}

fn draw(
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
