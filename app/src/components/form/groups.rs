//! The groups of the prompts: how many are in each, and what they compare.

use crate::components::Token;
use leptos::prelude::*;
use model::wire::Prompt;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// How many prompts it has.
    pub count: usize,
    /// Answer and distractor, where all its prompts have the same.
    pub pair: Option<(String, Option<String>)>,
}

/// The groups in order of first appearance; prompts without one are in none.
pub fn groups(prompts: &[Prompt]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for prompt in prompts {
        let Some(name) = &prompt.group else { continue };
        let pair = prompt.answer.clone().map(|answer| (answer, prompt.distractor.clone()));
        match groups.iter_mut().find(|group| group.name == *name) {
            Some(group) => {
                group.count += 1;
                group.pair = group.pair.take().filter(|p| Some(p) == pair.as_ref());
            }
            None => groups.push(Group { name: name.clone(), count: 1, pair }),
        }
    }
    groups
}

/// The list of groups; nothing where there are none.
#[component]
pub fn Groups(
    /// What is listed.
    #[prop(into)]
    groups: Signal<Vec<Group>>,
) -> impl IntoView {
    let line = |(i, group): (usize, Group)| {
        let pair = group.pair.map(|(answer, distractor)| {
            let distractor = distractor.map(|d| view! { " − "<Token text=d /> });
            view! { <span class="pair"><Token text=answer />{distractor}</span> }
        });
        view! {
            <li>
                <small>{group.count}</small>
                <i class=dot(Some(i))></i>
                {group.name}
                {pair}
            </li>
        }
    };
    view! {
        <ul class="groups" hidden=move || groups.with(Vec::is_empty)>
            {move || groups.get().into_iter().enumerate().map(line).collect_view()}
        </ul>
    }
}

/// The mark of the group of that number: filled or hollow, so that it does without colour.
pub fn dot(group: Option<usize>) -> &'static str {
    match group {
        None => "dot none",
        Some(i) if i % 2 == 0 => "dot",
        Some(_) => "dot b",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompt(group: Option<&str>, answer: &str) -> Prompt {
        Prompt { group: group.map(Into::into), answer: Some(answer.into()), ..Prompt::default() }
    }

    #[test]
    fn a_group_says_its_pair_only_where_all_its_prompts_agree() {
        let prompts =
            [prompt(Some("a"), " x"), prompt(Some("b"), " y"), prompt(None, " z"), prompt(Some("a"), " w")];
        let found = groups(&prompts);
        assert_eq!((found[0].count, &found[0].pair), (2, &None));
        assert_eq!((found[1].name.as_str(), &found[1].pair), ("b", &Some((" y".to_owned(), None))));
    }
}
