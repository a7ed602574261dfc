"""Expressions and the particles that numpy selects by them: expressions (a line each: expression|number) and keys0, keys1 …"""
import csv

import h5py
import numpy as np

table = h5py.File("a.h5")
rows, fit = table["particles"], table["fit"]
done = rows["state"][:] == 1
key = rows["image"].asstr()[:]
q7, q8 = (np.where(done, rows["amplitudes"][:, k], np.nan) for k in (0, 1))
error7 = np.where(done, rows["standard_errors"][:, 0], np.nan)
rot, tilt, psi = (np.where(done, rows["euler_angles"][:, k], np.nan) for k in range(3))
x, y = (np.where(done, rows["shifts"][:, k], np.nan) for k in (0, 1))
score = np.where(done, rows["score"][:], np.nan)
outlier = np.where(done, fit["outlier"][:], np.nan)
row = np.arange(1, len(done) + 1)
land = {line["image"]: line for line in csv.DictReader(open("land/particles.csv"))}
assert len(land) == len(done)


def told(name):
    return np.array([float(land[k][name] or "nan") for k in key])


state, p1, pc1 = told("state"), told("probability_1"), told("component_1")
states = sorted(name for name in next(iter(land.values())) if name.startswith("probability_"))
p = np.max([told(name) for name in states], axis=0)
assert done.sum() == len(done) - 1 and outlier[done].sum() >= 1, (done.sum(), outlier[done].sum())


def quantile(values, share):
    return np.quantile(values[done], share)


mean, sd = q7[done].mean(), q7[done].std(ddof=1)
cases = {
    "q7 > 0": q7 > 0,
    "q7 > 0 and outlier == 0": (q7 > 0) & (outlier == 0),
    "score > q(0.1)": score > quantile(score, 0.1),
    "q(0.25) <= q8 < q(0.75)": (quantile(q8, 0.25) <= q8) & (q8 < quantile(q8, 0.75)),
    "q8 >= q(0.5, q7 + q8) - 50": q8 >= quantile(q7 + q8, 0.5) - 50,
    "state == 1 and p > 0.9 and outlier == 0": (state == 1) & (p > 0.9) & (outlier == 0),
    "state == 2 && p1 < 0.5": (state == 2) & (p1 < 0.5),
    "not (state in {1,3})": done & (state != 1),
    "state not in {2}": done & (state != 2),
    "abs(q7 - mean(q7)) < 1*sd(q7)": abs(q7 - mean) < sd,
    "-20 < pc1 <= 55": (-20 < pc1) & (pc1 <= 55),
    "pc1 < -20 or !(tilt > 90)": (pc1 < -20) | (tilt <= 90),
    "failed": ~done,
    "row in {3-5, 17} or row == 61": np.isin(row, (3, 4, 5, 17, 61)),
    "max(abs(shift_x), abs(shift_y)) <= 4.4": np.maximum(abs(x), abs(y)) <= 4.4,
    "error7 < median(error7) and sqrt(q7*q7) / 2 >= 10": (error7 < np.median(error7[done])) & (abs(q7) / 2 >= 10),
    "not outlier and psi - -1 > rot * 0.5 + 2*3": (outlier == 0) & (psi + 1 > rot * 0.5 + 6),
}
with open("expressions", "w") as file:
    for number, (expression, chosen) in enumerate(cases.items()):
        assert 0 < chosen.sum() < len(done), (expression, chosen.sum())
        file.write(f"{expression}|{chosen.sum()}\n")
        np.savetxt(f"keys{number}", key[chosen], fmt="%s")
