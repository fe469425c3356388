HEAD_SITES = ("z", "q", "k", "v", "pattern")
layers = [f"L{i}" for i in range(model.cfg.n_layers)]
heads = [f"H{i}" for i in range(model.cfg.n_heads)]


def cells_of(cells_of_pair, site):
    """Every pair's cells of a site, [pair, layer, ...], as they are shown; and the labels of their positions."""
    everywhere = site in HEAD_SITES and not BY_POSITION
    labels, positions = ([], [None] * len(PROMPTS)) if everywhere else columns_of(POSITIONS)
    cells, ends = zip(*[cells_of_pair(prompt, site, at) for prompt, at in zip(PROMPTS, positions)])
    return scaled(torch.stack(cells).numpy(), *zip(*ends)), labels
