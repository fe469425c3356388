//! The neurons of one layer's MLP: what each adds to logit(answer) − logit(distractor) at the last token, and the tokens
//! it writes (TransformerLens's `stack_neuron_results`; Geva et al., arXiv:2203.14680).
//!
//! mlp_out = Σ_i post_i W_out_i + b_out, so the neurons and b_out add up to the layer's `mlp_out`; the summary shows by how
//! much they fail to.

mod figures;
mod parts;

use super::{Job, Step, chunks, figure, logits, prompts_done, ranking};
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Cell, EventBody, FigureData, Neurons, Progress};
use parts::Parts;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Tokens shown of each neuron, promoted and suppressed.
pub(crate) const TOKENS: usize = 10;

/// First every prompt, then the tokens of the neurons that came out on top.
pub(super) struct NeuronsJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    /// Those that are averaged.
    prompts: Vec<EncodedPrompt>,
    options: Neurons,
    waiting: VecDeque<Range<usize>>,
    done: Vec<Parts>,
    /// Rows of `promoted` and `suppressed`, neuron by neuron.
    tokens: [Vec<Vec<Cell>>; 2],
}

impl NeuronsJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: &[EncodedPrompt],
        options: &Neurons,
    ) -> Self {
        let prompts = match options.prompt {
            Some(prompt) => vec![prompts[prompt].clone()],
            None => prompts.to_vec(),
        };
        let waiting = chunks::by_work(&model, &prompts).into();
        let options = options.clone();
        Self {
            model,
            checkpoint,
            prompts,
            options,
            waiting,
            done: Vec::new(),
            tokens: [Vec::new(), Vec::new()],
        }
    }

    fn measure(&mut self, chunk: Range<usize>) -> Result<Step> {
        self.done.extend(parts::measure(&self.model, &self.prompts[chunk], self.options.layer)?);
        let figures = figures::all(&self.options, &self.prompts, &self.done);
        let mut events = vec![prompts_done(self.done.len(), self.prompts.len())];
        events.extend(figures.into_iter().map(EventBody::Figure));
        Ok(Step { events, ..Step::default() })
    }

    /// The tokens of some more neurons.
    fn describe(&mut self) -> Result<Step> {
        let top = figures::top(&self.done, self.options.top_k);
        let begun = self.tokens[0].len() / TOKENS.min(self.model.config().d_vocab);
        let count = chunks::unembedded(&self.model).min(top.len() - begun);
        self.write(&top[begun..begun + count])?;
        let (done, total) = (begun + count, top.len());
        let mut events = vec![EventBody::Progress(Progress { done, total, unit: "neurons".to_owned() })];
        if done == total {
            let [promoted, suppressed] = std::mem::take(&mut self.tokens).map(|rows| FigureData::Table {
                columns: ["neuron", "rank", "token", "logit"].map(str::to_owned).to_vec(),
                rows,
            });
            let promoted = figure("promoted", self.options.prompt, "Tokens the neurons promote", promoted);
            let suppressed =
                figure("suppressed", self.options.prompt, "Tokens the neurons suppress", suppressed);
            events.extend([promoted, suppressed].map(EventBody::Figure));
        }
        Ok(Step { events, bytes: Vec::new(), finished: done == total })
    }

    /// Adds the rows of `neurons`: what one unit of each adds to the logits, before the final norm's scale.
    fn write(&mut self, neurons: &[u32]) -> candle_core::Result<()> {
        let written = self.model.weights().blocks[self.options.layer].mlp_out.rows(neurons)?;
        let logits = logits::added_by(&self.model, &written)?.to_vec2::<f32>()?;
        let tokens = self.checkpoint.tokens();
        for (neuron, logits) in neurons.iter().zip(&logits) {
            let label = figures::label(self.options.layer, *neuron as usize);
            let promoted = ranking::first(logits, TOKENS, ranking::descending);
            let suppressed = ranking::first(logits, TOKENS, ranking::ascending);
            for (rows, ids) in self.tokens.iter_mut().zip([promoted, suppressed]) {
                rows.extend(ids.into_iter().enumerate().map(|(rank, id)| {
                    let logit = Cell::Number(f64::from(logits[id as usize]));
                    vec![
                        Cell::Text(label.clone()),
                        Cell::Number(rank as f64),
                        Cell::Text(tokens.string(id)),
                        logit,
                    ]
                }));
            }
        }
        Ok(())
    }
}

impl Job for NeuronsJob {
    fn step(&mut self) -> Result<Step> {
        match self.waiting.pop_front() {
            Some(chunk) => self.measure(chunk),
            None => self.describe(),
        }
    }
}
