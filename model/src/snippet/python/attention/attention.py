axes = ["layer", "head", "query", "key"]
masked = torch.where(torch.ones_like(patterns).tril().bool(), patterns, -1.0)
values = torch.where(masked < 0, torch.nan, masked).numpy()
