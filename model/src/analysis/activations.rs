//! Activations themselves: a safetensors file with one f32 tensor a prompt and site, named `<prompt>/<site>`.
//!
//! Shapes are known before anything is computed, so the header goes out first and the tensors follow chunk by chunk:
//! the file never has to fit in memory.

use super::{Job, Step, chunks, prompts_done};
use crate::cache::ActivationCache;
use crate::config::{BlockKind, Config, PositionKind};
use crate::error::{Error, Result};
use crate::hook_name::{HookName, Site};
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Activations, Cell, EventBody, Figure, FigureData, Positions};
use candle_core::Tensor;
use safetensors::tensor::{Metadata, TensorInfo};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of recorded activations one step may hold.
const BYTES_A_STEP: usize = 128 << 20;

/// The sites an experiment asks for, in firing order; `["all"]` is every site but `attn.hook_result`, which is
/// n_heads times the size of the others.
///
/// # Errors
/// A message naming the site that does not exist in this model, and why.
pub fn sites(config: &Config, names: &[String]) -> std::result::Result<Vec<HookName>, String> {
    let all = available(config);
    if names == ["all"] {
        return Ok(all.into_iter().filter(|name| name.site != Site::Result).collect());
    }
    if names.is_empty() {
        return Err("name at least one site, or [\"all\"]".to_owned());
    }
    let mut wanted = Vec::with_capacity(names.len());
    for name in names {
        let parsed: HookName = name.parse().map_err(|e| format!("{e}, or [\"all\"]"))?;
        if !all.contains(&parsed) {
            return Err(missing(config, parsed));
        }
        wanted.push(parsed);
    }
    Ok(all.into_iter().filter(|name| wanted.contains(name)).collect())
}

fn available(config: &Config) -> Vec<HookName> {
    let has = |site: &&Site| match site {
        Site::PosEmbed => config.positions == PositionKind::Learned,
        Site::RotQ | Site::RotK => config.positions != PositionKind::Learned,
        Site::ResidMid => config.block == BlockKind::Sequential,
        _ => true,
    };
    let (before, rest): (Vec<Site>, Vec<Site>) =
        Site::ALL.iter().filter(has).filter(|s| !s.in_block()).partition(|s| **s <= Site::PosEmbed);
    let blocks = (0..config.n_layers).flat_map(|layer| {
        Site::ALL.iter().filter(has).filter(|s| s.in_block()).map(move |s| HookName::block(layer, *s))
    });
    let top = |sites: Vec<Site>| sites.into_iter().map(HookName::top);
    top(before).chain(blocks).chain(top(rest)).collect()
}

fn missing(config: &Config, name: HookName) -> String {
    match name.layer {
        Some(layer) if layer >= config.n_layers => {
            format!("`{name}`: the model has {} layers, numbered from 0", config.n_layers)
        }
        _ if name.site == Site::ResidMid => {
            format!("`{name}`: attention and MLP are parallel in this model, so there is no resid_mid")
        }
        _ => format!("`{name}`: this model's kind of positions has no such site"),
    }
}

/// The shape of a site for a prompt of `n` tokens, without the batch axis.
pub fn shape(config: &Config, name: HookName, n: usize, positions: Positions) -> Vec<usize> {
    let p = if positions == Positions::Last { 1 } else { n };
    let Config { n_heads, d_head, d_model, d_mlp, .. } = *config;
    match name.site {
        Site::Ln1Scale | Site::Ln2Scale | Site::LnFinalScale => vec![p, 1],
        Site::Q | Site::K | Site::V | Site::RotQ | Site::RotK | Site::Z => vec![p, n_heads, d_head],
        Site::AttnScores | Site::Pattern => vec![n_heads, p, n],
        Site::Result => vec![p, n_heads, d_model],
        Site::MlpPre | Site::MlpPost => vec![p, d_mlp],
        _ => vec![p, d_model],
    }
}

/// Writes the file while it goes.
pub(super) struct ActivationsJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    sites: Vec<HookName>,
    positions: Positions,
    waiting: VecDeque<Range<usize>>,
    header: Option<Vec<u8>>,
    done: usize,
}

