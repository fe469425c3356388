def averages(rows, labels):
    """Values [prompt, label] as their mean, its standard error, and the mean of each group."""
    rows = np.array(rows)
    n = len(rows)
    columns = {"mean": rows.mean(0), "stderr": rows.std(0, ddof=1) / n**0.5 if n > 1 else np.nan}
    for group in dict.fromkeys(p["group"] for p in PROMPTS if "group" in p):
        columns[f"group:{group}"] = rows[[p.get("group") == group for p in PROMPTS]].mean(0)
    if PER_PROMPT:
        columns.update({f"prompt:{i}": row for i, row in enumerate(rows)})
    return pd.DataFrame(columns, index=labels)
