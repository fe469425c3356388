"""Every kind of analysis: what its prompts are run as, and what makes its figures."""

from figures import attribution, head
from parts import neurons, position_attribution
from patterns import attention
from predictions import logit_lens, prompt_test
from runs import Prompt, Run

KINDS = {
    "attribution": (Prompt, attribution),
    "head": (Prompt, head),
    "neurons": (Prompt, neurons),
    "position_attribution": (Prompt, position_attribution),
    "attention": (Run, attention),
    "logit_lens": (Run, logit_lens),
    "prompt_test": (Run, prompt_test),
}


def figures_of(models, tokenizer, experiment):
    """What `experiment` must give: the tokens of its prompts, and its figures.

    `models` are the checkpoint in TransformerLens and in transformers.
    """
    analysis, bos = experiment["analysis"], experiment.get("prepend_bos", True)
    run, kind = KINDS[analysis["kind"]]
    prompts = [run(models, tokenizer, prompt, bos) for prompt in experiment["prompts"]]
    figures = kind(prompts, analysis)
    return {"ids": [p.ids for p in prompts], "figures": [{"title": "", **figure} for figure in figures]}
