values = pd.DataFrame(cells.std(0, ddof=1) / len(PROMPTS) ** 0.5, index=layers, columns=heads if of_head else labels)
