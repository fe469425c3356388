SITES = {
    "resid_pre": "hook_resid_pre",
    "resid_mid": "hook_resid_mid",
    "resid_post": "hook_resid_post",
    "attn_out": "hook_attn_out",
    "mlp_out": "hook_mlp_out",
    "q": "attn.hook_q",
    "k": "attn.hook_k",
    "v": "attn.hook_v",
    "z": "attn.hook_z",
    "mlp_post": "mlp.hook_post",
}


def values_at(text, name):
    """A site's values at every token of a text."""
    _, cache = model.run_with_cache(torch.tensor([ids_of(text)]), names_filter=name)
    return cache[name][0]


def replacement(one, prompt):
    """A hook that replaces an activation by zeros, by its mean over all tokens of the prompts, or by the twin's."""
    name, part = f"blocks.{one['layer']}.{SITES[one['site']]}", one.get("head", one.get("neuron", slice(None)))
    value = 0.0
    if one["method"] == "mean":
        value = torch.cat([values_at(prompt["text"], name) for prompt in PROMPTS]).mean(0)[part]
    positions = slice(one["position"], one["position"] + 1) if "position" in one else slice(None)
    if one["method"] == "patch":
        # generated tokens have no counterpart in the twin
        positions = slice(*positions.indices(len(ids_of(prompt["text"]))))
        value = values_at(prompt["corrupted"], name)[positions, part]

    def replace(values, hook):
        values[:, positions, part] = value
        return values

    return name, replace


def steering(prompt_tokens):
    """A hook that adds the difference of two prompts."""
    name = f"blocks.{STEER['layer']}.{SITES[STEER['site']]}"
    positive, negative = values_at(STEER["positive"], name), values_at(STEER["negative"], name)
    vector = STEER["scale"] * (positive - negative if STEER["positions"] == "front" else positive[-1] - negative[-1])

    def steer(values, hook):
        if STEER["positions"] == "front":
            values[:, : len(vector)] += vector[: values.shape[1]]
        else:
            # from the prompt's last token on, tokens are predicted that are generated
            values[:, 0 if STEER["positions"] == "every" else prompt_tokens - 1 :] += vector
        return values

    return name, steer


def changes(prompt):
    """All of them, as TransformerLens's hooks."""
    steered = [steering(len(ids_of(prompt["text"])))] if STEER else []
    return [replacement(one, prompt) for one in INTERVENTIONS] + steered
