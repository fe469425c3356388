//! Options of the causal analyses against the model's shape and the prompts.

use super::generate::{intervention, patches};
use super::options::{option, out_of_range};
use super::{EncodedPrompt, Limits};
use crate::analysis::causal::{Columns, Place};
use crate::config::{BlockKind, Config};
use crate::wire::{
    Ablation, AblationMethod, AblationSite, ActivationPatching, AttributionPatching, Direction, Intervene,
    Metric, PatchSite, PathPatching, Problem, Receiver, Sender,
};

const NO_RESID_MID: &str = "`resid_mid` does not exist in this model: attention and MLP of a block run in parallel; take \
                            `resid_pre`, `attn_out` or `mlp_out`";

pub(super) fn check_activation_patching(
    config: &Config,
    options: &ActivationPatching,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = same_twins(prompts).collect();
    problems.extend(sites(config, &options.site));
    let positions = options.by_position || options.site.iter().any(|site| !site.of_head());
    let columns = if positions {
        Columns::of(prompts, options.positions.as_deref()).unwrap_or_else(|message| {
            let field = if options.positions.is_some() { "analysis.positions" } else { "prompts" };
            problems.push(Problem { field: field.to_owned(), prompt: None, message });
            Columns::default()
        })
    } else {
        if options.positions.is_some() {
            let message = "heads are patched at all positions; set `by_position`, or leave it out";
            problems.push(option("positions", message.to_owned()));
        }
        Columns::default()
    };
    let columns = columns.positions.len();
    let cells = |site: &PatchSite| match (site.of_head(), options.by_position) {
        (false, _) => columns,
        (true, false) => config.n_heads,
        (true, true) => config.n_heads * columns,
    };
    let most =
        options.site.iter().map(|site| prompts.len() * config.n_layers * cells(site)).max().unwrap_or(0);
    if most > limits.figure_values {
        let message = format!(
            "{most} numbers, one for every pair and cell, are over the limit of {}; ask for fewer pairs or positions",
            limits.figure_values
        );
        problems.push(option("site", message));
    }
    problems
}

pub(super) fn check_attribution_patching(
    config: &Config,
    options: &AttributionPatching,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let mut problems = check_activation_patching(config, &options.patching(), prompts, limits);
    if options.metric == Metric::Kl && options.direction == Direction::CorruptedIntoClean {
        let message = "`kl` is smallest at the clean run, so every slope there is 0; take `clean_into_corrupted`, or another metric";
        problems.push(option("metric", message.to_owned()));
    }
    problems
}

/// A twin that is its prompt over again.
fn same_twins(prompts: &[EncodedPrompt]) -> impl Iterator<Item = Problem> {
    let same =
        |(_, prompt): &(usize, &EncodedPrompt)| !prompt.ids.is_empty() && prompt.ids == prompt.corrupted;
    prompts.iter().enumerate().filter(same).map(|(i, _)| Problem {
        field: format!("prompts[{i}].corrupted"),
        prompt: Some(i),
        message: "it has the same tokens as its prompt, so nothing can be put from one into the other; change a word"
            .to_owned(),
    })
}

fn sites(config: &Config, sites: &[PatchSite]) -> Option<Problem> {
    let missing = sites.contains(&PatchSite::ResidMid) && config.block == BlockKind::Parallel;
    if missing {
        return Some(option("site", NO_RESID_MID.to_owned()));
    }
    twice(sites).map(|site| option("site", format!("`{}` stands there twice", site.name())))
}

pub(super) fn check_path_patching(
    config: &Config,
    options: &PathPatching,
    prompts: &[EncodedPrompt],
) -> Vec<Problem> {
    let mut problems: Vec<Problem> = same_twins(prompts).collect();
    problems
        .extend(options.receiver.iter().filter_map(|receiver| check_receiver(config, options, *receiver)));
    let last =
        options.receiver.iter().find(|receiver| Place::of_receiver(config, **receiver).is_last(config));
    if let Some(last) = last.filter(|_| options.receiver.len() > 1) {
        let message = format!(
            "every path ends at the logits, so `{}` cannot be one receiver of several; ask for it alone",
            last.name()
        );
        problems.push(option("receiver", message));
    }
    if options.sender.contains(&Sender::ResidMid) && config.block == BlockKind::Parallel {
        problems.push(option("sender", NO_RESID_MID.to_owned()));
    }
    problems.extend(
        twice(&options.receiver)
            .map(|receiver| option("receiver", format!("`{}` stands there twice", receiver.name()))),
    );
    problems.extend(
        twice(&options.sender)
            .map(|sender| option("sender", format!("`{}` stands there twice", sender.name()))),
    );
    if let Some(names) = &options.positions {
        problems.extend(Columns::of(prompts, Some(names)).err().map(|message| option("positions", message)));
    }
    problems
}

