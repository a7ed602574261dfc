"""structures.py ELASTEM FILE…: what `elastem inspect` counts of a structure file, gemmi counts too."""
import collections
import re
import subprocess
import sys

import gemmi


def counted_by_elastem(path):
    page = subprocess.run([sys.argv[1], "inspect", path], capture_output=True, text=True, check=True).stdout
    atoms, residues, molecules = re.search(r"a structure of (\d+) atoms in (\d+) residues of (\d+) mol", page).groups()
    left_out = re.search(r"left out: (\d+) hydrogens, (\d+) water, (\d+) ligand and ion atoms, (\d+) atoms at other", page).groups()
    return int(atoms), int(residues), int(molecules), [int(number) for number in left_out]


def belongs_to_a_chain(residue, is_cif):
    """As the mmCIF says; of a PDB file a known amino acid or nucleotide, or something with a backbone among ATOM records."""
    if is_cif:
        return residue.entity_type == gemmi.EntityType.Polymer
    known = gemmi.find_tabulated_residue(residue.name)
    backbone = {"N", "CA", "C"} <= {atom.name for atom in residue}
    return known.is_amino_acid() or known.is_nucleic_acid() or (backbone and residue.het_flag == "A")


def residues_by_gemmi(model, is_cif):
    """Several kinds at one place count once; two molecules of one chain name and the same numbers twice, by how often an atom is there."""
    places = {}
    for number, chain in enumerate(model):
        for residue in chain:
            if belongs_to_a_chain(residue, is_cif):
                atoms = places.setdefault((number, residue.segment, str(residue.seqid)), collections.Counter())
                atoms.update((residue.name, atom.name, atom.altloc) for atom in residue)
    return sum(max(atoms.values()) for atoms in places.values())


faults = 0
for path in sys.argv[2:]:
    atoms, residues, molecules, left_out = counted_by_elastem(path)
    model = gemmi.read_structure(path)[0]
    total = sum(len(residue) for chain in model for residue in chain)
    places = residues_by_gemmi(model, path.endswith(".cif"))
    name = path.rsplit("/", 1)[-1]
    print(f"{name}: {atoms} atoms, {left_out} left out, {total} in all; {residues} residues, {places} by gemmi; {molecules} molecules")
    if atoms + sum(left_out) != total:
        print("  atoms are lost, or counted twice")
        faults += 1
    if residues != places:
        print("  residues differ")
        faults += 1
sys.exit(f"{faults} counts differ" if faults else 0)
