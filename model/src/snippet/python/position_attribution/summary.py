difference = contrast(logits, prompt).item()
by_position = np.nansum(cells.to_numpy())
values = pd.Series(
    {
        "logit_diff": difference,
        "by_position": by_position,
        "biases": biases.sum() + bias,
        "residual_error": abs(difference - by_position - biases.sum() - bias),
    }
)
