"""lump.py: a small structure of all atoms as PDB on standard output, 96 atoms of four elements in sixteen residues."""
import random

random.seed(1)
names = [("N", "N"), ("CA", "C"), ("C", "C"), ("O", "O"), ("CB", "C"), ("SG", "S")]
for i in range(96):
    x, y, z = (2.5 * v + random.uniform(-0.4, 0.4) for v in (i % 4, i // 4 % 4, i // 16))
    name, element = names[i % 6]
    print(f"ATOM  {i + 1:5d}  {name:<3s} CYS A{i // 6 + 1:4d}    {x:8.3f}{y:8.3f}{z:8.3f}  1.00 10.00          {element:>2s}")
print("END")
