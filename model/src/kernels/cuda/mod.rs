//! The kernels on an NVIDIA GPU: what takes candle a dozen launches, and attention one for every prompt, is one launch each.
//!
//! `kernels.cu` has them; the build script compiles it to PTX. Each function here gives `None` where its kernel does not
//! apply, as those for the CPU do; where gradients are wanted the layers go on with candle's own operations.

#![allow(unsafe_code, reason = "launching a kernel is; what each may read and write stands at its launch")]

mod half;
mod launch;

pub(crate) use half::product;

use self::launch::{BLOCK, Kernel, put, room, tensor, with_rows};
use super::attention::Heads;
use super::linear::Then;
use crate::config::Activation;
use crate::packing::Segment;
use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::{LaunchConfig, PushKernelArg};
use candle_core::{CpuStorage, CudaStorage, InplaceOp2, Layout, Result, Tensor, bail};

/// As [`super::normalize`].
pub(super) fn normalize(x: &Tensor, eps: f64) -> Result<Option<Tensor>> {
    let (rows, width) = x.dims2()?;
    with_rows([x], |device, [x]| {
        let (function, mut y) = (Kernel::new(device, "normalize")?, room(device, rows * width)?);
        let (width, eps) = (width as u32, eps as f32);
        let mut launch = function.builder();
        launch.arg(&x.numbers).arg(&x.stride).arg(&mut y).arg(&width).arg(&eps);
        // SAFETY: `x` has `rows` rows of `width`, `y` has as many places, and a block writes its own row.
        unsafe { launch.launch(a_block_each(rows)) }.w()?;
        Ok(tensor(device, y, (rows, width as usize)))
    })
}

