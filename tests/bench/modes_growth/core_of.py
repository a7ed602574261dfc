"""core_of.py IN.cif OUT.cif ATOMS: the residues nearest to the centre of an mmCIF structure, about so many atoms."""

import sys

source, target, wanted = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open(source) as file:
    lines = file.read().splitlines()
names = [line.split(".")[1].strip() for line in lines if line.startswith("_atom_site.")]
column = {name: i for i, name in enumerate(names)}
residues = {}
for line in lines:
    if line.startswith("ATOM"):
        fields = line.split()
        key = (fields[column["auth_asym_id"]], fields[column["auth_seq_id"]])
        residues.setdefault(key, []).append((line, [float(fields[column["Cartn_" + axis]]) for axis in "xyz"]))
atoms = [position for residue in residues.values() for _, position in residue]
centre = [sum(position[axis] for position in atoms) / len(atoms) for axis in range(3)]


def distance(residue):
    middle = [sum(position[axis] for _, position in residue) / len(residue) for axis in range(3)]
    return sum((middle[axis] - centre[axis]) ** 2 for axis in range(3))


kept, count = set(), 0
for key in sorted(residues, key=lambda key: distance(residues[key])):
    if count + len(residues[key]) > wanted:
        break
    kept.add(key)
    count += len(residues[key])
with open(target, "w") as file:
    file.write("data_core\nloop_\n")
    file.writelines(f"_atom_site.{name}\n" for name in names)
    for key, residue in residues.items():
        if key in kept:
            file.writelines(line + "\n" for line, _ in residue)
