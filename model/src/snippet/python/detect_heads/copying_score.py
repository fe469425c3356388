ov = model.OV  # of all heads


def copying_score(layer, head):
    """How far the eigenvalues of the OV circuit between tokens point forwards: 1 where all of them are positive."""
    eigenvalues = (model.W_E @ ov[layer, head] @ model.W_U).eigenvalues
    return eigenvalues.sum().real / eigenvalues.abs().sum()


scores = torch.tensor(
    [[copying_score(layer, head) for head in range(model.cfg.n_heads)] for layer in range(model.cfg.n_layers)]
)
