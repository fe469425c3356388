def names_of(site, layer):
    """The hooks that a receiver is changed through."""
    inner = {"q": ["attn.hook_q"], "k": ["attn.hook_k"], "v": ["attn.hook_v"], "pattern": ["attn.hook_q", "attn.hook_k"]}
    inner |= {"logits": [], "mlp_pre": ["mlp.hook_pre"]}
    return [f"blocks.{layer}.{name}" for name in inner.get(site, [f"hook_{site}"])]


def replaced(hook, new, *place):
    """A hook that puts `new` at one place of an activation."""

    def replace(value, hook):
        value[place] = new[place]
        return value

    return hook, replace


def path(prompt, pair, layer, head):
    """The metric if a sender of the clean run has its corrupted value and only the receivers hear of it directly."""
    (clean, _), (clean_cache, corrupted_cache), measure, _ = pair
    at = [named_positions(prompt)[name] for name in POSITIONS] if POSITIONS else slice(None)
    # every head writes what it wrote in the clean run; MLPs are computed anew
    every = slice(None)
    hooks = [replaced(f"blocks.{l}.attn.hook_z", clean_cache["z", l], every) for l in range(model.cfg.n_layers)]
    if SENDER == "z":
        site, place = f"blocks.{layer}.attn.hook_z", (every, at, head)
    else:
        site, place = f"blocks.{layer}.hook_{SENDER}", (every, at)
    hooks.append(replaced(site, corrupted_cache[site], *place))
    heard = {}

    def hear(value, hook):
        heard[hook.name] = value.clone()

    places = [(name, head) for site, layer, head in RECEIVERS for name in names_of(site, layer)]
    logits = model.run_with_hooks(clean, fwd_hooks=hooks + [(name, hear) for name in {name for name, _ in places}])
    if not places:
        return measure(logits).item()
    receivers = [
        replaced(name, heard[name], *[every, every] if head is None else [every, every, head]) for name, head in places
    ]
    return measure(model.run_with_hooks(clean, fwd_hooks=receivers)).item()


layers, heads = range(model.cfg.n_layers), range(model.cfg.n_heads)
pairs = [ends_of(prompt) for prompt in PROMPTS]
if SENDER == "z":
    cells = [[[path(p, pair, l, h) for h in heads] for l in layers] for p, pair in zip(PROMPTS, pairs)]
else:
    cells = [[path(p, pair, l, None) for l in layers] for p, pair in zip(PROMPTS, pairs)]
cells = scaled(cells, *zip(*[ends for *_, ends in pairs]))
