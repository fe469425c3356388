columns = {}
for role in ("answer", "distractor"):
    if role in prompt:
        [token] = tokenizer.encode(prompt[role], add_special_tokens=False)
        columns[role] = logits[:, -1, token].numpy()
values = pd.DataFrame(columns, index=entries)
