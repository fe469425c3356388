//! Where the head's contribution comes from, drawn on the prompt's tokens; and the prompt by itself.

use super::{Inspected, prompt_tokens};
use crate::chart::format::signed;
use crate::chart::line;
use crate::components::Token;
use crate::components::figures::scalar;
use crate::components::figures::screen::Screen;
use crate::components::neighbours::{Neighbours, count};
use crate::heatmap::{Colors, Scale, css, ink_on};
use crate::state::{RunState, ViewState};
use leptos::prelude::*;

/// A value below this share of the largest is not written under its token.
const WORTH_WRITING: f32 = 0.05;

/// The tokens, coloured by what each gives to the logit difference through this head. They add up to the head's own
/// contribution on this prompt.
#[component]
pub fn Sources(
    /// What is inspected.
    inspected: Inspected,
) -> impl IntoView {
    let screen = Screen::provide();
    let (figure, summary) = (inspected.figure("source_attribution"), inspected.figure("summary"));
    let tokens = inspected.tokens();
    let values = Memo::new(move |_| {
        let values = figure.get().and_then(|f| line(&f).1.first().map(|s| s.y.to_vec())).unwrap_or_default();
        let count = tokens.with(Vec::len);
        // the figure of the prompt before, for a moment, may have another length
        if values.len() == count { values } else { vec![f32::NAN; count] }
    });
    let sum = move || {
        let sum = summary.get().and_then(|s| scalar(&s, "attribution"));
        sum.map(|sum| format!(", sum {}", signed(sum, 3)))
    };
    let chips = move || {
        let (values, tokens) = (values.get(), tokens.get());
        let largest = values.iter().filter(|v| v.is_finite()).fold(0f32, |m, v| m.max(v.abs()));
        let colors = Colors::of(screen.diverging.get(), screen.ground.get());
        let scale = Scale::symmetric(largest);
        // a head that does little gets a digit more rather than a row of zeros
        let digits = if largest < 0.1 { 3 } else { 2 };
        let last = tokens.len().saturating_sub(1);
        let chip = |(i, token): (usize, String)| {
            let value = values[i];
            let color = scale
                .step(value)
                .map(|step| colors.at(step))
                .map(|c| format!("background:{};color:{}", css(c), ink_on(c)));
            let written = value.abs() >= WORTH_WRITING * largest && largest > 0.0;
            let words = written.then(|| signed(value, digits));
            view! {
                <span class="g" title=value.is_finite().then(|| signed(value, 4))>
                    <span class="chip" style=color>
                        <Token text=token class=read_at(i, last) />
                    </span>
                    <small>{words}</small>
                </span>
            }
        };
        tokens.into_iter().enumerate().map(chip).collect_view()
    };
    view! {
            <section data-figure="source_attribution">
                <h3>
                    "By source token "
                    <small>{move || which_prompt(inspected.page, inspected.view)} {sum}</small>
                    <span class="push">
    <Neighbours run=inspected.page view=inspected.view what="prompt" />
    </span>
                </h3>
                <p class="gloss valued">{chips}</p>
            </section>
        }
}

/// The class of the token where the logits are read.
fn read_at(index: usize, last: usize) -> &'static str {
    if index == last { "read" } else { "" }
}

fn which_prompt(run: RunState, view: ViewState) -> String {
    format!("prompt {} of {}", view.prompt.get() + 1, count(run))
}

/// The selected prompt as the model sees it, for the right column while no head is selected.
#[component]
pub fn PromptText() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let tokens = prompt_tokens(run, view);
    let chips = move || {
        let tokens = tokens.get();
        let last = tokens.len().saturating_sub(1);
        tokens
            .into_iter()
            .enumerate()
            .map(|(i, token)| view! { <Token text=token class=read_at(i, last) /> })
            .collect_view()
    };
    view! {
        <section>
            <h3>
                {move || format!("Prompt {} ", view.prompt.get() + 1)}
                <small>{move || format!("{} tokens, read at the last", tokens.with(Vec::len))}</small>
                <span class="push"><Neighbours run view what="prompt" /></span>
            </h3>
            <p class="gloss">{chips}</p>
        </section>
    }
}
