//! Keeps the address and the page in step: what is shown is always in the address bar, Back and Forward work.
//!
//! The page has one screen whose whole state is a [`Place`], so the browser's history is all the router it needs.

use super::Session;
use crate::link::{self, Place};
use leptos::ev::popstate;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// The place that the address bar names now.
pub fn here() -> Place {
    let location = window().location();
    let part = |part: Result<String, JsValue>| part.unwrap_or_default();
    Place::parse(&part(location.pathname()), &part(location.search()), &part(location.hash()))
}

/// Opens what the address bar names, and from then on writes there what the page shows, and shows what Back and
/// Forward put there.
pub fn keep_in_step(session: Session) {
    go(session, here());
    let popped = window_event_listener(popstate, move |_| go(session, here()));
    on_cleanup(move || popped.remove());

    let fragment =
        Memo::new(move |_| session.run.experiment.get().map(|experiment| link::fragment(&experiment)));
    Effect::new(move || {
        let view = session.view.snapshot();
        let target =
            session.run.id.get().map(|id| (link::address(&id, &view, fragment.get().as_deref()), id));
        let step = match (&here(), &target) {
            (Place::Result(now), Some((_, id))) => now.id != *id || now.view.is_step_to(&view),
            (Place::Start, None) => return,
            _ => true,
        };
        write(&target.map_or_else(|| "/".to_owned(), |(address, _)| address), step);
    });
}

fn go(session: Session, place: Place) {
    match place {
        Place::Start => session.close(),
        Place::Result(link) if session.run.id.get_untracked().as_ref() == Some(&link.id) => {
            session.view.restore(link.view);
        }
        Place::Result(link) => session.open(link),
    }
}

/// Puts an address into the bar: as a step of the history, or in place of the current one. Fails only where a page
/// floods the history, and then the address lags behind until the next change.
fn write(address: &str, step: bool) {
    let location = window().location();
    let now =
        [location.pathname(), location.search(), location.hash()].map(Result::unwrap_or_default).concat();
    let Ok(history) = window().history() else { return };
    if now != address {
        let _ = if step {
            history.push_state_with_url(&JsValue::NULL, "", Some(address))
        } else {
            history.replace_state_with_url(&JsValue::NULL, "", Some(address))
        };
    }
}
