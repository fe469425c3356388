def positivity(eigenvalues):
    return (eigenvalues.sum().real / eigenvalues.abs().sum()).item()


def larger(start, block):
    """How many tokens each token of a block of rows raises more than itself."""
    tokens = torch.arange(len(block))
    return (block > block[tokens, start + tokens, None]).sum(-1)


ranks = torch.cat([larger(start, block) for start, block in rows(ov_tokens)])
values = pd.Series(
    {
        "copying_score": positivity(ov_tokens.eigenvalues),
        "matching_score": positivity(qk_tokens.eigenvalues),
        "ov_norm": ov.norm().item(),
        "qk_norm": qk.norm().item(),
        "copied_first": (ranks < 1).double().mean().item(),
        "copied_in_five": (ranks < 5).double().mean().item(),
    }
)
