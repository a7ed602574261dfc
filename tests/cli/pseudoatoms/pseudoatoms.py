"""Maps from structures, and what the pseudoatoms of modes.h5 have to do with both.

    pseudoatoms.py map STRUCTURE.pdb RESOLUTION VOXEL MAP.mrc      density of the atoms, as ChimeraX' molmap
    pseudoatoms.py error MODES.h5 MAP.mrc PERCENT                  the error of the density is at most PERCENT
    pseudoatoms.py overlap ATOMS.h5 PSEUDOATOMS.h5 LEAST           modes 7-9 span the same space
    pseudoatoms.py same A.h5 B.h5                                  the same pseudoatoms, bit by bit
"""

import sys

import h5py
import mrcfile
import numpy

ELECTRONS = {"C": 6, "N": 7, "O": 8, "P": 15, "S": 16}
RESIDUE = 54  # electrons per residue, where only its Cα is there


def atoms_of(path):
    lines = [line for line in open(path) if line.startswith("ATOM") and line[16] in " A" and line[12:16].strip()[0] in ELECTRONS]
    positions = numpy.array([[float(line[30 + 8 * i : 38 + 8 * i]) for i in range(3)] for line in lines])
    coarse = all(line[12:16].strip() == "CA" for line in lines)
    return positions, [RESIDUE if coarse else ELECTRONS[line[12:16].strip()[0]] for line in lines]


def make_map(structure, resolution, voxel, out):
    """A Gaussian of standard deviation 0.225·resolution at each atom, with a margin of 4 of them."""
    positions, weights = atoms_of(structure)
    sigma = 0.225 * resolution
    low = positions.min(0) - 4 * sigma
    size = numpy.ceil((positions.max(0) + 4 * sigma - low) / voxel).astype(int) + 1
    density = numpy.zeros(size[::-1], numpy.float32)
    for position, weight in zip(positions, weights):
        x, y, z = (numpy.exp(-0.5 * ((low[i] + voxel * numpy.arange(size[i]) - position[i]) / sigma) ** 2) for i in range(3))
        density += (weight * z[:, None, None] * y[:, None] * x).astype(numpy.float32)
    with mrcfile.new(out, overwrite=True) as file:
        file.set_data(density)
        file.set_volume()
        file.voxel_size = voxel
        file.header.origin.x, file.header.origin.y, file.header.origin.z = low


def read(path):
    file = h5py.File(path, "r")
    return file["structure/positions"][:] + file["structure/centre"][:], file


def otsu(density):
    counts, edges = numpy.histogram(density, 65536)
    centres = (edges[1:] + edges[:-1]) / 2
    below, total = numpy.cumsum(counts), numpy.cumsum(counts * centres)
    with numpy.errstate(invalid="ignore", divide="ignore"):
        between = below * (below[-1] - below) * (total / below - (total[-1] - total) / (below[-1] - below)) ** 2
    return edges[1:][numpy.nanargmax(between)]


def check_error(modes, map_path, percent):
    """The documented error, computed anew from the stored weights and σ over the voxels above Otsu's threshold."""
    positions, file = read(modes)
    sigma = file["structure/atom_sigma"][()]
    heights = file["structure/weights"][:] / (2 * numpy.pi * sigma**2) ** 1.5
    with mrcfile.open(map_path) as volume:
        density, voxel, origin = volume.data.astype(float), float(volume.voxel_size.x), volume.header.origin
    axes = [float(origin[name]) + voxel * numpy.arange(n) for name, n in zip("xyz", density.shape[::-1])]
    model = numpy.zeros(density.shape)
    for position, height in zip(positions, heights):
        x, y, z = (numpy.exp(-0.5 * ((axis - at) / sigma) ** 2) for axis, at in zip(axes, position))
        model += height * z[:, None, None] * y[:, None] * x
    inside = density > otsu(density)
    low, high = numpy.percentile(density[inside], [1, 99])
    error = 100 * numpy.abs(model - density)[inside].mean() / (high - low)
    print(f"{len(positions)} pseudoatoms, error {error:.2f} %")
    # Footprints cut at 4 σ (e⁻⁸ of the height, of the few around) and the percentiles' bins: a hundredth of a percent.
    assert percent / 2 < error < percent + 0.01, error
    assert (heights > 0).all() and (file["structure/mass"][:] == 1).all()


def orthonormal(vectors):
    return numpy.linalg.qr(vectors.reshape(len(vectors), -1).T)[0]


def check_overlap(atoms, pseudoatoms, least):
    """√(Σ_ij (a_i·b_j)²/3) of modes 7-9, those of the pseudoatoms interpolated at the atoms by Gaussian weights."""
    at, fine = read(atoms)
    nodes, coarse = read(pseudoatoms)
    squared = ((at[:, None] - nodes) ** 2).sum(-1)
    weights = numpy.exp(-0.5 * (squared - squared.min(1)[:, None]) / coarse["structure/atom_sigma"][()] ** 2)
    weights /= weights.sum(1)[:, None]
    interpolated = numpy.einsum("an,knx->kax", weights, coarse["modes/vectors"][:3])
    products = orthonormal(fine["modes/vectors"][:3]).T @ orthonormal(interpolated)
    overlap = numpy.sqrt((products**2).sum() / 3)
    print(f"{len(nodes)} pseudoatoms, {len(at)} atoms: overlap of modes 7-9 {overlap:.4f}")
    assert overlap >= least, overlap


def check_same(a, b):
    a, b = (h5py.File(name, "r") for name in (a, b))
    for name in ("positions", "weights", "atom_sigma", "centre"):
        assert a["structure"][name][()].tobytes() == b["structure"][name][()].tobytes(), name
    assert a["modes/cutoff"][()] == b["modes/cutoff"][()]


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    values = [float(a) if a.replace(".", "", 1).isdigit() else a for a in arguments]
    {"map": make_map, "error": check_error, "overlap": check_overlap, "same": check_same}[command](*values)
