"""merge_sets.py OUT.star A.star B.star …: particle files of one optics group each as one file with as many groups."""
import os
import sys


def tables(path):
    """block name: (labels, rows)"""
    found, name = {}, None
    for line in open(path):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0].startswith("data_"):
            name = words[0][5:]
            found[name] = ([], [])
        elif words[0].startswith("_"):
            found[name][0].append(words[0])
        elif words[0] != "loop_":
            found[name][1].append(words)
    return found


out, *paths = sys.argv[1:]
merged = {"optics": (None, []), "particles": (None, [])}
for group, path in enumerate(paths, start=1):
    read = tables(path)
    for block in merged:
        labels, rows = read[block]
        assert merged[block][0] in (None, labels), f"{path} has other labels"
        for row in rows:
            row[labels.index("_rlnOpticsGroup")] = str(group)
            if block == "optics":
                row[labels.index("_rlnOpticsGroupName")] = f"group{group}"
            else:
                number, stack = row[labels.index("_rlnImageName")].split("@")
                place = os.path.relpath(os.path.join(os.path.dirname(path), stack), os.path.dirname(out) or ".")
                row[labels.index("_rlnImageName")] = f"{number}@{place}"
        merged[block] = (labels, merged[block][1] + rows)
# The groups' particles take turns, so that neither is at one end.
per_group = [[row for row in merged["particles"][1] if row[merged["particles"][0].index("_rlnOpticsGroup")] == str(g + 1)]
             for g in range(len(paths))]
turns = [rows[i] for i in range(max(map(len, per_group))) for rows in per_group if i < len(rows)]
with open(out, "w") as file:
    for block, rows in (("optics", merged["optics"][1]), ("particles", turns)):
        file.write(f"data_{block}\n\nloop_\n" + "".join(label + "\n" for label in merged[block][0]))
        file.write("".join(" ".join(row) + "\n" for row in rows) + "\n")
