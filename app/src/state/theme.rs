//! Light or dark: what the user chose, and what that means on this system right now.

use leptos::prelude::*;

/// What the user chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheme {
    /// As the system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Scheme {
    /// The next one round the circle of the header's button.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    /// How it is stored and said.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The inverse of [`Scheme::name`]; anything else is the system's.
    pub fn from_name(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// The theme as signals. Figures that draw pixels themselves redraw when [`Theme::is_dark`] changes.
#[derive(Clone, Copy)]
pub struct Theme {
    /// What the user chose.
    pub scheme: RwSignal<Scheme>,
    /// Whether the system prefers dark.
    pub system_dark: RwSignal<bool>,
}

impl Theme {
    /// A theme with what was stored and what the system prefers.
    pub fn new(scheme: Scheme, system_dark: bool) -> Self {
        Self { scheme: RwSignal::new(scheme), system_dark: RwSignal::new(system_dark) }
    }

    /// Whether the page is dark. Tracks.
    pub fn is_dark(&self) -> bool {
        match self.scheme.get() {
            Scheme::System => self.system_dark.get(),
            Scheme::Light => false,
            Scheme::Dark => true,
        }
    }
}
