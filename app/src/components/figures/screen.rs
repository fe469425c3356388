//! What figures need to know of the screen: their size, its pixels, the theme's colours.

use crate::chart::{Inks, Size};
use crate::heatmap::{Ground, Map};
use crate::state::{Palette, Theme, ViewState};
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, ResizeObserver};

/// The screen as signals; one for all figures of a page, by [`Screen::provide`].
#[derive(Clone, Copy)]
pub struct Screen {
    /// Device pixels in one CSS pixel.
    pub ratio: Signal<f64>,
    /// The theme's colours as charts need them.
    pub inks: Signal<Inks>,
    /// The paper that colour maps are seen on.
    pub ground: Signal<Ground>,
    /// The diverging map that the user chose.
    pub diverging: Signal<Map>,
}

impl Screen {
    /// The screen of this page: made by the first component that asks, shared by those below it.
    pub fn provide() -> Self {
        use_context::<Self>().unwrap_or_else(|| {
            let screen = Self::new(expect_context(), expect_context());
            provide_context(screen);
            screen
        })
    }

    fn new(theme: Theme, view: ViewState) -> Self {
        let now = || window().device_pixel_ratio();
        let ratio = RwSignal::new(now());
        // zooming changes the ratio, and always the size of the window in CSS pixels with it
        let resized = window_event_listener(leptos::ev::resize, move |_| {
            if ratio.get_untracked().to_bits() != now().to_bits() {
                ratio.set(now());
            }
        });
        on_cleanup(move || resized.remove());

        let inks = RwSignal::new(read_inks().unwrap_or_default());
        Effect::new(move |before: Option<bool>| {
            let dark = theme.is_dark();
            if before.is_some_and(|before| before != dark) {
                // a frame later the document has the theme's attribute
                request_animation_frame(move || {
                    if let Some(read) = read_inks() {
                        inks.set(read);
                    }
                });
            }
            dark
        });
        let ground = Signal::derive(move || if theme.is_dark() { Ground::Dark } else { Ground::Light });
        let diverging = Signal::derive(move || match view.palette.get() {
            Palette::RedBlue => Map::RedBlue,
            Palette::OrangePurple => Map::OrangePurple,
        });
        Self { ratio: ratio.into(), inks: inks.into(), ground, diverging }
    }
}

fn read_inks() -> Option<Inks> {
    Inks::read(&document().body()?)
}

/// The size of an element's content box in CSS pixels, followed as it changes; zero until it is in the page.
pub fn size_of(element: NodeRef<Div>) -> Signal<Size> {
    let size = RwSignal::new(Size { width: 0.0, height: 0.0 });
    let observer = StoredValue::new_local(None::<Observer>);
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let measured: HtmlElement = element.clone().into();
        let measure = move || {
            let now = Size {
                width: f64::from(measured.client_width()),
                height: f64::from(measured.client_height()),
            };
            if size.try_get_untracked().is_some_and(|before| before != now) {
                size.set(now);
            }
        };
        measure();
        observer.set_value(Observer::new(&element, measure));
    });
    size.into()
}

/// A resize observer that stops when dropped.
struct Observer {
    observer: ResizeObserver,
    _callback: Closure<dyn FnMut()>,
}

impl Observer {
    fn new(element: &web_sys::Element, on_resize: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut()>::new(on_resize);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _callback: callback })
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
