def layer_parts(cache, prompt):
    """Embedding, every layer's attention and MLP output, and the bias: they add up to the logit difference."""
    direction, bias = direction_of(prompt)
    stack, labels = cache.decompose_resid(layer=-1, pos_slice=-1, return_labels=True)
    return np.append(attribute(cache, stack, direction), bias), [*labels, "bias"]
