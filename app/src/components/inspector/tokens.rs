//! Tokens where there are no elements to mark their white space with: tooltips and labels for screen readers.

/// A token on one line of plain text: leading spaces, line breaks and tabs as signs.
pub fn spelled(token: &str) -> String {
    let text = token.trim_start_matches(' ');
    let spaces = "␣".repeat(token.len() - text.len());
    spaces + &text.replace('\n', "⏎").replace('\t', "⇥")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_trimmed() {
        for (token, expected) in
            [(" great", "␣great"), ("\n\n", "⏎⏎"), ("  ", "␣␣"), ("a b", "a b"), ("\n  x", "⏎  x"), ("", "")]
        {
            assert_eq!(spelled(token), expected);
        }
    }
}
