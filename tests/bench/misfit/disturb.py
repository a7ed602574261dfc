"""disturb.py SET INPUT OUTPUT SEED: a particle file, or with elements a PDB file, with the fault of misfit.sh."""

import pathlib
import sys

import numpy as np


def columns(lines):
    """Of each line the labels of its table, {label: place}; empty for lines that are no rows."""
    labels, found = {}, []
    for line in lines:
        words = line.split()
        if line.startswith("data_"):
            labels = {}
        if line.startswith("_"):
            labels = {**labels, words[0][1:]: len(labels)}
        found.append(labels if words and labels and line[0] not in "_#d" and words[0] != "loop_" else {})
    return found


def changed(text, change):
    """Every value of the labels in `change`, {label: function}, as the function has it."""
    lines = text.splitlines()
    for i, labels in enumerate(columns(lines)):
        words = lines[i].split()
        for label, function in change.items():
            if label in labels:
                words[labels[label]] = "%.6f" % function(float(words[labels[label]]))
                lines[i] = " ".join(words)
    return "\n".join(lines) + "\n"


def other_elements(text, random):
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if line.startswith("ATOM") and random.random() < 0.2:
            lines[i] = line[:76].ljust(76) + " " + random.choice(list("NOSP"))
    return "\n".join(lines) + "\n"


def add_neighbours(stack, random):
    """To each image another one of the set, shifted, at half its contrast: its noise comes along."""
    data = np.memmap(stack, dtype="<f4", mode="r+", offset=1024)
    count, size = np.frombuffer(open(stack, "rb").read(12), "<i4")[2], np.frombuffer(open(stack, "rb").read(4), "<i4")[0]
    images = data.reshape(count, size, size)
    originals = np.array(images)
    for i in range(count):
        angle = random.uniform(0, 2 * np.pi)
        shift = np.round(0.3 * size * np.array([np.cos(angle), np.sin(angle)])).astype(int)
        other = np.roll(originals[(i + 1 + random.integers(count - 1)) % count], shift, (0, 1))
        images[i] = originals[i] + 0.5 * other
    data.flush()


fault, source, target, seed = sys.argv[1:]
random = np.random.default_rng(int(seed))
text = pathlib.Path(source).read_text()
if fault == "elements" and source.endswith(".pdb"):
    text = other_elements(text, random)
elif fault == "neighbours":
    add_neighbours(pathlib.Path(source).with_suffix(".mrcs"), random)
elif fault == "envelope":
    text = changed(text, {"rlnCtfBfactor": lambda b: 0})
elif fault == "defocus":
    text = changed(text, {"rlnDefocusU": lambda z: z + 1000, "rlnDefocusV": lambda z: z + 1000})
elif fault == "pixel":
    text = changed(text, {"rlnImagePixelSize": lambda a: 1.03 * a})
pathlib.Path(target).write_text(text)
