# the head's direct effect on every logit at the last token, through the final norm's weight
result = (pattern[-1] @ written)[None, None]
logits = (cache.apply_ln_to_stack(result, layer=-1, pos_slice=-1)[0, 0] * model.ln_final.w) @ model.W_U
logits -= logits.mean()
values, top = torch.topk(SIGN * logits, min(10, len(logits)))
values = pd.DataFrame({"token": [word(int(token)) for token in top], "logit": (SIGN * values).numpy()}, index=top.numpy())
