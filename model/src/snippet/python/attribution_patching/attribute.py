from transformer_lens import utils


def attributed(prompt, site, positions):
    """A pair's metric, estimated to first order, with one activation put from the donor into the base."""
    (clean, corrupted), (clean_cache, corrupted_cache), measure, ends = ends_of(prompt)
    base, donor, unchanged = (clean, corrupted_cache, ends[0])
    if CLEAN_INTO_CORRUPTED:
        base, donor, unchanged = (corrupted, clean_cache, ends[1])
    names = [utils.get_act_name(site, layer) for layer in range(model.cfg.n_layers)]
    values, gradients = {}, {}

    def keep(into):
        def hook_function(value, hook):
            into[hook.name] = value.detach().clone()

        return hook_function

    forward, backward = ([(name, keep(into)) for name in names] for into in (values, gradients))
    with torch.enable_grad(), model.hooks(fwd_hooks=forward, bwd_hooks=backward):
        measure(model(base)).backward()
    by_element = [(donor[name] - values[name])[0] * gradients[name][0] for name in names]
    # [layer, head, position, …] where there are heads: a pattern has them first, and its positions are queries
    cells = torch.stack([x if site == "pattern" or x.ndim == 2 else x.transpose(0, 1) for x in by_element]).sum(-1)
    # at all positions at once, the changes add up
    everywhere = site in ("z", "q", "k", "v", "pattern") and not BY_POSITION
    return unchanged + (cells.sum(-1) if everywhere else cells[..., positions]), ends
