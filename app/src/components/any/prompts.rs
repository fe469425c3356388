//! Which prompt is looked at, for results with figures of single prompts.

use crate::components::Tokens;
use crate::state::{RunState, ViewState};
use leptos::prelude::*;

/// The prompts that the result has figures of.
fn pictured(run: RunState) -> Vec<usize> {
    let mut prompts: Vec<usize> =
        run.figures.with(|keys| keys.iter().filter_map(|(_, prompt)| *prompt).collect());
    prompts.sort_unstable();
    prompts.dedup();
    prompts
}

/// The prompt whose figures are shown: the selected one, or else the first that there are figures of. Tracks.
pub fn shown_prompt(run: RunState, view: ViewState) -> Option<usize> {
    let (pictured, selected) = (pictured(run), view.prompt.get());
    pictured.contains(&selected).then_some(selected).or_else(|| pictured.first().copied())
}

/// The prompt that is shown, its tokens, and the way to the ones beside it.
#[component]
pub fn PromptPicker() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let shown = Memo::new(move |_| shown_prompt(run, view));
    let count = Memo::new(move |_| pictured(run).len());
    let tokens = move || {
        let shown = shown.get()?;
        run.started.with(|s| s.as_ref()?.prompts.get(shown).map(|p| p.tokens.clone()))
    };
    let step = move |by: isize| {
        let prompts = pictured(run);
        let at = prompts.iter().position(|p| Some(*p) == shown.get_untracked()).unwrap_or(0);
        if let Some(next) = at.checked_add_signed(by).and_then(|i| prompts.get(i)) {
            view.prompt.set(*next);
        }
    };
    let button = move |by: isize, title: &'static str, text: &'static str| {
        view! {
            <button type="button" class="icon" title=title aria-label=title on:click=move |_| step(by)>
                {text}
            </button>
        }
    };
    move || {
        let prompt = shown.get()?;
        Some(view! {
            <section class="one-prompt">
                <div class="row">
                    <h2>{format!("Prompt {}", prompt + 1)}</h2>
                    {(count.get() > 1)
                        .then(|| {
                            view! {
                                <small>{format!("of {}", count.get())}</small>
                                {button(-1, "Previous prompt ([)", "‹")}
                                {button(1, "Next prompt (])", "›")}
                            }
                        })}
                </div>
                <p class="sentence"><Tokens tokens=tokens().unwrap_or_default() /></p>
            </section>
        })
    }
}
