n = len(ends)
mean, stderr = ends.mean(0), ends.std(0, ddof=1) / n**0.5 if n > 1 else [np.nan, np.nan]
values = pd.Series(
    {
        "clean": mean[0],
        "clean_stderr": stderr[0],
        "corrupted": mean[1],
        "corrupted_stderr": stderr[1],
        "pairs": n,
    }
)
