effects = np.array([effect(prompt) for prompt in PROMPTS])
n = len(effects)
mean, stderr = effects.mean(0), effects.std(0, ddof=1) / n**0.5 if n > 1 else [np.nan, np.nan]
values = pd.Series(
    {"clean": mean[0], "clean_stderr": stderr[0], "ablated": mean[1], "ablated_stderr": stderr[1]}
)
