def agreement(site):
    """Pearson's correlation of the patched cells with the estimated ones."""
    x, y = [cells_of(of, site)[0].mean(0) for of in (patched, attributed)]
    return np.corrcoef(x.ravel(), y.ravel())[0, 1]


suffix = lambda site: "_by_position" if BY_POSITION and site in HEAD_SITES else ""
values = pd.Series({f"correlation_{site}{suffix(site)}": agreement(site) for site in SITES})
