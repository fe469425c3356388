// What both renderers of maps share; it stands before either.

// WGSL may assume that there are no NaNs, so a masked value is told by its bits
fn is_masked(bits: u32) -> bool {
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

// A triangle that covers the canvas: (-1, -1), (3, -1), (-1, 3).
@vertex
fn cover(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let x = f32(index & 1u) * 4.0 - 1.0;
    let y = f32(index >> 1u) * 4.0 - 1.0;
    return vec4<f32>(x, y, 0.0, 1.0);
}

