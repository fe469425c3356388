def agreement(site):
    """Pearson's correlation of the patched cells with the estimated ones."""
    found = [[of(prompt, site) for prompt in PROMPTS] for of in (patched, attributed)]
    x, y = [
        scaled(torch.stack([cells for cells, _ in runs]).numpy(), *zip(*[ends for _, ends in runs])).mean(0)
        for runs in found
    ]
    return np.corrcoef(x.ravel(), y.ravel())[0, 1]


suffix = lambda site: "_by_position" if BY_POSITION and site in ("z", "q", "k", "v", "pattern") else ""
values = pd.Series({f"correlation_{site}{suffix(site)}": agreement(site) for site in SITES})