pub(super) fn check_ablation(
    config: &Config,
    options: &Ablation,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    if options.method == AblationMethod::Resample {
        problems.extend(same_twins(prompts));
        problems.extend(check_resampling(prompts));
    }
    problems.extend(check_ablated_layer(config, options));
    let mut cells = prompts.len()
        * match options.site {
            AblationSite::Z => config.n_layers * config.n_heads,
            AblationSite::AttnOut | AblationSite::MlpOut => config.n_layers,
            AblationSite::Neuron => config.d_mlp,
        };
    if options.by_position {
        match Columns::of(prompts, None) {
            Ok(columns) => cells *= columns.positions.len(),
            Err(message) => problems.push(Problem { field: "prompts".to_owned(), prompt: None, message }),
        }
    }
    if cells > limits.figure_values {
        let message = format!(
            "{cells} numbers, one for every prompt and cell, are over the limit of {}; ask for fewer prompts",
            limits.figure_values
        );
        problems.push(option("site", message));
    }
    problems
}

/// Neurons are those of one layer; other sites are of all.
fn check_ablated_layer(config: &Config, options: &Ablation) -> Option<Problem> {
    let message = match (options.site, options.layer) {
        (AblationSite::Neuron, Some(layer)) => {
            return out_of_range("layer", layer, config.n_layers, "layers");
        }
        (AblationSite::Neuron, None) => "neurons are replaced one layer at a time; say which, from 0",
        (_, Some(_)) => "this site is replaced in every layer; leave it out, or take the site `neuron`",
        (_, None) => return None,
    };
    Some(option("layer", message.to_owned()))
}

pub(super) fn check_intervene(
    config: &Config,
    options: &Intervene,
    prompts: &[EncodedPrompt],
) -> Vec<Problem> {
    if options.interventions.is_empty() {
        let message = "nothing is changed; name at least one head, layer, neuron or position";
        return vec![option("interventions", message.to_owned())];
    }
    let longest = prompts.iter().map(|prompt| prompt.ids.len()).max().unwrap_or(0);
    let all = options.interventions.iter().enumerate();
    let problems =
        all.flat_map(|(i, one)| intervention(config, &format!("interventions[{i}]"), one, longest));
    problems.chain(patches(config, &options.interventions, prompts)).collect()
}

/// Values of another run need another run of as many tokens.
fn check_resampling(prompts: &[EncodedPrompt]) -> Option<Problem> {
    let with_twin = prompts.iter().filter(|prompt| !prompt.corrupted.is_empty()).count();
    if with_twin == prompts.len() {
        return None;
    }
    let problem = |message: String| Problem { field: "prompts".to_owned(), prompt: None, message };
    if with_twin > 0 {
        return Some(problem(format!(
            "{with_twin} of {} prompts have a corrupted twin to take values from; give every prompt one, or none",
            prompts.len()
        )));
    }
    let one_length = prompts.iter().all(|prompt| prompt.ids.len() == prompts[0].ids.len());
    (prompts.len() < 2 || !one_length).then(|| {
        problem(
            "`resample` takes values from a corrupted twin, or without twins from the next prompt: add twins, or use at \
             least two prompts of one length"
                .to_owned(),
        )
    })
}

fn check_receiver(config: &Config, options: &PathPatching, receiver: Receiver) -> Option<Problem> {
    let layer = receiver.layer()?;
    let (layers, heads) = (config.n_layers, config.n_heads);
    let head = receiver.head().map(|at| at.head).filter(|head| *head >= heads);
    let place = Place::of_receiver(config, receiver);
    let comes_before = |sender: &Sender| Place::of_sender(config, *sender, 0) <= place;
    let message = if layer >= layers {
        format!("layer {layer} is out of range; there are {layers} layers, numbered from 0")
    } else if let Some(head) = head {
        format!("head {head} is out of range; there are {heads} heads a layer, numbered from 0")
    } else if matches!(receiver, Receiver::ResidMid(_)) && config.block == BlockKind::Parallel {
        NO_RESID_MID.to_owned()
    } else if options.sender.iter().any(comes_before) {
        return None;
    } else {
        format!("`{}` comes before every sender; take a receiver of a later layer", receiver.name())
    };
    Some(option("receiver", message))
}

fn twice<T: PartialEq>(items: &[T]) -> Option<&T> {
    items.iter().enumerate().find(|(i, item)| items[..*i].contains(item)).map(|(_, item)| item)
}
