[token] = tokenizer.encode(prompt["answer"], add_special_tokens=False)
values = pd.DataFrame(rank(logits, token).numpy(), index=entries, columns=words)
