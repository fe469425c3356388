units = {"z": model.cfg.n_heads, "neuron": model.cfg.d_mlp}.get(SITE)
layers = range(model.cfg.n_layers) if LAYER is None else [LAYER]


def cells_of(i, layer):
    """The cells of a prompt in a layer: [head or neuron, if there are such, position, if asked for]."""
    positions = range(len(labels)) if BY_POSITION else [slice(None)]
    cells = [[ablated(i, layer, unit, p) for p in positions] for unit in ([None] if units is None else range(units))]
    cells = np.array(cells) if BY_POSITION else np.array(cells)[:, 0]
    return cells[0] if units is None else cells


labels = columns_of(None)[0] if BY_POSITION else []
cells = np.array([[cells_of(i, layer) for layer in layers] for i in range(len(PROMPTS))])
cells = scaled(cells if LAYER is None else cells[:, 0], *ends.T)
rows = {"z": [f"L{l}" for l in layers], "neuron": [f"L{LAYER}N{n}" for n in range(units or 0)]}
rows = rows.get(SITE, [f"{l}_{SITE}" for l in layers])
heads = [f"H{h}" for h in range(model.cfg.n_heads)]
