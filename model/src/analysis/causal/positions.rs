//! Which positions of the prompts stand in one column of a figure.

use crate::plan::EncodedPrompt;
use crate::tokens::Tokens;

/// Columns of a figure over positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// The name of each column, where its positions have one.
    names: Option<Vec<String>>,
    /// The position in each prompt, by column.
    pub(crate) positions: Vec<Vec<usize>>,
}

impl Columns {
    /// Those that are `named`; without such, of all tokens; of prompts of several lengths, the names they have in common.
    ///
    /// # Errors
    /// What to change, where the prompts have no positions in common.
    pub(crate) fn of(prompts: &[EncodedPrompt], named: Option<&[String]>) -> Result<Self, String> {
        if let Some(names) = named {
            return Self::named(prompts, names);
        }
        let tokens = prompts.iter().map(|prompt| prompt.ids.len());
        let (shortest, longest) = (tokens.clone().min().unwrap_or(0), tokens.max().unwrap_or(0));
        if shortest == longest {
            let positions = (0..longest).map(|position| vec![position; prompts.len()]).collect();
            return Ok(Self { names: None, positions });
        }
        let names = names_in_common(prompts);
        if names.is_empty() {
            return Err(format!(
                "the prompts have from {shortest} to {longest} tokens, so their positions do not correspond; use prompts \
                 of one length, or name the positions that do"
            ));
        }
        Self::named(prompts, &names)
    }

    fn named(prompts: &[EncodedPrompt], names: &[String]) -> Result<Self, String> {
        if names.is_empty() {
            return Err("an empty list; name at least one position, or leave it out".to_owned());
        }
        let column = |name: &String| {
            let of = |(i, prompt): (usize, &EncodedPrompt)| {
                prompt.position(name).ok_or_else(|| {
                    let known: Vec<&str> = prompt.positions.iter().map(|(name, _)| name.as_str()).collect();
                    format!(
                        "prompts[{i}] has no position `{name}`; it has {}",
                        [&known[..], &["end"]].concat().join(", ")
                    )
                })
            };
            prompts.iter().enumerate().map(of).collect::<Result<Vec<_>, _>>()
        };
        let positions = names.iter().map(column).collect::<Result<_, _>>()?;
        Ok(Self { names: Some(names.to_vec()), positions })
    }

    /// What each column is called: its name; or the token, where all prompts have the same one there; or the number of the
    /// position.
    pub(crate) fn labels(&self, prompts: &[EncodedPrompt], tokens: &Tokens) -> Vec<String> {
        if let Some(names) = &self.names {
            return names.clone();
        }
        let label = |column: &Vec<usize>| {
            let mut ids = prompts.iter().zip(column).map(|(prompt, position)| prompt.ids[*position]);
            let first = ids.next()?;
            Some(if ids.all(|id| id == first) { tokens.string(first) } else { column[0].to_string() })
        };
        self.positions.iter().filter_map(label).collect()
    }
}

/// The names that every prompt has, in the first one's order, and `end`; none where that is all.
fn names_in_common(prompts: &[EncodedPrompt]) -> Vec<String> {
    let everywhere = |name: &&String| prompts.iter().all(|prompt| prompt.position(name).is_some());
    let first = prompts.first().map(|prompt| &prompt.positions[..]).unwrap_or_default();
    let common: Vec<String> = first.iter().map(|(name, _)| name).filter(everywhere).cloned().collect();
    if common.is_empty() { common } else { [common, vec!["end".to_owned()]].concat() }
}
