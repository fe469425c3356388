//! The browser's side: Plotly loaded when the first chart needs it, and one chart in one element.
//!
//! The page's HTML names the library in `<script id="plotly" type="text/plain" src="…">`. Browsers do not fetch a
//! script of that type, but `scripts/page.mjs` names its contents like any other's; [`load`] turns it into a real one.
//! Plotly would inject a stylesheet, which the Content-Security-Policy forbids: an element with the id it looks for
//! and the class `no-inline-styles` keeps it from trying, and `style/figures.css` has the rules that our charts need.

use super::{Chart, json};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{LocalBoxFuture, Shared};
use js_sys::{Array, Function, JSON, Promise};
use leptos::prelude::document;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, HtmlScriptElement};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Plotly)]
    fn react(
        host: &HtmlElement,
        data: &JsValue,
        layout: &JsValue,
        config: &JsValue,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Plotly)]
    fn purge(host: &HtmlElement) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = Plotly, js_name = toImage)]
    fn to_image(host: &HtmlElement, options: &JsValue) -> Result<Promise, JsValue>;

    /// The element, once Plotly has drawn in it.
    type Graph;
    #[wasm_bindgen(method)]
    fn on(this: &Graph, event: &str, handler: &Function);

    type PointsEvent;
    #[wasm_bindgen(method, getter)]
    fn points(this: &PointsEvent) -> Array;

    type Point;
    #[wasm_bindgen(method, getter)]
    fn customdata(this: &Point) -> JsValue;
}

/// Why there is no chart, in words for a person.
pub type Failure = String;

/// Loads Plotly, once.
///
/// # Errors
/// The script is not in the page, or could not be fetched.
pub async fn load() -> Result<(), Failure> {
    thread_local! {
        static LOADED: Shared<LocalBoxFuture<'static, Result<(), Failure>>> = fetch().boxed_local().shared();
    }
    LOADED.with(Clone::clone).await
}

async fn fetch() -> Result<(), Failure> {
    let failed = |_| "The chart library could not be loaded; reload the page to try again.".to_owned();
    let (script, done) = insert_script().map_err(failed)?;
    let outcome = done.await;
    script.set_onload(None);
    script.set_onerror(None);
    match outcome {
        Ok(true) => Ok(()),
        Ok(false) | Err(oneshot::Canceled) => Err(failed(JsValue::NULL)),
    }
}

/// Puts the script into the page. The receiver says whether it has loaded.
fn insert_script() -> Result<(HtmlScriptElement, oneshot::Receiver<bool>), JsValue> {
    let head = document().head().ok_or(JsValue::NULL)?;
    let guard = document().create_element("meta")?;
    guard.set_id("plotly.js-style-global");
    guard.set_class_name("no-inline-styles");
    head.append_child(&guard)?;

    let named: HtmlScriptElement =
        document().get_element_by_id("plotly").ok_or(JsValue::NULL)?.dyn_into().map_err(JsValue::from)?;
    let script: HtmlScriptElement = document().create_element("script")?.dyn_into().map_err(JsValue::from)?;
    if let Some(integrity) = named.get_attribute("integrity") {
        script.set_attribute("integrity", &integrity)?;
    }
    let (sender, receiver) = oneshot::channel();
    let sender = Rc::new(Cell::new(Some(sender)));
    let settle = |loaded: bool| {
        let sender = sender.clone();
        Closure::once_into_js(move || sender.take().map(|sender| sender.send(loaded)).is_some())
    };
    script.set_onload(Some(settle(true).unchecked_ref()));
    script.set_onerror(Some(settle(false).unchecked_ref()));
    script.set_src(&named.src());
    head.append_child(&script)?;
    Ok((script, receiver))
}

/// What a point's `customdata` says when it is clicked or hovered.
pub type OnPoint = Box<dyn Fn(JsValue)>;

/// The event's name, and what Plotly calls.
type Listener = (&'static str, Closure<dyn Fn(JsValue)>);

/// One chart in one element. Dropping it takes the chart and its listeners away.
pub struct Plot {
    host: HtmlElement,
    listeners: Vec<Listener>,
    attached: Cell<bool>,
}

impl Plot {
    /// A chart in that element, not drawn yet.
    pub fn new(host: HtmlElement) -> Self {
        Self { host, listeners: Vec::new(), attached: Cell::new(false) }
    }

    /// Draws, or changes what is drawn to, `chart`. Plotly must be loaded.
    ///
    /// # Errors
    /// Plotly refuses the chart.
    pub async fn draw(&self, chart: &Chart) -> Result<(), Failure> {
        let parse = |json: String| JSON::parse(&json).map_err(describe);
        let config = r#"{"displayModeBar":false,"displaylogo":false,"responsive":false,"scrollZoom":false,"doubleClick":false}"#;
        let (data, layout) = (parse(json::text(&chart.data))?, parse(json::text(&chart.layout))?);
        let drawn = react(&self.host, &data, &layout, &parse(config.to_owned())?).map_err(describe)?;
        JsFuture::from(drawn).await.map_err(describe)?;
        if !self.attached.replace(true) {
            for (event, listener) in &self.listeners {
                self.host.unchecked_ref::<Graph>().on(event, listener.as_ref().unchecked_ref());
            }
        }
        Ok(())
    }

    /// Calls `handler` with the first point's `customdata` on Plotly's `event` (`plotly_click`, `plotly_hover`,
    /// `plotly_unhover`). To be called before the first draw, which is when Plotly begins to take listeners.
    pub fn on(&mut self, event: &'static str, handler: OnPoint) {
        let listener = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            let point = event.unchecked_into::<PointsEvent>().points().get(0);
            if point.is_object() {
                handler(point.unchecked_into::<Point>().customdata());
            }
        });
        self.listeners.push((event, listener));
    }

    /// The chart as the address of an image, `format` being `svg` or `png`.
    ///
    /// # Errors
    /// Plotly cannot draw it.
    pub async fn image(&self, format: &str) -> Result<String, Failure> {
        let options = format!(r#"{{"format":"{format}","scale":2}}"#);
        let options = JSON::parse(&options).map_err(describe)?;
        let image = to_image(&self.host, &options).map_err(describe)?;
        let image = JsFuture::from(image).await.map_err(describe)?;
        image.as_string().ok_or_else(|| "Plotly made no image.".to_owned())
    }
}

impl Drop for Plot {
    fn drop(&mut self) {
        // fails only when nothing was drawn yet and Plotly is not there
        let _ = purge(&self.host);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn describe(error: JsValue) -> Failure {
    format!("The chart could not be drawn: {error:?}")
}
