//! Many cells as one image inside a drawing: once for light ground and once for dark, as PNG.

use super::canvas::{Drawing, Point};
use super::colors::{LAST, Map};
use base64::prelude::{BASE64_STANDARD, Engine};

/// The palette's last colour: nothing, where a value is masked.
const MASKED: u8 = LAST + 1;

/// Puts values, row-major with `columns` a row, at a place of the drawing.
pub(super) fn image(
    drawing: &mut Drawing,
    values: &[f32],
    columns: usize,
    map: Map,
    largest: f32,
    at: Point,
    size: Point,
) {
    let step = |value: &f32| if value.is_nan() { MASKED } else { map.step(*value, largest) };
    let pixels: Vec<u8> = values.iter().map(step).collect();
    for (class, dark) in [("light", false), ("dark", true)] {
        if let Ok(png) = encode(&pixels, columns, map, dark) {
            let address = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png));
            drawing.image(class, at, size, &address);
        }
    }
}

/// Steps as an indexed image.
fn encode(pixels: &[u8], columns: usize, map: Map, dark: bool) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let rows = pixels.len() / columns.max(1);
    let mut encoder = png::Encoder::new(&mut bytes, columns as u32, rows as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette((0..=MASKED).flat_map(|step| map.color(step, dark)).collect::<Vec<u8>>());
    encoder.set_trns((0..=MASKED).map(|step| if step == MASKED { 0 } else { 255 }).collect::<Vec<u8>>());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels[..rows * columns])?;
    writer.finish()?;
    Ok(bytes)
}
