def scaled(cells, clean, corrupted):
    """Cells [pair, …] so that 0 is the corrupted runs' mean and 1 the clean runs': a ratio of means, not a mean of ratios."""
    cells, clean, corrupted = (np.array(x, dtype=float) for x in (cells, clean, corrupted))
    return (cells - corrupted.mean()) / (clean.mean() - corrupted.mean()) if NORMALIZE else cells
