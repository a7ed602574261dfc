"""perturb.py TRUTH.star OUTPUT.star ANGLE PIXELS SEED: the particles with poses near the true ones: turned about a random axis
by up to ANGLE degrees (uniform), moved along x and y by up to PIXELS (uniform). Start poses for `elastem align --local`."""
import sys

import numpy


def rotation(rot, tilt, psi):
    z = lambda a: numpy.array([[numpy.cos(a), numpy.sin(a), 0], [-numpy.sin(a), numpy.cos(a), 0], [0, 0, 1]])
    y = lambda a: numpy.array([[numpy.cos(a), 0, -numpy.sin(a)], [0, 1, 0], [numpy.sin(a), 0, numpy.cos(a)]])
    return z(psi) @ y(tilt) @ z(rot)


def euler_angles(matrix):
    """rot, tilt, psi of Z(psi) Y(tilt) Z(rot); their rotation is compared with the matrix below."""
    tilt = numpy.arccos(numpy.clip(matrix[2, 2], -1, 1))
    return numpy.arctan2(matrix[2, 1], matrix[2, 0]), tilt, numpy.arctan2(matrix[1, 2], -matrix[0, 2])


def turn(random, largest):
    """A rotation by up to `largest` radians about a random axis (Rodrigues)."""
    axis = random.normal(size=3)
    axis /= numpy.linalg.norm(axis)
    angle = random.uniform(0, largest)
    cross = numpy.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return numpy.eye(3) + numpy.sin(angle) * cross + (1 - numpy.cos(angle)) * cross @ cross


def main():
    source, target, angle, pixels, seed = sys.argv[1:]
    random = numpy.random.default_rng(int(seed))
    columns, pixel_size, lines = {}, 0.0, []
    for line in open(source):
        words = line.split()
        if line.startswith("loop_"):
            columns = {}
        elif line.startswith("_rln"):
            columns[words[0]] = len(columns)
        elif len(words) == len(columns) and "_rlnImagePixelSize" in columns:
            pixel_size = float(words[columns["_rlnImagePixelSize"]])
        elif "@" in line:
            places = [columns["_rln" + name] for name in ("AngleRot", "AngleTilt", "AnglePsi", "OriginXAngst", "OriginYAngst")]
            pose = [float(words[place]) for place in places]
            matrix = turn(random, numpy.radians(float(angle))) @ rotation(*numpy.radians(pose[:3]))
            angles = euler_angles(matrix)
            assert abs(rotation(*angles) - matrix).max() < 1e-6  # arccos near 1 keeps half of the digits
            origins = numpy.array(pose[3:]) + pixel_size * float(pixels) * random.uniform(-1, 1, size=2)
            for place, value in zip(places, [*numpy.degrees(angles), *origins]):
                words[place] = f"{value:.6f}"
            line = " ".join(words) + "\n"
        lines.append(line)
    open(target, "w").writelines(lines)


main()
