values = pd.DataFrame(torch.where(causal, pattern, torch.nan).numpy(), index=words, columns=words)
