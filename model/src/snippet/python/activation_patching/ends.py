ends = np.array([ends_of(prompt)[3] for prompt in PROMPTS])
