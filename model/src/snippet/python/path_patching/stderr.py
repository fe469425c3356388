stderr = cells.std(0, ddof=1) / len(PROMPTS) ** 0.5
values = pd.DataFrame(stderr, index=[f"L{l}" for l in layers], columns=[f"H{h}" for h in heads])
