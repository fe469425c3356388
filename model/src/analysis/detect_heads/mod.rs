//! Which heads look where previous token, duplicate token and induction heads do: TransformerLens's `detect_head`, every
//! prompt by itself, its scores averaged over prompts. On request, their copying scores, which the weights alone give.

mod detector;

use super::circuits::copying::Copying;
use super::refinement::Growth;
use super::walk::Walk;
use super::{Job, Step, chunks, figure, prompts_done};
use crate::error::Result;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{DetectHeads, ErrorMeasure, EventBody, Figure, FigureData, HeadPattern};
use detector::Detector;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Fewest tokens of a prompt that leave something to score: TransformerLens refuses a single token, and with both
/// exclusions two have nothing left.
pub(crate) fn fewest_tokens(options: &DetectHeads) -> usize {
    if options.exclude_bos && options.exclude_current_token { 3 } else { 2 }
}

/// Goes through the prompts, then through the weights.
pub(super) struct DetectHeadsJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    options: DetectHeads,
    waiting: VecDeque<Range<usize>>,
    walk: Option<Walk<Detector>>,
    pace: Growth,
    /// Sums over the prompts that are done, `[layer, head, kind]`.
    sums: Vec<f64>,
    done: usize,
    copying: Option<Copying>,
}

impl DetectHeadsJob {
    pub(super) fn new(model: Arc<Transformer>, prompts: Arc<[EncodedPrompt]>, options: &DetectHeads) -> Self {
        let config = model.config();
        let waiting = chunks::by_work(&model, &prompts).into();
        let sums = vec![0.0; config.n_layers * config.n_heads * options.pattern.all().len()];
        let copying = options.copying_score.then(|| Copying::new(config));
        let options = options.clone();
        Self { model, prompts, options, waiting, walk: None, pace: Growth::default(), sums, done: 0, copying }
    }

    /// The next blocks of the prompts at hand; at their end, the scores.
    fn look(&mut self, chunk: Range<usize>) -> Result<Step> {
        let config = self.model.config();
        let begin = || {
            let ids: Vec<&[u32]> = self.prompts[chunk.clone()].iter().map(|p| &p.ids[..]).collect();
            Walk::over(&self.model, &ids, Detector::new(&self.options, config.n_heads, &ids))
        };
        let mut walk = self.walk.take().unwrap_or_else(begin);
        let layers = walk.step(&self.model)?;
        let mut events = Vec::new();
        if layers == config.n_layers {
            for scores in walk.hooks().scores(&self.options) {
                self.sums.iter_mut().zip(&scores).for_each(|(sum, score)| *sum += score);
            }
            self.done = chunk.end;
            self.waiting.pop_front();
            let sums = self.sums.iter().map(|sum| sum / self.done as f64);
            events.extend(self.figures(&sums.collect::<Vec<_>>()).map(EventBody::Figure));
        } else {
            // of the first prompts, the first layers are shown meanwhile
            if self.done == 0 && self.pace.is_due(layers, config.n_layers) {
                let scores: Vec<Vec<f64>> = walk.hooks().scores(&self.options).collect();
                let mean = |i: usize| scores.iter().map(|of| of[i]).sum::<f64>() / scores.len() as f64;
                let means: Vec<f64> = (0..scores[0].len()).map(mean).collect();
                events.extend(self.figures(&means).map(EventBody::Figure));
            }
            self.walk = Some(walk);
        }
        events.push(prompts_done(self.done, self.prompts.len()));
        Ok(Step { events, ..Step::default() })
    }

    /// A heatmap of each kind of head, of means `[layer, head, kind]` as far as layers are known.
    fn figures<'a>(&'a self, means: &'a [f64]) -> impl Iterator<Item = Figure> + 'a {
        let kinds = self.options.pattern.all();
        kinds.iter().enumerate().map(move |(i, kind)| {
            let values = means.iter().skip(i).step_by(kinds.len()).map(|mean| *mean as f32);
            let title = title(*kind, self.options.error_measure);
            figure(kind.name(), None, &title, heads_map(&self.model, values.collect()))
        })
    }
}

fn title(kind: HeadPattern, measure: ErrorMeasure) -> String {
    let kind = match kind {
        HeadPattern::PreviousTokenHead => "Previous token heads",
        HeadPattern::DuplicateTokenHead => "Duplicate token heads",
        HeadPattern::InductionHead => "Induction heads",
    };
    match measure {
        ErrorMeasure::Mul => format!("{kind}: share of attention"),
        ErrorMeasure::Abs => format!("{kind}: likeness of attention"),
    }
}

/// Layers by heads, NaN from the layer on where `values` end.
fn heads_map(model: &Transformer, mut values: Vec<f32>) -> FigureData {
    let (layers, heads) = (model.config().n_layers, model.config().n_heads);
    values.resize(layers * heads, f32::NAN);
    FigureData::Heatmap {
        rows: (0..layers).map(|layer| format!("L{layer}")).collect(),
        columns: (0..heads).map(|head| format!("H{head}")).collect(),
        values: values.into(),
    }
}

impl Job for DetectHeadsJob {
    fn step(&mut self) -> Result<Step> {
        let mut step = match (self.waiting.front().cloned(), &mut self.copying) {
            (Some(chunk), _) => self.look(chunk)?,
            (None, Some(copying)) => {
                let progress = copying.step(&self.model)?;
                let map = heads_map(&self.model, copying.scores().to_vec());
                let figure = figure("copying_score", None, "Copying scores of the OV circuits", map);
                Step { events: vec![EventBody::Figure(figure), progress], ..Step::default() }
            }
            (None, None) => Step::default(),
        };
        step.finished = self.waiting.is_empty() && self.copying.as_ref().is_none_or(Copying::is_done);
        Ok(step)
    }
}
