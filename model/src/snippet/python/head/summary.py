attributions = pd.Series([own(prompt) for prompt in PROMPTS])
values = pd.Series(
    {
        "attribution": attributions[PROMPT],
        "mean_attribution": attributions.mean(),
        "stderr_attribution": attributions.std(ddof=1) / len(attributions) ** 0.5,
    }
)
