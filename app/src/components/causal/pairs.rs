//! Which pairs the maps show: the mean over all of them, or one. The pair itself, token by token.

use crate::components::Token;
use crate::components::neighbours::{Neighbours, count};
use crate::state::{RunState, ViewState};
use leptos::prelude::*;
use model::wire::PromptTokens;

/// Mean, or one pair and the way to its neighbours; nothing for a single pair.
#[component]
pub fn Which() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let several = Memo::new(move |_| count(run) > 1);
    let tab = move |one: bool, title: Signal<String>| {
        view! {
            <button
                type="button"
                aria-pressed=move || (view.one_pair.get() == one).to_string()
                on:click=move |_| view.one_pair.set(one)
            >
                {title}
            </button>
        }
    };
    let mean = Signal::derive(move || format!("mean of {}", count(run)));
    let one = Signal::derive(move || format!("pair {}", view.prompt.get() + 1));
    move || {
        several.get().then(|| {
            view! {
                <div class="tabs" role="group" aria-label="Which pairs the maps show">
                    {tab(false, mean)}
                    {tab(true, one)}
                </div>
                <span class="steps"><Neighbours run view what="pair" /></span>
            }
        })
    }
}

/// The selected pair: both texts as the model sees them, the tokens that differ marked, and from where on anything can
/// change.
#[component]
pub fn PairTokens() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let prompt = Memo::new(move |_| {
        let shown = view.prompt.get();
        run.started.with(|s| {
            let prompts = &s.as_ref()?.prompts;
            prompts.get(shown.min(prompts.len().saturating_sub(1))).cloned()
        })
    });
    let title = move || {
        let tokens = prompt.with(|p| p.as_ref().map_or(0, |p| p.tokens.len()));
        let twin = prompt.with(|p| p.as_ref().is_some_and(|p| p.corrupted.is_some()));
        format!("{tokens} tokens{}", if twin { " each, aligned" } else { "" })
    };
    let several = move || count(run) > 1;
    let body = move || prompt.get().map(|prompt| both(&prompt));
    view! {
        <section data-pair=move || view.prompt.get() + 1>
            <h3>
                {move || if count(run) > 1 { format!("Pair {} of {} ", view.prompt.get() + 1, count(run)) } else { "The pair ".to_owned() }}
                <small>{title}</small>
                <Show when=several>
                    <span class="push"><Neighbours run view what="pair" /></span>
                </Show>
            </h3>
            {body}
        </section>
    }
}

fn both(prompt: &PromptTokens) -> impl IntoView + use<> {
    let twin = prompt.corrupted.as_ref().map(|twin| twin.tokens.clone()).unwrap_or_default();
    let differs = differs(&prompt.tokens, &twin);
    let hint = same_before(&prompt.tokens, &differs);
    let lines =
        [("Clean", prompt.tokens.clone()), ("Corrupted", twin)].into_iter().filter(|(_, t)| !t.is_empty());
    let line = move |(name, tokens): (&'static str, Vec<String>)| {
        let last = tokens.len().saturating_sub(1);
        let differs = differs.clone();
        let token = move |(i, text): (usize, String)| {
            let class = match (differs.get(i) == Some(&true), i == last) {
                (true, true) => "differs read",
                (true, false) => "differs",
                (false, true) => "read",
                _ => "",
            };
            view! { <Token text class /> }
        };
        view! {
            <p class="hint">{name}</p>
            <p class="gloss">{tokens.into_iter().enumerate().map(token).collect_view()}</p>
        }
    };
    view! {
        {lines.map(line).collect_view()}
        {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
    }
}

/// Which tokens differ.
fn differs(clean: &[String], corrupted: &[String]) -> Vec<bool> {
    clean.iter().zip(corrupted).map(|(a, b)| a != b).collect()
}

/// That nothing before the first difference can change anything.
fn same_before(tokens: &[String], differs: &[bool]) -> Option<String> {
    let first = differs.iter().position(|differs| *differs)?;
    (first > 0).then(|| {
        format!(
            "Before “{}” the two runs are the same: nothing put in there changes anything, and it costs nothing.",
            tokens[first].trim()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_first_difference_is_said_to_be_the_same() {
        let words = |words: [&str; 3]| words.map(String::from);
        let (clean, corrupted) = (words(["a", " b", " c"]), words(["a", " x", " c"]));
        let differs = differs(&clean, &corrupted);
        assert_eq!(differs, [false, true, false]);
        assert!(same_before(&clean, &differs).unwrap().starts_with("Before “b”"));
        assert_eq!(same_before(&clean, &[true, false, false]), None);
        assert_eq!(same_before(&clean, &[]), None);
    }
}
