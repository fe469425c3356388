values = pd.DataFrame(cells.std(0, ddof=1) / len(PROMPTS) ** 0.5, index=layers, columns=heads if SITE in HEAD_SITES else labels)
