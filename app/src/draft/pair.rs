//! A prompt beside its corrupted twin, token by token, and which character a token's name stands for.

use model::align::{Step, align};
use std::collections::BTreeMap;

/// One column: a token of each text, or of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The prompt's token and its number.
    pub clean: Option<(usize, String)>,
    /// The twin's token.
    pub corrupted: Option<String>,
}

impl Cell {
    /// Whether the two differ.
    pub fn differs(&self) -> bool {
        self.clean.as_ref().map(|(_, token)| token) != self.corrupted.as_ref()
    }
}

/// The two texts side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pair {
    /// The columns, in the order of the texts.
    pub cells: Vec<Cell>,
    /// What to change where the texts have different numbers of tokens.
    pub advice: Option<String>,
}

/// Sets two token lists side by side.
pub fn pair(clean: &[String], corrupted: &[String]) -> Pair {
    let cells = align(clean, corrupted).into_iter().map(|step| {
        let (i, j) = match step {
            Step::Same(i, j) | Step::Changed(i, j) => (Some(i), Some(j)),
            Step::Dropped(i) => (Some(i), None),
            Step::Added(j) => (None, Some(j)),
        };
        Cell { clean: i.map(|i| (i, clean[i].clone())), corrupted: j.map(|j| corrupted[j].clone()) }
    });
    let cells: Vec<Cell> = cells.collect();
    let advice = (clean.len() != corrupted.len()).then(|| advice(clean.len(), corrupted.len(), &cells));
    Pair { cells, advice }
}

/// What makes the two as long.
fn advice(clean: usize, corrupted: usize, cells: &[Cell]) -> String {
    let quoted = |tokens: Vec<&str>| format!("`{}`", tokens.concat());
    let missing = || cells.iter().filter(|cell| cell.corrupted.is_none());
    let missing: Vec<&str> = missing().filter_map(|cell| Some(cell.clean.as_ref()?.1.as_str())).collect();
    let added = || cells.iter().filter(|cell| cell.clean.is_none());
    let added: Vec<&str> = added().filter_map(|cell| cell.corrupted.as_deref()).collect();
    let lengths = format!("{corrupted} tokens beside {clean}: ");
    if corrupted > clean {
        format!("{lengths}take {} out, or put {} into the prompt.", quoted(added), count(corrupted - clean))
    } else {
        format!(
            "{lengths}put {} in, or take {} out of the prompt.",
            count(clean - corrupted),
            quoted(missing)
        )
    }
}

fn count(tokens: usize) -> String {
    if tokens == 1 { "one token".to_owned() } else { format!("{tokens} tokens") }
}

/// For each token, the number of its last character in the text; none from where the tokens are not the text's own
/// (a mark of the tokenizer, a part of a character).
pub fn last_characters(text: &str, tokens: &[String]) -> Vec<Option<usize>> {
    let mut rest = text;
    let mut characters = 0;
    let last = |token: &String| {
        rest = rest.strip_prefix(token.as_str())?;
        characters += token.chars().count();
        characters.checked_sub(1)
    };
    tokens.iter().map(last).collect()
}

/// Where named characters are after a text was edited at one place: those before it stay, those after it move along, and
/// those that were replaced have no name any more.
pub fn moved(positions: &BTreeMap<String, usize>, before: &str, after: &str) -> BTreeMap<String, usize> {
    let (before, after): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let shorter = before.len().min(after.len());
    let head = (0..shorter).take_while(|&i| before[i] == after[i]).count();
    let same_from_end = |n: &usize| before[before.len() - n] == after[after.len() - n];
    let tail = (1..=shorter - head).take_while(same_from_end).count();
    let place = |(name, &at): (&String, &usize)| {
        let moved = match at {
            _ if at < head => at,
            _ if at >= before.len() - tail => at + after.len() - before.len(),
            _ => return None,
        };
        Some((name.clone(), moved))
    };
    positions.iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &[&str]) -> Vec<String> {
        text.iter().map(|token| (*token).to_owned()).collect()
    }

    #[test]
    fn a_twin_of_another_length_is_told_what_to_change() {
        let clean = tokens(&["The", " film", " was"]);
        let longer = pair(&clean, &tokens(&["The", " old", " film", " was"]));
        assert_eq!(
            longer.advice.as_deref(),
            Some("4 tokens beside 3: take ` old` out, or put one token into the prompt.")
        );
        assert_eq!(longer.cells[1], Cell { clean: None, corrupted: Some(" old".to_owned()) });
        let shorter = pair(&clean, &tokens(&["The"]));
        assert!(shorter.advice.is_some_and(|advice| advice.contains("put 2 tokens in")));
        let equal = pair(&clean, &tokens(&["The", " show", " was"]));
        let differing: Vec<bool> = equal.cells.iter().map(Cell::differs).collect();
        assert_eq!((equal.advice, differing), (None, vec![false, true, false]));
    }

    #[test]
    fn names_move_with_their_words() {
        let names = BTreeMap::from([("S".to_owned(), 2), ("IO".to_owned(), 8)]);
        let check = |after: &str, s: Option<usize>, io: Option<usize>| {
            let moved = moved(&names, "Tom met Mary", after);
            assert_eq!((moved.get("S").copied(), moved.get("IO").copied()), (s, io), "{after}");
        };
        check("Tom met Mary again", Some(2), Some(8));
        check("Tom once met Mary", Some(2), Some(13));
        check("Tom met", Some(2), None);
        check("Then Tom met Mary", Some(7), Some(13));
        check("met Mary", None, Some(4));
        check("", None, None);
    }

    #[test]
    fn a_name_stands_for_the_last_character_of_its_token() {
        let found = last_characters("Én film", &tokens(&["<|endoftext|>", "Én", " fi", "lm"]));
        assert_eq!(found, [None, Some(1), Some(4), Some(6)]);
        assert_eq!(last_characters("a🙂b", &tokens(&["a", "�", "�", "b"])), [Some(0), None, None, None]);
    }
}
