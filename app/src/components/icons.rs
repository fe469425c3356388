//! The shell's icons, in the manner of the figures': strokes on a 16 × 16 grid.

/// The mark of hooklens: a hook.
pub(super) const MARK: &str = "M12 1.5v8.2a4.5 4.5 0 1 1-9 0V7.5L5.2 9.8";
/// Two links of a chain.
pub(super) const LINK: &str =
    "M6.5 9.5l3-3M7 4.5l1.4-1.4a3.1 3.1 0 0 1 4.4 4.4L11.4 9M9 11.5l-1.4 1.4a3.1 3.1 0 0 1-4.4-4.4L4.6 7";
/// A disc, half of it filled by the stroke.
pub(super) const THEME: &str = "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11M6 3v10M4 5v6M7.2 3v10";
/// A pane at the left of a window.
pub(super) const PANE: &str = "M2.5 3.5h11v9h-11zM6.5 3.5v9";
/// A triangle with an exclamation mark.
pub(super) const WARNING: &str = "M8 2.5l6 11H2zM8 6.5v3.4M8 11.7v.2";
/// A circle with an exclamation mark.
pub(super) const PROBLEM: &str = "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.8v4M8 11v.2";
/// A pin.
pub(super) const PIN: &str = "M6 2.5h4l-.6 4 2.1 2.5h-7L6.6 6.5zM8 9v4.5";
/// A pin that is stuck in: filled by its strokes.
pub(super) const PINNED: &str = "M6 2.5h4l-.6 4 2.1 2.5h-7L6.6 6.5zM8 9v4.5M7 3.5v5M8 3v6M9 3.5v5M6 8h4";
