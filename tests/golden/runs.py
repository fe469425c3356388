"""A prompt run by itself, and the question asked about it."""

import numpy as np
import torch

import experiments


class Run:
    """One prompt, run alone: its tokens and its cache."""

    def __init__(self, models, tokenizer, prompt, prepend_bos):
        self.model, self.hf_model = models
        self.tokenizer, self.prompt = tokenizer, prompt
        self.ids = experiments.ids_of(tokenizer, prompt["text"], prepend_bos)
        self.group = prompt.get("group")
        logits, self.cache = self.model.run_with_cache(torch.tensor([self.ids]))
        self.logits = logits[0]

    def residuals(self, **options):
        """The residual stream before, between and after the layers, and its labels."""
        mid = not self.model.cfg.parallel_attn_mlp
        return self.cache.accumulated_resid(layer=-1, incl_mid=mid, return_labels=True, **options)


class Prompt(Run):
    """A run whose answer is asked about: the direction of the question in the residual stream.

    After folding, the direction of a token is its W_U column, and the bias is b_U. Weights that are not folded
    have a norm with parameters between the residual stream and W_U; folding those into direction and bias is
    what keeps the parts adding up to the whole.
    """

    def __init__(self, models, tokenizer, prompt, prepend_bos):
        super().__init__(models, tokenizer, prompt, prepend_bos)
        model, logits = self.model, self.logits[-1]
        answer = experiments.single_token(tokenizer, prompt["answer"])
        column, bias = model.tokens_to_residual_directions(torch.tensor(answer)), model.b_U[answer]
        if "distractor" in prompt:
            other = experiments.single_token(tokenizer, prompt["distractor"])
            column = column - model.tokens_to_residual_directions(torch.tensor(other))
            bias, self.logit_diff = bias - model.b_U[other], logits[answer] - logits[other]
        else:
            column = column - model.W_U.mean(-1)
            bias, self.logit_diff = bias - model.b_U.mean(), logits[answer] - logits.mean()
        self.logit_diff = self.logit_diff.item()
        weight, norm_bias = norm_parameters(model)
        self.direction = weight * column
        self.bias = (bias + norm_bias @ column).item()

    def scaled(self, stack):
        """Components `[n, 1, d_model]` at the last position, centred, divided by the cached final scale."""
        return self.cache.apply_ln_to_stack(stack, layer=-1, pos_slice=-1)[:, 0]

    def attribute(self, stack):
        return (self.scaled(stack) @ self.direction).double().numpy()

    def lens(self, norm="cached"):
        stack, labels = self.residuals(pos_slice=-1)
        if norm == "cached":
            return self.attribute(stack), labels
        # with weights that are not folded this has the norm's own bias in it, which belongs to the bias
        weight, bias = norm_parameters(self.model)
        recomputed = self.residuals(pos_slice=-1, apply_ln=True)[0][:, 0] - bias
        return (recomputed @ (self.direction / weight)).double().numpy(), labels

    def layers(self):
        stack, labels = self.cache.decompose_resid(layer=-1, pos_slice=-1, return_labels=True)
        return np.append(self.attribute(stack), self.bias), [*labels, "bias"]

    def heads(self):
        stack = self.cache.stack_head_results(layer=-1, pos_slice=-1)
        return self.attribute(stack).reshape(self.model.cfg.n_layers, -1)

    def biases(self):
        return self.attribute(self.model.b_O[:, None])


def norm_parameters(model):
    norm = model.ln_final
    return (
        (norm.w, norm.b)
        if hasattr(norm, "w")
        else (torch.ones(model.cfg.d_model), torch.zeros(model.cfg.d_model))
    )
