//! Two token lists side by side: a prompt and its corrupted twin, and where they part.
//!
//! Of lists of one length, tokens at the same place belong together, for that is how a causal analysis takes them. Of
//! others, an alignment with the fewest edits (Wagner & Fischer 1974) says which tokens are too many or missing.

/// What stands beside what; numbers are from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The same token in both.
    Same(usize, usize),
    /// One token and another in its place.
    Changed(usize, usize),
    /// A token of the first list alone.
    Dropped(usize),
    /// A token of the second list alone.
    Added(usize),
}

/// Largest table of edits; beyond it the middle parts of two long lists are taken to have nothing in common.
const MOST_CELLS: usize = 1 << 22;

/// Aligns two lists.
pub fn align<T: PartialEq>(first: &[T], second: &[T]) -> Vec<Step> {
    let pair = |i: usize, j: usize| {
        if first[i] == second[j] { Step::Same(i, j) } else { Step::Changed(i, j) }
    };
    if first.len() == second.len() {
        return (0..first.len()).map(|i| pair(i, i)).collect();
    }
    let shorter = first.len().min(second.len());
    let head = (0..shorter).take_while(|&i| first[i] == second[i]).count();
    let tail =
        (1..=shorter - head).take_while(|n| first[first.len() - n] == second[second.len() - n]).count();
    let (first_end, second_end) = (first.len() - tail, second.len() - tail);
    let middle = edits(&first[head..first_end], &second[head..second_end]);
    let moved = |step: Step| match step {
        Step::Same(i, j) => Step::Same(i + head, j + head),
        Step::Changed(i, j) => Step::Changed(i + head, j + head),
        Step::Dropped(i) => Step::Dropped(i + head),
        Step::Added(j) => Step::Added(j + head),
    };
    let before = (0..head).map(|i| Step::Same(i, i));
    let after = (0..tail).map(|i| Step::Same(first_end + i, second_end + i));
    before.chain(middle.into_iter().map(moved)).chain(after).collect()
}

/// The places at which two lists of one length differ.
pub fn differing<T: PartialEq>(first: &[T], second: &[T]) -> Vec<bool> {
    first.iter().zip(second).map(|(one, other)| one != other).collect()
}

/// An alignment with the fewest changed, dropped and added tokens.
fn edits<T: PartialEq>(first: &[T], second: &[T]) -> Vec<Step> {
    let (rows, columns) = (first.len() + 1, second.len() + 1);
    if rows.saturating_mul(columns) > MOST_CELLS {
        return (0..first.len()).map(Step::Dropped).chain((0..second.len()).map(Step::Added)).collect();
    }
    // least[i][j]: edits between what follows token i of the first list and token j of the second
    let mut least = vec![vec![0_usize; columns]; rows];
    for i in (0..rows).rev() {
        for j in (0..columns).rev() {
            least[i][j] = match (i + 1 < rows, j + 1 < columns) {
                (false, _) => columns - 1 - j,
                (_, false) => rows - 1 - i,
                _ if first[i] == second[j] => least[i + 1][j + 1],
                _ => 1 + least[i + 1][j + 1].min(least[i + 1][j]).min(least[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut steps) = (0, 0, Vec::with_capacity(rows.max(columns)));
    while i < first.len() || j < second.len() {
        let (left, right) = (i < first.len(), j < second.len());
        let step = if left && right && first[i] == second[j] {
            Step::Same(i, j)
        } else if left && right && least[i][j] == 1 + least[i + 1][j + 1] {
            Step::Changed(i, j)
        } else if left && least[i][j] == 1 + least[i + 1][j] {
            Step::Dropped(i)
        } else {
            Step::Added(j)
        };
        i += usize::from(!matches!(step, Step::Added(_)));
        j += usize::from(!matches!(step, Step::Dropped(_)));
        steps.push(step);
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(first: &str, second: &str, expected: &str) {
        let words = |text: &'static str| text.split_whitespace().collect::<Vec<_>>();
        let (first, second) = (words(first.to_owned().leak()), words(second.to_owned().leak()));
        let shown = |step: &Step| match *step {
            Step::Same(i, _) => first[i].to_owned(),
            Step::Changed(i, j) => format!("{}/{}", first[i], second[j]),
            Step::Dropped(i) => format!("-{}", first[i]),
            Step::Added(j) => format!("+{}", second[j]),
        };
        let shown: Vec<String> = align(&first, &second).iter().map(shown).collect();
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn lists_of_one_length_go_token_by_token() {
        check("the film was good", "the film was bad", "the film was good/bad");
        check("a b c", "b c a", "a/b b/c c/a");
    }

    #[test]
    fn of_others_what_is_too_much_or_missing_is_found() {
        check("the film was good", "the film was very good", "the film was +very good");
        check("the long film was good", "the film was bad", "the -long film was good/bad");
        check("", "a b", "+a +b");
        check("a b a", "a", "a -b -a");
    }

    proptest! {
        #[test]
        fn every_token_stands_there_once_and_in_order(
            first in proptest::collection::vec(0_u8..4, 0..12),
            second in proptest::collection::vec(0_u8..4, 0..12),
        ) {
            let steps = align(&first, &second);
            let (mut i, mut j) = (0, 0);
            for step in &steps {
                match *step {
                    Step::Same(a, b) => { prop_assert!(first[a] == second[b] && (a, b) == (i, j)); i += 1; j += 1; }
                    Step::Changed(a, b) => { prop_assert!(first[a] != second[b] && (a, b) == (i, j)); i += 1; j += 1; }
                    Step::Dropped(a) => { prop_assert_eq!(a, i); i += 1; }
                    Step::Added(b) => { prop_assert_eq!(b, j); j += 1; }
                }
            }
            prop_assert_eq!((i, j), (first.len(), second.len()));
            let edits = steps.iter().filter(|step| !matches!(step, Step::Same(..))).count();
            if first.len() != second.len() {
                prop_assert!(edits <= first.len().max(second.len()));
            }
        }
    }
}
