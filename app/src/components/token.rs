//! Tokens as the model sees them. A leading space is a real space with a mark drawn by the style sheet, and so is the
//! mark of a newline: what is copied is the exact text.

use crate::draft::is_special;
use leptos::prelude::*;

/// One token.
#[allow(clippy::needless_pass_by_value, reason = "a component owns its properties")]
#[component]
pub fn Token(
    /// Its exact text.
    #[prop(into)]
    text: String,
    /// Further classes, such as `differs`.
    #[prop(optional, into)]
    class: String,
) -> impl IntoView {
    let kind = if is_special(&text) {
        "special"
    } else if text.starts_with(' ') {
        ""
    } else {
        "join"
    };
    view! { <span class=format!("tok {kind} {class}")>{marks(&text)}</span> }
}

/// The text in pieces, with white space wrapped so that it can be seen.
fn marks(text: &str) -> Vec<AnyView> {
    let (spaces, rest) = text.split_at(text.len() - text.trim_start_matches(' ').len());
    let mut pieces: Vec<AnyView> =
        spaces.chars().map(|_| view! { <i class="sp">" "</i> }.into_any()).collect();
    for piece in rest.split_inclusive(['\n', '\t']) {
        let plain = piece.trim_end_matches(['\n', '\t']);
        if !plain.is_empty() {
            pieces.push(plain.to_owned().into_any());
        }
        match &piece[plain.len()..] {
            "\n" => pieces.push(view! { <i class="nl">"\n"</i> }.into_any()),
            "\t" => pieces.push(view! { <i class="tab">"\t"</i> }.into_any()),
            _ => {}
        }
    }
    pieces
}

/// A prompt's tokens in a row.
#[allow(clippy::needless_pass_by_value, reason = "a component owns its properties")]
#[component]
pub fn Tokens(
    /// Exact texts.
    tokens: Vec<String>,
    /// Which of them stand out; may be shorter.
    #[prop(optional)]
    differs: Vec<bool>,
) -> impl IntoView {
    let class = |i: usize| if differs.get(i) == Some(&true) { "differs" } else { "" };
    tokens.into_iter().enumerate().map(|(i, text)| view! { <Token text class=class(i) /> }).collect_view()
}
