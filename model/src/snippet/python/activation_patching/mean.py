values = pd.DataFrame(cells.mean(0), index=layers, columns=heads if SITE in HEAD_SITES else labels)
