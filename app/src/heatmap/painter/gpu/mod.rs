//! The wgpu renderer, WebGPU only (with WebGL the page would weigh five times as much).
//!
//! [`Gpu`] lives as long as the page: device, queue, pipelines. [`GpuPainter`] and [`GpuAtlasPainter`] live as long as
//! their canvas.

mod atlas;
mod cells;
mod surface;

pub(super) use atlas::GpuAtlasPainter;
pub(super) use cells::GpuPainter;
use surface::Surface;

use crate::heatmap;
use futures::channel::oneshot;
use futures::future::{FutureExt, Shared};
use std::sync::Mutex;
use wasm_bindgen::JsCast;
use wgpu::util::DeviceExt;

/// The adapter's device and what is made once on it.
pub struct Gpu {
    instance: wgpu::Instance,
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
    format: wgpu::TextureFormat,
    /// Draws one matrix.
    cells: wgpu::RenderPipeline,
    /// Draws many maps.
    atlas: wgpu::RenderPipeline,
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
        let cells = pipeline(&device, format, heatmap::SHADER);
        let atlas = pipeline(&device, format, heatmap::atlas::SHADER);
        let rejected = scope.pop().await.is_some();
        (!rejected).then_some(Self { instance, adapter, device, queue, format, cells, atlas, lost })
    }

    /// Completes when the device is gone.
    pub async fn lost(&self) {
        // an error means that the callback was dropped with the device, which is the same news
        let _ = self.lost.clone().await;
    }

    fn buffer(&self, contents: &[u8], usage: wgpu::BufferUsages) -> wgpu::Buffer {
        self.device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: None, contents, usage })
    }

    /// Binds the buffers in their order.
    fn group(&self, pipeline: &wgpu::RenderPipeline, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
        let entry =
            |i: usize| wgpu::BindGroupEntry { binding: i as u32, resource: buffers[i].as_entire_binding() };
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &(0..buffers.len()).map(entry).collect::<Vec<_>>(),
        })
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

fn pipeline(device: &wgpu::Device, format: wgpu::TextureFormat, shader: &str) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: None,
        source: wgpu::ShaderSource::Wgsl(shader.into()),
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: None,
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
