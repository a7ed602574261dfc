#!/bin/bash
# mrcfile's validator accepts the stack, and its pixels are what they should be; h5py and h5dump open the tables;
# images, scores and Cramér–Rao errors are those of the same formulas in numpy.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
/usr/bin/python3 -c 'import mrcfile, h5py, numpy' || { echo "skipped: python3-mrcfile or python3-h5py is not installed"; exit 77; }
command -v h5dump >/dev/null || { echo "skipped: h5dump is not installed"; exit 77; }
fresh_folder work
small_set 12 32 4.4

mrcfile-validate set/particles.mrcs || fail "mrcfile's validator refuses the stack"
h5dump -H set/truth.h5 >dump || fail "h5dump gives $?"
grep -q 'standard_errors' dump || fail "h5dump shows no standard_errors"
/usr/bin/python3 - <<'END' || fail "mrcfile or h5py finds something else"
import h5py, mrcfile, numpy as np
with mrcfile.open("set/particles.mrcs") as stack:
    assert stack.data.shape == (12, 32, 32) and stack.data.dtype == np.float32, stack.data.shape
    assert stack.is_image_stack() and abs(stack.voxel_size.x - 4.4) < 1e-5, stack.voxel_size
    images = stack.data.astype(float)
# float32 pixels of size 1: the rounding of their mean and variance
assert abs(images.mean((1, 2))).max() < 1e-6 and abs(images.var((1, 2)) - 1).max() < 1e-5
with h5py.File("set/truth.h5", "r") as file:
    p = file["particles"]
    shapes = {name: p[name].shape for name in p}
    assert shapes == {"amplitudes": (12, 3), "euler_angles": (12, 3), "shifts": (12, 2), "standard_errors": (12, 8),
                      "score": (12,), "state": (12,), "reason": (12,), "checksum": (12,), "image": (12,)}, shapes
    assert list(p["image"].asstr()) == [f"{i + 1}@particles.mrcs" for i in range(12)], p["image"][:]
    assert list(p["amplitudes"].attrs["modes"]) == [7, 8, 9]
    assert (p["state"][:] == 1).all() and (p["reason"][:] == 0).all()
    assert (p["standard_errors"][:] > 0).all() and np.isfinite(p["standard_errors"][:]).all()
    # the helix: q7 = -A r, q8 = A sin(pi r), q9 = A cos(pi r), A = 4.9 sqrt(211)
    q, a = p["amplitudes"][:], 4.9 * np.sqrt(211)
    r = -q[:, 0] / a
    assert abs(q[:, 1] - a * np.sin(np.pi * r)).max() < 1e-9 and abs(q[:, 2] - a * np.cos(np.pi * r)).max() < 1e-9
    truth, shifts = p["euler_angles"][:], p["shifts"][:]
rows = [line.split() for line in open("set/truth.star") if "@" in line]
star = np.array([[float(x) for x in row[-5:]] for row in rows])
# six decimals; RELION's origin is the opposite of the shift
assert abs(star[:, :3] - truth).max() < 1e-6 and abs(star[:, 3:] + shifts).max() < 1e-6
assert not any("Angle" in line and "Defocus" not in line or "Origin" in line for line in open("set/particles.star"))
print("ok: 12 images and their truth")
END
/usr/bin/python3 "$ELASTEM_SOURCE/tests/interop/formats/truth.py" modes.h5 set 32 4.4 5000 0.1 || fail "numpy finds another truth"
