tables = []
for neuron in shown:
    # what a unit of the neuron adds to every logit, through the final norm's weight and before its scale
    direction = model.W_out[LAYER, neuron] - model.W_out[LAYER, neuron].mean()
    logits = (direction * model.ln_final.w) @ model.W_U
    logits -= logits.mean()
    top = torch.topk(SIGN * logits, min(10, len(logits))).indices.tolist()
    columns = {
        "neuron": labels[neuron],
        "rank": range(len(top)),
        "token": [word(token) for token in top],
        "logit": logits[top].numpy(),
    }
    tables.append(pd.DataFrame(columns, index=top))
values = pd.concat(tables)
