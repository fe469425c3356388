//! The two-digit years by whether they are later than a prompt's first one (Hanna et al. 2023, arXiv:2305.00586).

use crate::tokens::Tokens;
use crate::wire::Prompt;

/// The name of the first year's last two digits, as the set `greater-than` gives it.
const YEAR: &str = "YY";

/// The field of a prompt that something is wrong with, and what.
pub(super) type Wrong = (&'static str, String);

/// Tokens of the years later than the first one, and of the others, spelled as the prompt's answer is; without those that
/// the tokenizer takes as several. `first` is the token of the named position.
///
/// # Errors
/// Where there are no such years.
pub(super) fn years(tokens: &Tokens, prompt: &Prompt, first: Option<u32>) -> Result<[Vec<u32>; 2], Wrong> {
    let Some(first) = first else {
        let message = "`later_years` needs to know the first year; name its last two digits `YY`, or choose another metric";
        return Err(("positions", message.to_owned()));
    };
    let first = tokens.string(first);
    let year: u32 = two_digits(&first).ok_or_else(|| {
        (
            "positions",
            format!("`YY` is the token `{first}`, which is no year of two digits; name another one"),
        )
    })?;
    let answer = prompt.answer.as_deref().unwrap_or_default();
    let Some(spelling) = two_digits(answer).and_then(|_| answer.get(..answer.len() - 2)) else {
        let message =
            "`later_years` is about years of two digits; give one as the answer, or choose another metric";
        return Err(("answer", message.to_owned()));
    };
    let token = |year: u32| tokens.single(&format!("{spelling}{year:02}")).ok();
    let [later, others] =
        [year + 1..100, 0..year + 1].map(|years| years.filter_map(token).collect::<Vec<_>>());
    if later.is_empty() || others.is_empty() {
        let message = format!(
            "this tokenizer has no years spelled as `{answer}` is on both sides of `{first}`; choose another year or metric"
        );
        return Err(("answer", message));
    }
    Ok([later, others])
}

/// The token that is the first year, where one is named.
pub(super) fn first_year(ids: &[u32], positions: &[(String, usize)]) -> Option<u32> {
    let (_, token) = positions.iter().find(|(name, _)| name == YEAR)?;
    ids.get(*token).copied()
}

/// A number of two digits, with spaces before it or without.
fn two_digits(text: &str) -> Option<u32> {
    let digits = text.trim_start();
    let is_one = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_one)
}

#[cfg(test)]
mod tests {
    use crate::checkpoint::{Checkpoint, Source};
    use crate::plan::{Limits, Plan, parse_experiment};
    use candle_core::Device;
    use std::sync::Arc;

    #[test]
    fn every_year_of_a_century_is_later_or_not() {
        let checkpoint = Arc::new(Checkpoint::open("demo", &Source::Demo).unwrap());
        let experiment = br#"{"model": "demo", "prompts": {"set": "greater-than", "n": 20},
            "analysis": {"kind": "ablation", "site": "z", "method": "zero", "metric": "later_years"}}"#;
        let plan =
            Plan::new(&checkpoint, &parse_experiment(experiment).unwrap(), &Limits::default(), &Device::Cpu)
                .unwrap();
        let tokens = checkpoint.tokens();
        for prompt in plan.prompts().iter() {
            let year = |id: u32| tokens.string(id).trim().parse::<u32>().unwrap();
            let first = year(prompt.ids[prompt.position("YY").unwrap()]);
            let [later, others] = &prompt.years;
            assert!(later.iter().all(|id| year(*id) > first) && others.iter().all(|id| year(*id) <= first));
            assert!(later.contains(&prompt.answer.unwrap()) && others.contains(&prompt.distractor.unwrap()));
            let known = (0..100).filter(|year| tokens.single(&format!("{year:02}")).is_ok()).count();
            assert_eq!(later.len() + others.len(), known);
        }
    }
}
