import itertools

(x, labels), (y, _) = cells_of(patched, SITE), cells_of(attributed, SITE)
of_head = SITE in HEAD_SITES
axes = [layers, heads if of_head else labels] + ([labels] if of_head and BY_POSITION else [])
names = [" · ".join(["".join(n[:2]), *n[2:]]) if of_head else " · ".join(n) for n in itertools.product(*axes)]
points = {"activation patching": x.mean(0).ravel(), "attribution patching": y.mean(0).ravel()}
values = pd.DataFrame(points, index=names)
