values = pd.DataFrame(cells.std(0, ddof=1) / len(PROMPTS) ** 0.5, index=rows, columns=heads if SITE == "z" else labels)
