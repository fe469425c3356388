// All maps in one triangle: each fragment finds its place, its map, its cell by whole-pixel arithmetic, and the cell's
// colour in a table. `raster.rs` computes the same picture; keep the two in step.

struct View {
    left: i32,          // device pixel of the first place's corner
    top: i32,
    pitch: u32,         // device pixels from one place to the next
    tile: u32,          // device pixels a side of a map
    columns: u32,
    places: u32,
    level_at: u32,      // where the level of detail begins among the values
    level_side: u32,    // its cells a side
    largest_at: u32,    // where the maps' maxima are
    side: u32,          // cells a side of the finest level, which begins at 0
    limit: f32,         // value of the last colour; 0 for each map's own maximum
    last_step: f32,
    row: u32,           // the row that stands out
    band_top: u32,      // its first pixel, and the one after its last; equal where no row stands out
    band_bottom: u32,
    faint: f32,
}

const EMPTY: u32 = 0xffffffffu;
const MASKED: u32 = 0x7fc00000u;

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> values: array<u32>;  // bits of f32, all levels
@group(0) @binding(2) var<storage, read> colors: array<u32>;  // RGBA, red in the lowest byte
@group(0) @binding(3) var<storage, read> places: array<u32>;  // map, with the highest bit for a faint one

// The largest of the keys that a column of the level stands for, in the row that stands out.
fn of_row(map: u32, column: u32) -> u32 {
    let start = (map * view.side + view.row) * view.side;
    var largest = MASKED;
    for (var key = column * view.side / view.level_side; key < (column + 1u) * view.side / view.level_side; key++) {
        let bits = values[start + key];
        if (!is_masked(bits) && (is_masked(largest) || bitcast<f32>(bits) > bitcast<f32>(largest))) {
            largest = bits;
        }
    }
    return largest;
}

@fragment
fn paint(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let empty = vec4<f32>(0.0);
    let from_corner = vec2<i32>(position.xy) - vec2<i32>(view.left, view.top);
    if (any(from_corner < vec2<i32>(0))) {
        return empty;
    }
    let place = vec2<u32>(from_corner) / view.pitch;
    let pixel = vec2<u32>(from_corner) % view.pitch;
    let index = place.y * view.columns + place.x;
    if (place.x >= view.columns || index >= view.places || any(pixel >= vec2<u32>(view.tile))) {
        return empty;
    }
    let entry = places[index];
    if (entry == EMPTY) {
        return empty;
    }
    let map = entry & 0x7fffffffu;
    let cell = (2u * pixel + 1u) * view.level_side / (2u * view.tile);
    var bits = values[view.level_at + (map * view.level_side + cell.y) * view.level_side + cell.x];
    var is_faint = (entry >> 31u) == 1u;
    if (view.band_top < view.band_bottom) {
        if (pixel.y >= view.band_top && pixel.y < view.band_bottom) {
            bits = of_row(map, cell.x);
        } else {
            is_faint = true;
        }
    }
    if (is_masked(bits)) {
        return empty;
    }
    var limit = view.limit;
    if (limit <= 0.0) {
        limit = bitcast<f32>(values[view.largest_at + map]);
    }
    let step = floor(bitcast<f32>(bits) * (view.last_step / max(limit, 1e-30)) + 0.5);
    let color = unpack4x8unorm(colors[u32(clamp(step, 0.0, view.last_step))]);
    return select(color, color * view.faint, is_faint);
}
