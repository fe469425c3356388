columns = heads if SITE in ("z", "q", "k", "v", "pattern") else position_labels()
values = pd.DataFrame(cells.std(0, ddof=1) / len(PROMPTS) ** 0.5, index=layers, columns=columns)
