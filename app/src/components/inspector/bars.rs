//! The head's contribution on every prompt, as small bars; a click goes to the prompt.

use super::Inspected;
use crate::chart::format::signed;
use crate::chart::line;
use crate::state::ViewState;
use leptos::prelude::*;

/// Height of the bars in the drawing's own units, which are CSS pixels.
const HEIGHT: f64 = 40.0;
/// Height left below the bars for the selected prompt's mark.
const MARK: f64 = 5.0;
/// Width of one prompt in the drawing's own units; the drawing is stretched to the column.
const STEP: f64 = 10.0;

/// One bar a prompt, groups apart by colour.
#[component]
pub fn PerPrompt(
    /// What is inspected.
    inspected: Inspected,
) -> impl IntoView {
    let figure = inspected.figure("per_prompt");
    let values = Memo::new(move |_| {
        figure.get().and_then(|f| line(&f).1.first().map(|s| s.y.to_vec())).unwrap_or_default()
    });
    let range = move || {
        let (low, high) = values.with(|v| extent(v))?;
        Some(format!("{} to {}", signed(low, 2), signed(high, 2)))
    };
    let groups = Memo::new(move |_| {
        inspected.page.started.with(|s| {
            let prompts = s.as_ref().map(|s| s.prompts.as_slice()).unwrap_or_default();
            let first = prompts.first().and_then(|p| p.group.clone());
            prompts.iter().map(|p| p.group != first).collect::<Vec<_>>()
        })
    });
    view! {
        <section data-figure="per_prompt">
            <h3>"Per prompt " <small>"logits"</small> <small class="push num">{range}</small></h3>
            <Bars values second=groups what="Contribution on each prompt" name="prompt" />
        </section>
    }
}

/// One bar a prompt; a click goes to the prompt.
#[component]
pub fn Bars(
    /// One value a prompt.
    #[prop(into)]
    values: Signal<Vec<f32>>,
    /// Which prompts are drawn in the second colour; may be shorter.
    #[prop(into)]
    second: Signal<Vec<bool>>,
    /// What the bars are, for screen readers.
    what: &'static str,
    /// What one of them is of: `prompt`, `pair`.
    name: &'static str,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let label = move || {
        let (low, high) = values.with(|values| extent(values)).unwrap_or_default();
        format!("{what}, {} to {}", signed(low, 2), signed(high, 2))
    };
    let bars = move || {
        let second = second.get();
        values.with(|values| {
            let ends = extent(values).unwrap_or_default();
            let bar =
                |(i, value): (usize, &f32)| bar((i, name), *value, ends, second.get(i) == Some(&true), view);
            values.iter().enumerate().map(bar).collect_view()
        })
    };
    view! {
        <svg
            class="spark"
            preserveAspectRatio="none"
            role="img"
            aria-label=label
            viewBox=move || format!("0 0 {} {}", values.with(Vec::len).max(1) as f64 * STEP, HEIGHT + MARK)
        >
            {bars}
        </svg>
    }
}

/// The least and the largest known value.
fn extent(values: &[f32]) -> Option<(f32, f32)> {
    let known = values.iter().copied().filter(|v| v.is_finite());
    known.fold(None, |ends: Option<(f32, f32)>, v| {
        let (low, high) = ends.unwrap_or((v, v));
        Some((low.min(v), high.max(v)))
    })
}

/// Top and height of a bar: from zero, in a range that holds zero and the least and the largest value.
fn place(value: f32, (low, high): (f32, f32)) -> (f64, f64) {
    let (low, high) = (f64::from(low.min(0.0)), f64::from(high.max(0.0)));
    let unit = if high > low { HEIGHT / (high - low) } else { 0.0 };
    let value = if value.is_finite() { f64::from(value) } else { 0.0 };
    let (top, bottom) = (value.max(0.0), value.min(0.0));
    ((high - top) * unit, ((top - bottom) * unit).max(0.5))
}

fn bar(
    (prompt, name): (usize, &'static str),
    value: f32,
    ends: (f32, f32),
    second: bool,
    view: ViewState,
) -> impl IntoView + use<> {
    let (y, height) = place(value, ends);
    let x = prompt as f64 * STEP;
    let title = format!("{name} {}: {}", prompt + 1, signed(value, 3));
    let selected = move || view.prompt.get() == prompt;
    view! {
        <g on:click=move |_| view.prompt.set(prompt)>
            <title>{title}</title>
            <rect class="behind" x=x y="0" width=STEP height=HEIGHT />
            <rect class="mark" class:selected=selected x=x + STEP * 0.1 y=HEIGHT + 2.0 width=STEP * 0.8 height="3" />
            <rect class="bar" class:b=second x=x + STEP * 0.1 y=y width=STEP * 0.8 height=height />
        </g>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_zero() {
        let values = [2.0, -2.0, f32::NAN];
        assert_eq!(place(2.0, (-2.0, 2.0)), (0.0, 20.0));
        assert_eq!(place(-2.0, (-2.0, 2.0)), (20.0, 20.0));
        assert_eq!(place(f32::NAN, (-2.0, 2.0)), (20.0, 0.5));
        assert_eq!(place(0.0, (0.0, 0.0)), (0.0, 0.5));
        assert_eq!(extent(&values), Some((-2.0, 2.0)));
        assert_eq!(extent(&[]), None);
    }
}
