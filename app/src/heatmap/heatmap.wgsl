// A heatmap in one triangle: each fragment finds its cell by whole-pixel arithmetic and the cell's colour in a table.
// `pixels.rs` computes the same picture; keep the two in step.

struct View {
    columns: u32,
    cell_width: u32,    // device pixels, gap included
    cell_height: u32,
    gap: u32,           // device pixels left empty at the right and the bottom of a cell
    low: f32,           // value of the first colour
    steps_per_unit: f32,
    last_step: f32,
    cells: u32,
}

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> values: array<u32>;  // bits of f32, row-major
@group(0) @binding(2) var<storage, read> colors: array<u32>;  // RGBA, red in the lowest byte

@fragment
fn paint(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let empty = vec4<f32>(0.0);
    let cell = vec2<u32>(view.cell_width, view.cell_height);
    let pixel = vec2<u32>(position.xy);
    let at = pixel / cell;
    let index = at.y * view.columns + at.x;
    if (any(pixel % cell >= cell - view.gap) || at.x >= view.columns || index >= view.cells) {
        return empty;
    }
    let bits = values[index];
    if (is_masked(bits)) {
        return empty;
    }
    let step = floor((bitcast<f32>(bits) - view.low) * view.steps_per_unit + 0.5);
    return unpack4x8unorm(colors[u32(clamp(step, 0.0, view.last_step))]);
}
