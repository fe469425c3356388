# attention times the length of what it moves (Kobayashi et al., arXiv:2004.10102)
weighted = pattern * written.norm(dim=-1)
values = pd.DataFrame(torch.where(causal, weighted, torch.nan).numpy(), index=words, columns=words)
