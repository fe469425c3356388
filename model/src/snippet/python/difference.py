def difference(first, other):
    """First minus other. A line's standard error is that of the prompts' differences."""
    if isinstance(first, pd.DataFrame) and "mean" in first.columns:
        errors = [name for name in first.columns if "stderr" in str(name)]
        result = first.drop(columns=errors) - other.drop(columns=errors)
        prompts = [name for name in result.columns if str(name).startswith("prompt:")]
        if len(prompts) > 1:
            result.insert(1, "stderr", result[prompts].sem(axis=1))
        return result
    if isinstance(first, pd.Series):
        kept = [name for name in first.index if "stderr" not in str(name)]
        return first[kept] - other[kept]
    return first - other


values = difference(first, values)
print(values)
