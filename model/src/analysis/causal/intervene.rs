//! A chosen set of activations changed together: what becomes of the answer, and of the likeliest next tokens.

use super::super::interventions::{Changes, Needed, Place};
use super::super::lines::ByPrompt;
use super::super::ranking::Prediction;
use super::super::{Job, Step, chunks, figure, prompts_done};
use super::metric::Measure;
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::hooks::Edits;
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Cell, EventBody, Figure, FigureData, Intervene, Series};
use candle_core::Tensor;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// The two runs of a prompt, as figures and tables call them.
const SIDES: [&str; 2] = ["clean", "ablated"];

/// First what the changes need of other runs, then the prompts, chunk by chunk.
pub(crate) struct InterveneJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    prompts: Arc<[EncodedPrompt]>,
    options: Intervene,
    needed: Needed,
    waiting: VecDeque<Range<usize>>,
    /// The metric of both runs of each prompt.
    measured: Vec<[f32; 2]>,
}

impl InterveneJob {
    pub(crate) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: Arc<[EncodedPrompt]>,
        options: &Intervene,
    ) -> Self {
        let needed = Needed::new(&model, &prompts, &options.interventions);
        let waiting = chunks::by_work(&model, &prompts).into();
        let options = options.clone();
        Self { model, checkpoint, prompts, options, needed, waiting, measured: Vec::new() }
    }

    /// Both runs of some prompts: their tables.
    fn run(&mut self, chunk: Range<usize>, changes: &Changes) -> Result<Vec<Figure>> {
        let prompts = &self.prompts[chunk.clone()];
        let batch = Batch::separate(&prompts.iter().map(|prompt| &prompt.ids[..]).collect::<Vec<_>>());
        let runs = [Edits::default(), changes.edits(&places(&batch, chunk.start))?];
        let [clean, changed] = runs.map(|edits| read(&self.model, &batch, edits));
        let (clean, changed) = (clean?, changed?);
        let mut tables = Vec::new();
        for (i, prompt) in prompts.iter().enumerate() {
            let sides = [clean.get(i)?, changed.get(i)?];
            let measure = Measure { metric: self.options.metric, prompt, clean: &sides[0] };
            let values = measure.of(&Tensor::stack(&sides, 0)?)?;
            self.measured.push([values[0], values[1]]);
            let sides = sides.map(|logits| logits.to_vec1::<f32>());
            let [clean, changed] = sides;
            tables.push(self.top_tokens(chunk.start + i, [&clean?, &changed?]));
        }
        Ok(tables)
    }

    fn top_tokens(&self, prompt: usize, sides: [&[f32]; 2]) -> Figure {
        let mut rows = Vec::new();
        for (side, logits) in SIDES.iter().zip(sides) {
            let prediction = Prediction::new(logits);
            for (rank, id) in prediction.top(self.options.top_k).into_iter().enumerate() {
                rows.push(vec![
                    Cell::Text((*side).to_owned()),
                    Cell::Number(rank as f64),
                    Cell::Text(self.checkpoint.tokens().string(id)),
                    Cell::Number(f64::from(prediction.logit(id))),
                    Cell::Number(prediction.probability(id)),
                ]);
            }
        }
        let columns = ["side", "rank", "token", "logit", "probability"].map(str::to_owned).to_vec();
        let data = FigureData::Table { columns, rows };
        figure("top_tokens", Some(prompt), "Likeliest next tokens, before and after", data)
    }

    /// The metric before and after: means, and by prompt.
    fn effects(&self) -> [Figure; 2] {
        let rows = self.measured.iter().map(<[f32; 2]>::as_slice).collect();
        let (mean, stderr) = ByPrompt { prompts: &self.prompts, rows }.mean_and_stderr();
        let number = |value: f32| (!value.is_nan()).then_some(f64::from(value));
        let values = [
            ("clean", number(mean[0])),
            ("clean_stderr", number(stderr[0])),
            ("ablated", number(mean[1])),
            ("ablated_stderr", number(stderr[1])),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value)).into();
        let of = |side: usize| {
            let all = 0..self.prompts.len();
            all.map(|i| self.measured.get(i).map_or(f32::NAN, |sides| sides[side])).collect()
        };
        let series = [0, 1].map(|side| Series { name: SIDES[side].to_owned(), y: of(side) }).to_vec();
        let x = (0..self.prompts.len()).map(|i| i.to_string()).collect();
        [
            figure("effect", None, "The answer before and after", FigureData::Scalars { values }),
            figure("effect_by_prompt", None, "The answer by prompt", FigureData::Line { x, series }),
        ]
    }
}

impl Job for InterveneJob {
    fn step(&mut self) -> Result<Step> {
        if let Some(progress) = self.needed.step(&self.model, &self.prompts)? {
            return Ok(Step { events: vec![EventBody::Progress(progress)], ..Step::default() });
        }
        let changes = self.needed.changes(&self.model, &self.options.interventions, None)?;
        let mut figures = Vec::new();
        if let Some(chunk) = self.waiting.pop_front() {
            figures = self.run(chunk, &changes)?;
        }
        let mut events = vec![prompts_done(self.measured.len(), self.prompts.len())];
        events.extend(self.effects().into_iter().chain(figures).map(EventBody::Figure));
        Ok(Step { events, bytes: Vec::new(), finished: self.waiting.is_empty() })
    }
}

/// Every row of prompts laid out by themselves, the first of which is prompt `first`.
fn places(batch: &Batch, first: usize) -> Vec<Place> {
    let of_prompt = |(prompt, rows): (usize, &Vec<u32>)| {
        let prompt_tokens = rows.len();
        let place =
            move |(position, row): (usize, &u32)| Place { row: *row, prompt, position, prompt_tokens };
        rows.iter().enumerate().map(place).collect::<Vec<_>>()
    };
    (first..).zip(&batch.prompts).flat_map(of_prompt).collect()
}

/// The logits at the prompts' last tokens, `[prompts, d_vocab]`; of folded weights less their mean over the vocabulary.
fn read(model: &Transformer, batch: &Batch, mut edits: Edits) -> candle_core::Result<Tensor> {
    model.forward(batch, &batch.last_rows(), &mut edits)
}
