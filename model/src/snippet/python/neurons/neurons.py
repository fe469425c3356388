# one prompt, or the mean over all
PROMPTS = PROMPTS if PROMPT is None else [PROMPTS[PROMPT]]
labels = [f"L{LAYER}N{neuron}" for neuron in range(model.cfg.d_mlp)]


def neuron_parts(cache, prompt):
    """Every neuron of the layer, the MLP's bias, and the whole MLP."""
    direction, _ = direction_of(prompt)
    # all that neurons of the layers up to this one write; the last d_mlp are this layer's
    stack = cache.stack_neuron_results(LAYER + 1, pos_slice=-1)[-model.cfg.d_mlp :]
    parts = torch.cat([stack, model.b_out[LAYER][None, None], cache["mlp_out", LAYER][:, -1][None]])
    parts = attribute(cache, parts, direction)
    return parts[:-2], parts[-2], parts[-1]


rows, biases, wholes, activations = [], [], [], []
for prompt in PROMPTS:
    _, cache = run(prompt)
    row, bias, whole = neuron_parts(cache, prompt)
    rows.append(row)
    biases.append(bias)
    wholes.append(whole)
    activations.append(cache["post", LAYER][0, -1].double().numpy())
mean, activations = np.mean(rows, 0), np.mean(activations, 0)
shown = np.argsort(-abs(mean), kind="stable")[:TOP_K]
