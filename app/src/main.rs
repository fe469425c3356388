//! Starts the page.

use leptos::logging::error;
use leptos::prelude::document;

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        error!("{panic}");
        // nothing on the page works after a panic, so it says so rather than look alive
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-broken", "");
        }
    }));
    leptos::mount::mount_to_body(app::pages::App);
}
