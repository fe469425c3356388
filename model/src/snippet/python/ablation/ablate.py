def names_at(layer):
    inner = {"z": "attn.hook_z", "neuron": "mlp.hook_post"}
    return f"blocks.{layer}.{inner.get(SITE, f'hook_{SITE}')}"


runs = [model.run_with_cache(torch.tensor([ids_of(prompt["text"])])) for prompt in PROMPTS]
caches = [cache for _, cache in runs]
aligned = len({cache["z", 0].shape[1] for cache in caches}) == 1


def twin_of(i):
    """The other run of a prompt: its corrupted twin, or, without twins, the next prompt's."""
    if "corrupted" not in PROMPTS[i]:
        return runs[(i + 1) % len(PROMPTS)]
    return model.run_with_cache(torch.tensor([ids_of(PROMPTS[i]["corrupted"])]))


def substitute(i, layer):
    """What the site has instead, [1, position or 1, ...]."""
    name = names_at(layer)
    if METHOD == "resample":
        return twin_of(i)[1][name]
    if METHOD == "zero":
        # b_V is 0 where value biases are folded into b_O
        return model.b_V[layer][None, None] if SITE == "z" else torch.zeros(1)
    every = [cache[name] for cache in caches]
    return torch.cat(every).mean(0, keepdim=True) if aligned else torch.cat(every, 1).mean(1, keepdim=True)


def ablated(i, layer, unit=None, position=slice(None)):
    """The metric of a prompt with one head, one neuron, or what one layer writes, replaced."""
    new = substitute(i, layer)
    clean = runs[i][0][0, -1]

    def replace(value, hook):
        there = (slice(None), position) if unit is None else (slice(None), position, unit)
        value[there] = new.expand_as(value)[there]
        return value

    tokens = torch.tensor([ids_of(PROMPTS[i]["text"])])
    logits = model.run_with_hooks(tokens, fwd_hooks=[(names_at(layer), replace)])
    return metric_of(logits[0, -1], PROMPTS[i], clean).item()


def ends_of(i):
    """What is measured of a prompt and of its corrupted twin, where that is run."""
    clean = runs[i][0][0, -1]
    used = "corrupted" in PROMPTS[i] and (METHOD == "resample" or NORMALIZE)
    corrupted = metric_of(twin_of(i)[0][0, -1], PROMPTS[i], clean).item() if used else np.nan
    return metric_of(clean, PROMPTS[i], clean).item(), corrupted


ends = np.array([ends_of(i) for i in range(len(PROMPTS))])