/// As [`super::affine`].
pub(super) fn affine(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Option<Tensor>> {
    let (rows, width) = x.dims2()?;
    if [w, b].iter().any(|of| of.dims() != [width]) {
        bail!("a weight and a bias of other widths than {width}");
    }
    with_rows([x, &w.unsqueeze(0)?, &b.unsqueeze(0)?], |device, [x, w, b]| {
        let (function, mut y) = (Kernel::new(device, "affine")?, room(device, rows * width)?);
        let width = width as u32;
        let mut launch = function.builder();
        launch.arg(&x.numbers).arg(&x.stride).arg(&w.numbers).arg(&b.numbers).arg(&mut y).arg(&width);
        // SAFETY: as in `normalize`; `w` and `b` have `width` numbers.
        unsafe { launch.launch(a_block_each(rows)) }.w()?;
        Ok(tensor(device, y, (rows, width as usize)))
    })
}

/// As [`super::sum`], of two or three.
pub(super) fn sum<const N: usize>(parts: [&Tensor; N]) -> Result<Option<Tensor>> {
    let (rows, width) = parts[0].dims2()?;
    if !(2..=3).contains(&N) || parts.iter().any(|part| part.dims() != parts[0].dims()) {
        return Ok(None);
    }
    with_rows(parts, |device, parts| {
        let (function, mut y) = (Kernel::new(device, "add")?, room(device, rows * width)?);
        let (count, width) = (N as u32, width as u32);
        let mut launch = function.builder();
        // where there is no third, the kernel does not look at it
        for part in [&parts[0], &parts[1], &parts[N - 1]] {
            launch.arg(&part.numbers).arg(&part.stride);
        }
        launch.arg(&count).arg(&mut y).arg(&width);
        // SAFETY: as in `normalize`; all parts have the same shape.
        unsafe { launch.launch(a_block_each(rows)) }.w()?;
        Ok(tensor(device, y, (rows, width as usize)))
    })
}

/// As [`super::rotate`].
pub(super) fn rotate(x: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Option<Tensor>> {
    let ((rows, heads, d_head), half) = (x.dims3()?, cos.dims3()?.2);
    if [cos, sin].iter().any(|of| of.dims() != [rows, 1, half]) || 2 * half > d_head {
        bail!("angles of other rows, or of more dimensions than a head has");
    }
    with_rows([x, cos, sin], |device, [x, cos, sin]| {
        let (function, mut y) = (Kernel::new(device, "rotate")?, room(device, rows * heads * d_head)?);
        let (width, d, half) = ((heads * d_head) as u32, d_head as u32, half as u32);
        let mut launch = function.builder();
        launch.arg(&x.numbers).arg(&x.stride).arg(&cos.numbers).arg(&sin.numbers);
        launch.arg(&mut y).arg(&width).arg(&d).arg(&half);
        // SAFETY: as in `normalize`; `cos` and `sin` have `half` numbers a row, and 2 · half ≤ d_head.
        unsafe { launch.launch(a_block_each(rows)) }.w()?;
        Ok(tensor(device, y, (rows, heads, d_head)))
    })
}

/// As [`super::attend`].
pub(super) fn attend([q, k, v]: [&Tensor; 3], heads: Heads, segments: &[Segment]) -> Result<Option<Tensor>> {
    let (queries, keys) = (q.dim(0)?, k.dim(0)?);
    let Seen { first, count, visible, most } = Seen::of(segments);
    if count.len() != queries || visible.iter().any(|&row| row as usize >= keys) {
        bail!("segments of other rows than those of queries and keys");
    }
    // numbers in shared memory: what any GPU has without being asked
    let shared = (heads.width + most) * size_of::<f32>();
    if shared > 46 * 1024 {
        return Ok(None);
    }
    with_rows([q, k, v], |device, rows| {
        let (function, mut z) =
            (Kernel::new(device, "attend")?, room(device, queries * heads.count * heads.width)?);
        let [first, count, visible] = [put(device, &first)?, put(device, &count)?, put(device, &visible)?];
        let (n, d) = (heads.count as u32, heads.width as u32);
        let mut launch = function.builder();
        for part in &rows {
            launch.arg(&part.numbers).arg(&part.stride);
        }
        launch.arg(&first).arg(&count).arg(&visible).arg(&mut z).arg(&n).arg(&d);
        let grid = LaunchConfig {
            grid_dim: (queries as u32, n, 1),
            shared_mem_bytes: shared as u32,
            ..a_block_each(1)
        };
        // SAFETY: `visible` names rows that keys and values have, each query's are `count` from `first` on; shared memory has
        // room for a query and the longest pattern; a block writes the z of its own query and head.
        unsafe { launch.launch(grid) }.w()?;
        Ok(tensor(device, z, (queries, heads.count, heads.width)))
    })
}

/// What each query sees: `count` of `visible` from `first` on, at most `most`.
struct Seen {
    first: Vec<u32>,
    count: Vec<u32>,
    visible: Vec<u32>,
    most: usize,
}

impl Seen {
    fn of(segments: &[Segment]) -> Self {
        let mut seen = Self { first: Vec::new(), count: Vec::new(), visible: Vec::new(), most: 0 };
        for segment in segments {
            let (first, start) = (seen.visible.len() as u32, segment.start());
            seen.visible
                .extend(segment.context.iter().chain([&segment.rows]).cloned().flatten().map(|r| r as u32));
            for query in 0..segment.rows.len() {
                seen.first.push(first);
                seen.count.push((start + query + 1) as u32);
            }
            seen.most = seen.most.max(start + segment.rows.len());
        }
        seen
    }
}

/// Adds the bias to what a product just made, and applies what follows, in place; `false` where the kernel does not apply.
pub(crate) fn finish(y: &Tensor, bias: &Tensor, then: Then) -> Result<bool> {
    if !launch::applies(y) || !launch::applies(bias) || !y.is_contiguous() || !bias.is_contiguous() {
        return Ok(false);
    }
    y.inplace_op2(bias, &Finish(then)).map(|()| true)
}

struct Finish(Then);

impl InplaceOp2 for Finish {
    fn name(&self) -> &'static str {
        "finish"
    }

    fn cpu_fwd(&self, _: &mut CpuStorage, _: &Layout, _: &CpuStorage, _: &Layout) -> Result<()> {
        bail!("the CPU's kernels finish products themselves")
    }

    fn cuda_fwd(
        &self,
        y: &mut CudaStorage,
        y_layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<()> {
        let (&[rows, width], &[outputs]) = (y_layout.dims(), bias_layout.dims()) else {
            bail!("a bias goes to rows");
        };
        if width != outputs {
            bail!("a bias of {outputs} for rows of {width}");
        }
        let activation: u32 = match self.0 {
            Then::Nothing => 0,
            Then::Activate(Activation::Gelu) => 1,
            Then::Activate(Activation::GeluTanh) => 2,
            Then::Activate(Activation::Relu) => 3,
        };
        let (device, start) = (y.device.clone(), y_layout.start_offset());
        let function = Kernel::new(&device, "finish")?;
        let bias = bias.as_cuda_slice::<f32>()?.slice(bias_layout.start_offset()..);
        let mut y = y.as_cuda_slice_mut::<f32>()?.slice_mut(start..start + rows * width);
        let width = width as u32;
        let mut launch = function.builder();
        launch.arg(&mut y).arg(&bias).arg(&width).arg(&activation);
        // SAFETY: `y` has `rows` rows of `width`, the bias `width` numbers; a block changes its own row.
        unsafe { launch.launch(a_block_each(rows)) }.w()?;
        Ok(())
    }
}

/// A block of threads for every row.
fn a_block_each(rows: usize) -> LaunchConfig {
    LaunchConfig { grid_dim: (rows as u32, 1, 1), block_dim: (BLOCK, 1, 1), shared_mem_bytes: 0 }
}
