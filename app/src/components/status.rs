//! Where the run stands: one line that is always there, so that nothing moves when the run ends.

use super::figures::icons::Icon;
use super::icons::{PROBLEM, WARNING};
use crate::state::{RunStatus, Session};
use leptos::prelude::*;
use model::wire::Started;
use std::sync::Arc;

/// The line of progress, with Cancel beside it.
#[component]
pub fn Status() -> impl IntoView {
    let session: Session = expect_context();
    let status = session.run.status;
    let active = move || status.with(RunStatus::is_active);
    let kind = Memo::new(move |_| status.with(kind));
    // in what, and where: numbers in bf16 are not to be taken for exact ones
    let computed = move || {
        let done = status.with(|status| matches!(status, RunStatus::Done { .. }));
        let of = |started: &Arc<Started>| format!(", {} on {}", started.model.dtype, started.model.device);
        session.run.started.with(|started| started.as_ref().filter(|_| done).map(of))
    };
    view! {
        <div class="status" data-status=kind style:--done=move || status.with(share).to_string()>
            <b class:bad=move || kind.get() == "failed" class:warn=move || kind.get() == "disconnected">
                {move || status.with(headline)}
            </b>
            <span class="hint num">{move || status.with(details)}{computed}</span>
            <Recomputed />
            <button type="button" class="line push" hidden=move || !active() on:click=move |_| session.cancel()>
                "Cancel"
            </button>
        </div>
        // said once a state, not once a prompt
        <p class="unseen" role="status">{move || announcement(kind.get())}</p>
    }
}

/// For the style sheet and for tests.
fn kind(status: &RunStatus) -> &'static str {
    match status {
        RunStatus::Idle => "idle",
        RunStatus::Opening => "opening",
        RunStatus::Queued { .. } => "queued",
        RunStatus::Running { .. } => "running",
        RunStatus::Disconnected => "disconnected",
        RunStatus::Done { .. } => "done",
        RunStatus::Failed { .. } => "failed",
        RunStatus::Cancelled => "cancelled",
        RunStatus::Missing => "missing",
    }
}

fn headline(status: &RunStatus) -> String {
    match status {
        RunStatus::Idle => String::new(),
        RunStatus::Opening => "Opening".to_owned(),
        RunStatus::Queued { ahead: 1 } => "Waiting: 1 run is ahead".to_owned(),
        RunStatus::Queued { ahead } => format!("Waiting: {ahead} runs are ahead"),
        RunStatus::Running { total: 0, .. } => "Running".to_owned(),
        RunStatus::Running { done, total, unit } => format!("{done} of {total} {unit}"),
        RunStatus::Disconnected => "Disconnected, resuming".to_owned(),
        RunStatus::Done { .. } => "Done".to_owned(),
        RunStatus::Failed { message, .. } => message.clone(),
        RunStatus::Cancelled => "Cancelled".to_owned(),
        RunStatus::Missing => "This result is not on this server".to_owned(),
    }
}

fn details(status: &RunStatus) -> String {
    match status {
        RunStatus::Disconnected => "the figures go on where they stopped".to_owned(),
        RunStatus::Done { elapsed_ms } => format!("computed in {}", duration(*elapsed_ms)),
        RunStatus::Cancelled => "what had come by then is shown".to_owned(),
        _ => String::new(),
    }
}

fn announcement(kind: &str) -> &'static str {
    match kind {
        "queued" => "Waiting in the queue",
        "running" => "Running",
        "disconnected" => "Disconnected, resuming",
        "done" => "Done: all figures are final",
        "failed" => "The run failed",
        "cancelled" => "Cancelled",
        _ => "",
    }
}

/// How much is done, 0 to 1; the bar is hidden at 0.
fn share(status: &RunStatus) -> f64 {
    match status {
        RunStatus::Running { done, total, .. } if *total > 0 => *done as f64 / *total as f64,
        _ => 0.0,
    }
}

/// A time for people.
pub fn duration(ms: f64) -> String {
    if ms < 1000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1000.0) }
}

/// Whether a link's result, computed again, came out with the link's id.
#[component]
fn Recomputed() -> impl IntoView {
    let session: Session = expect_context();
    let verdict = move || {
        let linked = session.linked.get()?;
        let same = session.run.id.get()? == linked;
        Some(if same {
            view! { <span class="hint">"recomputed: the same id as the link’s, so the same numbers"</span> }
                .into_any()
        } else {
            let why = "recomputed: another id than the link’s. The model’s files, the precision or hooklens differ, and \
                       the numbers may too";
            view! { <span class="warn row"><Icon path=WARNING />{why}</span> }.into_any()
        })
    };
    view! { {verdict} }
}

/// In place of figures: the result of a link is not here, and what can be done about it.
#[component]
pub fn Missing() -> impl IntoView {
    let session: Session = expect_context();
    let has_experiment = move || session.run.experiment.with(Option::is_some);
    let offer = move || {
        if has_experiment() {
            view! {
                <p>
                    "The link carries the experiment itself, so it can be computed again here. The page then says whether \
                     it is the same result, by its id."
                </p>
                <button
                    type="button"
                    class="primary"
                    disabled=move || session.asking.get()
                    on:click=move |_| session.recompute()
                >
                    "Compute it here"
                </button>
            }
            .into_any()
        } else if session.broken_link.get() {
            view! { <p>"The part of the link after # is damaged: it was cut off on its way. Ask for the whole link."</p> }
                .into_any()
        } else {
            view! { <p>"The link has lost its part after #, which carries the experiment. Ask for the whole link."</p> }
                .into_any()
        }
    };
    view! {
        <section class="missing" role="alert">
            <h2 class="row"><Icon path=PROBLEM />"This server does not have this result"</h2>
            <p>
                "It was computed elsewhere, or with another data folder. Its id is "
                <code>{move || session.run.id.get()}</code> "."
            </p>
            {offer}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_said_in_words() {
        let check = |status: RunStatus, expected: &str| assert_eq!(headline(&status), expected);
        check(RunStatus::Queued { ahead: 1 }, "Waiting: 1 run is ahead");
        check(RunStatus::Queued { ahead: 2 }, "Waiting: 2 runs are ahead");
        check(RunStatus::Running { done: 9, total: 51, unit: "prompts".into() }, "9 of 51 prompts");
        assert_eq!(duration(999.4), "999 ms");
        assert_eq!(duration(1240.0), "1.2 s");
    }
}
