model.set_use_attn_result(any(site.endswith("attn.hook_result") for site in SITES))
tensors = {}
for number, prompt in enumerate(PROMPTS):
    _, cache = run(prompt)
    for site in cache.keys() if SITES == ["all"] else SITES:
        activation = cache[site][0]  # without the batch axis
        if LAST_ONLY:
            # queries are the second axis of scores and patterns, positions the first of everything else
            of_queries = site.endswith(("hook_pattern", "hook_attn_scores"))
            activation = activation[:, -1:] if of_queries else activation[-1:]
        tensors[f"{number}/{site}"] = activation.contiguous().clone()
# safetensors.torch.save_file(tensors, "activations.safetensors") writes the file that hooklens does
values = pd.DataFrame(
    {"tensor": list(tensors), "shape": [" × ".join(map(str, tensor.shape)) for tensor in tensors.values()]}
)
