def both(prompt):
    """The logits at a prompt's last token, as the model is and with everything changed."""
    tokens = torch.tensor([ids_of(prompt["text"])])
    return model(tokens)[0, -1], model.run_with_hooks(tokens, fwd_hooks=changes(prompt))[0, -1]


def effect(prompt):
    """The metric of both."""
    clean, ablated = both(prompt)
    return [metric_of(logits, prompt, clean).item() for logits in (clean, ablated)]
