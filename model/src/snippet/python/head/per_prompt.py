attributions = [own(prompt) for prompt in PROMPTS]
values = pd.DataFrame({"attribution": attributions}, index=[str(i) for i in range(len(PROMPTS))])
