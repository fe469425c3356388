//! The address of a result: `/r/<id>?<view>#<experiment, compressed>`. Pure: strings in, values out.
//!
//! The id finds the stored result, the query says what is shown of it, and the fragment (which browsers do not send)
//! holds the experiment itself, so that a page whose server does not have the result can offer to recompute it.

mod causal;
mod fragment;
mod view;

pub use causal::{Causal, Hop};
pub use fragment::BrokenLink;
pub use view::{Arrangement, Palette, View};

use model::wire::Experiment;

/// What an address asks for.
#[allow(clippy::large_enum_variant, reason = "there is one at a time, and it is the large one")]
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The start page.
    Start,
    /// One result.
    Result(Link),
}

/// The address of one result.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The result's id.
    pub id: String,
    /// What is shown of it.
    pub view: View,
    /// What was asked; absent where the address has no fragment, an error where it cannot be read.
    pub experiment: Option<Result<Experiment, BrokenLink>>,
}

impl Place {
    /// Reads an address by its parts, as `window.location` gives them: `search` with its `?`, `hash` with its `#`.
    /// Any path that is not a result's is the start page.
    pub fn parse(path: &str, search: &str, hash: &str) -> Self {
        let Some(id) = path.strip_prefix("/r/").map(|id| id.trim_end_matches('/')).filter(|id| is_id(id))
        else {
            return Self::Start;
        };
        let fragment = hash.trim_start_matches('#');
        Self::Result(Link {
            id: id.to_owned(),
            view: View::from_query(search.trim_start_matches('?')),
            experiment: (!fragment.is_empty()).then(|| fragment::decode(fragment)),
        })
    }
}

/// The address of a result, from the root of the server. The fragment is made by [`fragment()`]; without one the link
/// opens the result only where it is stored.
pub fn address(id: &str, view: &View, fragment: Option<&str>) -> String {
    let query = view.to_query();
    let mark = if query.is_empty() { "" } else { "?" };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("/r/{id}{mark}{query}{fragment}")
}

/// The experiment as a fragment, without its `#`.
pub fn fragment(experiment: &Experiment) -> String {
    fragment::encode(experiment)
}

/// An id is part of paths and requests, so nothing but what a hash is written with.
fn is_id(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests;
