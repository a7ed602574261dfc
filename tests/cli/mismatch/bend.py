"""bend.py IN.pdb OUT.pdb: the same atoms, those beyond the middle turned by 20° about z: another conformation."""
import math
import sys

atoms = [line for line in open(sys.argv[1]) if line.startswith("ATOM")]
c, s = math.cos(math.radians(20)), math.sin(math.radians(20))
with open(sys.argv[2], "w") as out:
    for i, line in enumerate(atoms):
        x, y, z = (float(line[a : a + 8]) for a in (30, 38, 46))
        if i > len(atoms) // 2:
            x, y = c * x - s * y, s * x + c * y
        out.write(f"{line[:30]}{x:8.3f}{y:8.3f}{z:8.3f}{line[54:]}")
    out.write("END\n")
