import itertools


def both(site):
    """Every cell's mean, patched and estimated."""
    found = [[of(prompt, site) for prompt in PROMPTS] for of in (patched, attributed)]
    return [
        scaled(torch.stack([cells for cells, _ in runs]).numpy(), *zip(*[ends for _, ends in runs])).mean(0)
        for runs in found
    ]


x, y = both(SITE)
of_head = SITE in ("z", "q", "k", "v", "pattern")
axes = [layers, heads if of_head else position_labels()] + ([position_labels()] if of_head and BY_POSITION else [])
names = itertools.product(*axes)
labels = [" · ".join(["".join(n[:2]), *n[2:]]) if of_head else " · ".join(n) for n in names]
titles = ["activation patching", "attribution patching"]
values = pd.DataFrame({"x": x.ravel(), "y": y.ravel()}, index=labels)
