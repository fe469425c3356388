//! A token as the model sees it: a leading space as a mark, line breaks as ⏎, special tokens boxed, never trimmed.
//!
//! The marks are drawn by the stylesheet on the very characters, so that copying stays exact.

use leptos::prelude::*;

/// A stretch of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Space,
    Break,
    Tab,
}

/// The text as it is drawn: each leading or only space, and every line break and tab, by itself.
fn pieces(token: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for c in token.chars() {
        match (c, pieces.last_mut()) {
            ('\n', _) => pieces.push(Piece::Break),
            ('\t', _) => pieces.push(Piece::Tab),
            (' ', None | Some(Piece::Space | Piece::Break)) => pieces.push(Piece::Space),
            (c, Some(Piece::Text(text))) => text.push(c),
            (c, _) => pieces.push(Piece::Text(c.to_string())),
        }
    }
    pieces
}

/// Whether a token is the tokenizer's own, such as `<|endoftext|>`, rather than text.
fn is_special(token: &str) -> bool {
    token.len() > 2 && token.starts_with('<') && token.ends_with('>') && !token.contains(' ')
}

/// A token on one line of plain text: for tooltips, titles and screen readers.
pub fn spelled(token: &str) -> String {
    let spell = |piece: Piece| match piece {
        Piece::Text(text) => text,
        Piece::Space => "␣".to_owned(),
        Piece::Break => "⏎".to_owned(),
        Piece::Tab => "⇥".to_owned(),
    };
    pieces(token).into_iter().map(spell).collect()
}

/// The characters of a token with their marks, without a chip around them.
#[component]
pub fn Spelling(
    /// The token.
    token: String,
) -> impl IntoView {
    let draw = |piece: Piece| match piece {
        Piece::Text(text) => text.into_any(),
        Piece::Space => view! { <i class="sp">" "</i> }.into_any(),
        Piece::Break => view! { <i class="nl">"\n"</i> }.into_any(),
        Piece::Tab => view! { <i class="nl tab">"\t"</i> }.into_any(),
    };
    pieces(&token).into_iter().map(draw).collect_view()
}

/// A token as a chip.
#[component]
pub fn Token(
    /// The token.
    token: String,
    /// Background and text colour, for a chip that carries a value.
    #[prop(optional_no_strip)]
    colors: Option<(String, &'static str)>,
    /// Whether the logits are read here.
    #[prop(optional)]
    read: bool,
) -> impl IntoView {
    let (ground, ink) = colors.unzip();
    let joined = !token.starts_with([' ', '\n', '\t']);
    let special = is_special(&token);
    view! {
        <span
            class="tok"
            class:special=special
            class:join=joined && !special
            class:read=read
            style:background=ground
            style:color=ink
        >
            <Spelling token />
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_trimmed() {
        for (token, expected) in
            [(" great", "␣great"), ("\n\n", "⏎⏎"), ("  ", "␣␣"), ("a b", "a b"), ("\n  x", "⏎␣␣x"), ("", "")]
        {
            assert_eq!(spelled(token), expected);
        }
    }

    #[test]
    fn special_tokens_are_told_from_text() {
        assert!(is_special("<|endoftext|>") && is_special("<s>"));
        assert!(!is_special("<") && !is_special(" <b>") && !is_special("<>"));
    }
}
