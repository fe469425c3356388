//! What outlives a reload: `localStorage`, by key. A browser that refuses it only forgets.

use crate::json;
use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The key of the form's draft.
pub const DRAFT: &str = "hooklens.draft";
/// The key of the results looked at.
pub const HISTORY: &str = "hooklens.runs";
/// The key of the theme.
pub const THEME: &str = "hooklens.theme";

/// What was stored; none where there is nothing, or where it is of another version.
pub fn load<T: DeserializeOwned>(key: &str) -> Option<T> {
    let stored = window().local_storage().ok()??.get_item(key).ok()??;
    json::read(&stored).ok()
}

/// Stores a value.
pub fn save<T: Serialize>(key: &str, value: &T) {
    if let (Ok(Some(storage)), Ok(json)) = (window().local_storage(), serde_json::to_string(value)) {
        // full, or forbidden: the draft then lives as long as the page
        let _ = storage.set_item(key, &json);
    }
}
