columns = {
    "neuron": [labels[neuron] for neuron in shown],
    "attribution": mean[shown],
    "activation": activations[shown],
}
values = pd.DataFrame(columns)
