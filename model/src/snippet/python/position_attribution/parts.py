prompt = PROMPTS[PROMPT]
words = [word(token) for token in ids_of(prompt["text"])]
logits, cache = run(prompt)
direction, bias = direction_of(prompt)
layers, heads = range(model.cfg.n_layers), range(model.cfg.n_heads)


def moved_by(layer, head):
    """What a head moves from each token to the last one."""
    written = cache["v", layer][0, :, head] @ model.W_O[layer, head]  # [key, d_model]
    return attribute(cache, (cache["pattern", layer][0, head, -1][:, None] * written)[:, None], direction)


moved = np.array([[moved_by(layer, head) for head in heads] for layer in layers])  # [layer, head, source]
biases = attribute(cache, model.b_O[:, None], direction)  # [layer]
stack, components = cache.decompose_resid(layer=-1, pos_slice=-1, return_labels=True)
cells = {}
for label, value in zip(components, attribute(cache, stack, direction)):
    layer = label.removesuffix("_attn_out")
    if layer != label:
        # the heads of a layer; its bias b_O is no token's
        cells[f"{layer}_heads"] = moved[int(layer)].sum(0)
    else:
        # everything else writes at the last token
        cells[label] = np.append(np.full(len(words) - 1, np.nan), value)
cells = pd.DataFrame.from_dict(cells, orient="index")
cells.columns = words
