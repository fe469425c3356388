direction, _ = direction_of(prompt)
# at the last token the head writes the sum over keys of pattern[last, key] times v[key] W_O
sources = attribute(cache, (pattern[-1][:, None] * written)[:, None], direction)
values = pd.DataFrame({"attribution": sources}, index=words)