impl ActivationsJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        prompts: Arc<[EncodedPrompt]>,
        options: &Activations,
    ) -> Result<Self> {
        let config = model.config();
        let sites =
            sites(config, &options.sites).map_err(|message| Error::field("analysis.sites", message))?;
        let positions = options.positions;
        let row_bytes = |n: usize| {
            sites
                .iter()
                .map(|s| 4 * shape(config, *s, n, Positions::All).iter().product::<usize>())
                .sum::<usize>()
                / n.max(1)
        };
        let widest = prompts.iter().map(|p| row_bytes(p.ids.len())).max().unwrap_or(1).max(1);
        let waiting = chunks::by_rows(&prompts, (BYTES_A_STEP / widest).max(1)).into();
        let header = Some(header(config, &sites, &prompts, positions)?);
        Ok(Self { model, prompts, sites, positions, waiting, header, done: 0 })
    }

    /// Runs a chunk of prompts and appends their tensors.
    fn write(&mut self, chunk: Range<usize>, bytes: &mut Vec<u8>) -> candle_core::Result<()> {
        let ids: Vec<&[u32]> = self.prompts[chunk].iter().map(|p| p.ids.as_slice()).collect();
        let batch = Batch::shared(&ids);
        let rows = match self.positions {
            Positions::All => Rows::All,
            Positions::Last => {
                let mut last = batch.last_rows();
                last.sort_unstable();
                last.dedup();
                Rows::Only(last)
            }
        };
        let mut recorder = Recorder::new(self.sites.iter().copied(), &rows);
        self.model.forward(&batch, &[0], &mut recorder)?;
        let cache = recorder.into_cache();
        for rows in &batch.prompts {
            let kept = if self.positions == Positions::Last { &rows[rows.len() - 1..] } else { &rows[..] };
            for site in &self.sites {
                let values = values(&cache, *site, kept, rows.len())?.flatten_all()?.to_vec1::<f32>()?;
                bytes.extend(values.iter().flat_map(|v| v.to_le_bytes()));
            }
        }
        self.done += batch.prompts.len();
        Ok(())
    }

    /// What the file holds, as a table.
    fn table(&self) -> Figure {
        let row = |i: usize, site: &HookName| {
            let shape = shape(self.model.config(), *site, self.prompts[i].ids.len(), self.positions);
            let shape = shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" × ");
            vec![Cell::Text(format!("{i}/{site}")), Cell::Text(shape)]
        };
        Figure {
            name: "activations".to_owned(),
            prompt: None,
            title: "Tensors in the file".to_owned(),
            data: FigureData::Table {
                columns: ["tensor", "shape"].map(str::to_owned).to_vec(),
                rows: (0..self.prompts.len())
                    .flat_map(|i| self.sites.iter().map(move |s| row(i, s)))
                    .collect(),
            },
        }
    }
}

impl Job for ActivationsJob {
    fn step(&mut self) -> Result<Step> {
        let mut events = Vec::new();
        let mut bytes = Vec::new();
        if let Some(header) = self.header.take() {
            bytes = header;
            events.push(EventBody::Figure(self.table()));
        }
        if let Some(chunk) = self.waiting.pop_front() {
            self.write(chunk, &mut bytes)?;
        }
        events.push(prompts_done(self.done, self.prompts.len()));
        Ok(Step { events, bytes, finished: self.waiting.is_empty() })
    }
}

/// A site's values at `rows` of a prompt of `n` tokens, in the file's axes.
fn values(cache: &ActivationCache, name: HookName, rows: &[u32], n: usize) -> candle_core::Result<Tensor> {
    let masked = match name.site {
        Site::AttnScores => f64::NEG_INFINITY,
        Site::Pattern => 0.0,
        _ => return cache.get(name, rows)?.contiguous(),
    };
    // segments see different numbers of keys; what they do not see is masked
    let padded = rows
        .iter()
        .map(|row| pad_keys(&cache.row(name, *row)?, n, masked))
        .collect::<candle_core::Result<Vec<_>>>()?;
    Tensor::cat(&padded, 0)?.transpose(0, 1)?.contiguous()
}

/// `[1, head, key]` with `masked` appended up to `n` keys.
fn pad_keys(row: &Tensor, n: usize, masked: f64) -> candle_core::Result<Tensor> {
    let (_, heads, keys) = row.dims3()?;
    if keys == n {
        return Ok(row.clone());
    }
    let rest = Tensor::full(masked as f32, (1, heads, n - keys), row.device())?;
    Tensor::cat(&[row, &rest], 2)
}

/// The safetensors header: its length and the JSON directory, padded so that the data begins aligned.
fn header(
    config: &Config,
    sites: &[HookName],
    prompts: &[EncodedPrompt],
    positions: Positions,
) -> Result<Vec<u8>> {
    let mut tensors = Vec::with_capacity(prompts.len() * sites.len());
    let mut offset = 0;
    for (i, prompt) in prompts.iter().enumerate() {
        for site in sites {
            let shape = shape(config, *site, prompt.ids.len(), positions);
            let end = offset + 4 * shape.iter().product::<usize>();
            let info = TensorInfo { dtype: safetensors::Dtype::F32, shape, data_offsets: (offset, end) };
            tensors.push((format!("{i}/{site}"), info));
            offset = end;
        }
    }
    let wrap = |e: String| Error::Compute(candle_core::Error::Msg(e));
    let metadata = Metadata::new(None, tensors).map_err(|e| wrap(e.to_string()))?;
    let mut json = serde_json::to_vec(&metadata).map_err(|e| wrap(e.to_string()))?;
    json.resize(json.len().next_multiple_of(8), b' ');
    Ok([&(json.len() as u64).to_le_bytes()[..], &json].concat())
}
