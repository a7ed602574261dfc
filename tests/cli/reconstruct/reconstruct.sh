#!/bin/bash
# A map from noise-free particles of one conformation is the density of modes.h5 (an independent check in numpy), on
# any number of ranks; resolution limit, mask and comparison do what they say; what cannot be is refused.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
here=$ELASTEM_SOURCE/tests/cli/reconstruct
fresh_folder work

ranks 1 modes -i "$ELASTEM_SOURCE/tests/data/ake_open_ca.pdb" --atoms ca --modes 9 -o modes.h5 || fail "modes gives $?"
ranks 2 synthesize -m modes.h5 -o set/particles.star -n 1000 --modes 7-9 --amplitude 0 --snr none --size 64 \
  --pixel-size 2.2 --seed 3 || fail "synthesize gives $?"

for n in 1 2 3; do
  ranks "$n" reconstruct -i set/particles.star -a set/truth.h5 -o "map$n.mrc" || fail "reconstruct gives $? on $n ranks"
  [ -z "$(compgen -G "map$n.mrc.*")" ] || fail "an unfinished map is left behind"
done
/usr/bin/python3 "$here/shell_correlation.py" map1.mrc modes.h5 0.98 || fail "the map is not the density"

# The order of additions depends on the ranks, so doubles differ in their last bits and floats now and then by one.
/usr/bin/python3 - <<'END' || fail "the map depends on the number of ranks"
import sys, mrcfile, numpy
one, two, three = (mrcfile.open(f"map{n}.mrc").data for n in (1, 2, 3))
bound = 4 * numpy.finfo("f4").eps * abs(one).max()
worst = max(abs(one - other).max() for other in (two, three))
print(f"largest difference between 1, 2 and 3 ranks: {worst:.3g}, allowed {bound:.3g}")
sys.exit(bool(worst > bound))
END

ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o coarse.mrc --max-resolution 12 --reference map1.mrc \
  >curve || fail "reconstruct --max-resolution gives $?"
awk '$1 == 5 { if ($3 < 0.999) exit 1; seen = 1 } END { exit !seen }' curve || fail "shell 5 (28 Å) differs: $(cat curve)"
/usr/bin/python3 - <<'END' || fail "finer detail than --max-resolution is left"
import sys, mrcfile, numpy
def power(path):  # of the terms finer than 10 Å
    volume = mrcfile.open(path).data
    k = numpy.fft.fftfreq(64, 2.2)
    fine = k[:, None, None] ** 2 + k[None, :, None] ** 2 + k[None, None, :] ** 2 > 0.1**2
    return (abs(numpy.fft.fftn(volume)[fine]) ** 2).sum()
share = power("coarse.mrc") / power("map1.mrc")
print(f"power finer than 10 Å: {share:.2g} of that without a limit")
sys.exit(bool(share > 0.01))  # cropping to the box lets a little of the coarser terms through
END
grep -q 'FSC 0.143 at' curve || fail "no resolution is printed"

ranks 2 reconstruct -i set/particles.star -a set/truth.h5 -o masked.mrc --mask-radius 40 || fail "a mask gives $?"
/usr/bin/python3 - <<'END' || fail "the mask"
import sys, mrcfile, numpy
masked, whole = mrcfile.open("masked.mrc").data, mrcfile.open("map1.mrc").data
z, y, x = numpy.indices(masked.shape) - 32
distance = numpy.sqrt(x**2 + y**2 + z**2) * 2.2
inside, outside = distance < 40, distance > 40 + 5 * 2.2
bound = 4 * numpy.finfo("f4").eps * abs(whole).max()
sys.exit(bool(masked[outside].any() or abs(masked - whole)[inside].max() > bound or not whole[outside].any()))
END

set=(-i set/particles.star -a set/truth.h5)
refused 2 '--overwrite' reconstruct "${set[@]}" -o map1.mrc
refused 2 '--max-resolution' reconstruct "${set[@]}" -o new.mrc --max-resolution 2
refused 2 '--regularisation' reconstruct "${set[@]}" -o new.mrc --regularisation 0
refused 2 'absent.mrc' reconstruct "${set[@]}" -o new.mrc --reference absent.mrc
ranks 1 synthesize -m modes.h5 -o few/particles.star -n 5 --modes 7-9 --size 32 --pixel-size 4.4 || fail "synthesize"
refused 2 'other images' reconstruct -i few/particles.star -a set/truth.h5 -o new.mrc
ranks 1 reconstruct -i few/particles.star -a few/truth.h5 -o few.mrc || fail "five particles give $?"
refused 2 '32³ voxels' reconstruct -i few/particles.star -a few/truth.h5 -o new2.mrc --reference map1.mrc
echo "reconstruct: all well"
