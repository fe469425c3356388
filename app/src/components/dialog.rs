//! Modal dialogs: the browser's own, opened and closed by a signal.

use leptos::html::Dialog;
use leptos::prelude::*;

/// Keeps a dialog open for as long as `open` says so. The dialog itself has to reset `open` on its `close` event, which
/// comes from Escape too.
pub fn show_while(open: RwSignal<bool>, dialog: NodeRef<Dialog>) {
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}
