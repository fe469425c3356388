//! Figures leave the page: numbers to the clipboard, pictures and numbers as files.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::Figure;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, HtmlAnchorElement, HtmlCanvasElement, HtmlElement, HtmlImageElement,
};

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The picture as vectors, for papers.
    Svg,
    /// The picture as pixels.
    Png,
    /// The figure as the interface gives it.
    Json,
}

impl Format {
    /// All that are offered.
    pub const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::Json];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Json => "JSON",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Json => "json",
        }
    }
}

/// The address of an image, or why there is none.
pub type Address = Pin<Box<dyn Future<Output = Result<String, String>>>>;

/// Makes the address of a figure's picture in a format.
pub type Picture = StoredValue<Rc<dyn Fn(Format) -> Address>, LocalStorage>;

/// Said where [`copy`] cannot.
pub const NO_CLIPBOARD: &str = "This browser does not let pages copy here";

/// Copies text and tells `done` whether it could. On plain HTTP from another machine browsers have no clipboard.
pub fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    let navigator = window().navigator();
    let has_clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|c| c.is_object());
    if !has_clipboard {
        return done(false);
    }
    spawn_local(async move {
        done(JsFuture::from(navigator.clipboard().write_text(&text)).await.is_ok());
    });
}

/// Saves the figure `name` in a format.
pub fn save(name: String, format: Format, figure: Option<Arc<Figure>>, picture: Picture) {
    spawn_local(async move {
        let address = match (format, figure) {
            (Format::Json, Some(figure)) => json_address(&figure),
            (Format::Json, None) => Err("nothing to save yet".to_owned()),
            _ => picture.get_value()(format).await,
        };
        let file = format!("{}.{}", name.replace(':', "_"), format.ending());
        match address.map(|address| download(&address, &file)) {
            Ok(Some(())) => {}
            other => leptos::logging::warn!("{file} could not be saved: {other:?}"),
        }
    });
}

/// The figure's numbers as an address. Of a file in memory, since browsers refuse to save long addresses with the data
/// in them; it stays there until the page is left.
fn json_address(figure: &Figure) -> Result<String, String> {
    let json = serde_json::to_string(figure).map_err(|e| e.to_string())?;
    let parts = js_sys::Array::of1(&json.into());
    let blob = web_sys::Blob::new_with_str_sequence(&parts).map_err(|e| format!("{e:?}"))?;
    web_sys::Url::create_object_url_with_blob(&blob).map_err(|e| format!("{e:?}"))
}

fn download(address: &str, file: &str) -> Option<()> {
    let anchor: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(address);
    anchor.set_download(file);
    anchor.click();
    Some(())
}

/// An SVG document as an address, or, drawn at twice its size, as a PNG.
pub async fn svg_address(svg: String, format: Format) -> Result<String, String> {
    let address = format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&svg));
    match format {
        Format::Png => rasterise(&address).await.map_err(|e| format!("{e:?}")),
        _ => Ok(address),
    }
}

async fn rasterise(svg: &str) -> Result<String, JsValue> {
    let image = HtmlImageElement::new()?;
    image.set_src(svg);
    JsFuture::from(image.decode()).await?;
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into().map_err(JsValue::from)?;
    let (width, height) = (image.natural_width() * 2, image.natural_height() * 2);
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d")?.ok_or("no 2-D context")?;
    context.unchecked_into::<CanvasRenderingContext2d>().draw_image_with_html_image_element_and_dw_and_dh(
        &image,
        0.0,
        0.0,
        width.into(),
        height.into(),
    )?;
    canvas.to_data_url_with_type("image/png")
}

/// Whether the `<details>` that an event came from is open.
pub fn is_open(event: &web_sys::Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|details| details.has_attribute("open"))
}
