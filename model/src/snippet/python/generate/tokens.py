ids = ids_of(PROMPTS[PROMPT]["text"])
hooks = changes(PROMPTS[PROMPT]) if CHANGED else []
tokens = continued(ids, hooks)
with model.hooks(fwd_hooks=hooks):
    probabilities = model(torch.tensor([ids + tokens]))[0, len(ids) - 1 : -1].softmax(-1)
columns = {
    "step": range(len(tokens)),
    "token": [word(token) for token in tokens],
    "probability": probabilities[range(len(tokens)), tokens].numpy(),
}
values = pd.DataFrame(columns, index=tokens)
