values = pd.DataFrame(probabilities.amax(-1).numpy(), index=entries, columns=words)
