//! The figures' icons: strokes on a 16 × 16 grid, drawn in the text's colour.

use leptos::prelude::*;

/// A sheet with a head row and a first column.
pub const TABLE: &str = "M2 3h12v10H2zM2 6.5h12M6 3v10";
/// Two sheets, one over the other.
pub const COPY: &str = "M6 6h7.5v7.5H6zM10 6V2.5H2.5V10H6";
/// An arrow into a tray.
pub const SAVE: &str = "M8 2v8M4.8 7 8 10.2 11.2 7M2.5 13.5h11";
/// Two arrows to opposite corners.
pub const MAXIMISE: &str = "M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9";
/// A cross.
pub const CLOSE: &str = "m4 4 8 8M12 4l-8 8";
/// To the left.
pub const PREVIOUS: &str = "M10 3.5 5.5 8l4.5 4.5";
/// To the right.
pub const NEXT: &str = "M6 3.5 10.5 8 6 12.5";

/// One of the paths above; decoration, so the control around it needs a name.
#[component]
pub fn Icon(
    /// What to draw.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
            <path d=path />
        </svg>
    }
}
