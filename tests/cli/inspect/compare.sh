#!/bin/bash
# elastem inspect A B, --rows, --worst and --json: the numbers that numpy and scipy find, on any number of ranks.
set -u
. "$ELASTEM_SOURCE/tests/support/script.sh"
fresh_folder compare
small_set 60 32 4.4
ranks 2 align -i set/particles.star -m modes.h5 --modes 7-9 --angular-step 18 -o a.h5 -q || fail "align gives $?"
# A second table: other order and a part of the particles, two of them far off, one failed; fewer modes.
head -n "$(($(grep -n -m1 @ set/particles.star | cut -d: -f1) - 1))" set/particles.star >set/part.star
grep @ set/particles.star | tail -50 | tac >>set/part.star
ranks 2 align -i set/part.star -m modes.h5 --modes 8-9 --angular-step 18 -o b.h5 -q || fail "align gives $?"
PYTHONPATH="$ELASTEM_SOURCE/tests/support" /usr/bin/python3 - <<'END' || fail "h5py cannot change the table"
import h5py
from table_rows import seal
with h5py.File("b.h5", "r+") as file:
    p = file["particles"]
    p["amplitudes"][5, 1] += 4000
    p["euler_angles"][9, 1] += 180
    p["state"][20], p["reason"][20] = 2, 4
    for i in (5, 9, 20):
        seal(p, i)
END
for n in 1 3; do
  ranks $n inspect a.h5 b.h5 --worst 4 --rows 1,30-31 --json >both$n.json 2>log || fail "inspect A B gives $? on $n ranks: $(cat log)"
  ranks $n inspect a.h5 --worst 4 --rows 7 --json >one$n.json || fail "inspect --worst gives $? on $n ranks"
  ranks $n inspect a.h5 b.h5 --worst 2 >text$n 2>/dev/null || fail "inspect A B gives $?"
done
for name in both one; do cmp ${name}1.json ${name}3.json || fail "$name depends on the ranks"; done
cmp text1 text3 || fail "the text depends on the ranks"
grep -q 'a.h5 and b.h5: 50 particles are in both, 10 in the first alone, 0 in the second alone; 49 are done in both' text1 ||
  fail "the text: $(cat text1)"
ranks 1 inspect a.h5 --json >all.json || fail "inspect --json gives $?"
/usr/bin/python3 - <<'END' || fail "the numbers are wrong"
import json, h5py, numpy as np

def matrix(e):
    c, s = np.cos(np.radians(e)), np.sin(np.radians(e))
    z = lambda i: np.array([[c[i], s[i], 0], [-s[i], c[i], 0], [0, 0, 1]])
    y = np.array([[c[1], 0, -s[1]], [0, 1, 0], [s[1], 0, c[1]]])
    return z(2) @ y @ z(0)

a, b = (h5py.File(name)["particles"] for name in ("a.h5", "b.h5"))
both = json.load(open("both1.json"))
place = {key: i for i, key in enumerate(a["image"].asstr()[:])}
pairs = sorted((place[key], i) for i, key in enumerate(b["image"].asstr()[:]))
done = [(i, j) for i, j in pairs if a["state"][i] == 1 and b["state"][j] == 1]
assert (both["matched"], both["only_first"], both["compared"]) == (50, 10, len(done)) and len(done) == 49
first, second = (np.array([pair[k] for pair in done]) for k in (0, 1))
qa, qb = a["amplitudes"][:][first][:, 1:], b["amplitudes"][:][second]
sa, sb = a["standard_errors"][:][first][:, 1:3], b["standard_errors"][:][second][:, :2]
for k, mode in enumerate((8, 9)):
    found, d = both["modes"][k], qb[:, k] - qa[:, k]
    pull = d / np.hypot(sa[:, k], sb[:, k])
    assert found["mode"] == mode
    for what, values in (("difference", d), ("pull", pull)):
        wanted = [values.mean(), values.std(ddof=1), *np.quantile(abs(values), (0.5, 0.9, 0.99, 1))]
        got = [found[what][name] for name in ("mean", "sd", "median", "q90", "q99", "largest")]
        assert np.allclose(got, wanted, rtol=1e-9), (mode, what, got, wanted)
ra, rb = ([matrix(t["euler_angles"][i]) for i in rows] for t, rows in ((a, first), (b, second)))
angle = np.array([np.degrees(2 * np.arcsin(min(1, np.linalg.norm(x - y) / 8**0.5))) for x, y in zip(ra, rb)])
view = np.array([np.degrees(2 * np.arcsin(min(1, np.linalg.norm(x[2] - y[2]) / 2))) for x, y in zip(ra, rb)])
shift = np.linalg.norm(a["shifts"][:][first] - b["shifts"][:][second], axis=1)
for name, values in (("orientation", angle), ("direction", view), ("shift", shift)):
    wanted = [values.mean(), *np.quantile(values, (0.5, 0.9, 0.99))]
    assert np.allclose([both[name][q] for q in ("mean", "median", "q90", "q99")], wanted, rtol=1e-6, atol=1e-5), name
worst = both["worst"]
assert len(worst) == 4 and worst[0]["row_second"] == 6 and 10 in [row["row_second"] for row in worst], worst
distances = [row["distance"] for row in worst]
assert distances == sorted(distances, reverse=True)
assert all(b["image"].asstr()[row["row_second"] - 1] == row["image"] == a["image"].asstr()[row["row_first"] - 1] for row in worst)
assert [row["row_first"] for row in both["rows"]] == [1, 30, 31] and both["rows"][0]["row_second"] is None
far = next(row for row in worst if row["row_second"] == 6)
assert abs(far["amplitudes"]["9"] - (b["amplitudes"][5, 1] - a["amplitudes"][far["row_first"] - 1, 2])) < 1e-9

one = json.load(open("one1.json"))
order = np.argsort(a["score"][:])[:4] + 1
assert [row["row"] for row in one["worst"]] == list(order)
seven = one["rows"][0]
assert seven["row"] == 7 and seven["image"] == a["image"].asstr()[6] and seven["state"] == "done"
assert seven["amplitudes"]["8"] == a["amplitudes"][6, 1] and seven["tilt"] == a["euler_angles"][6, 1]
assert seven["amplitude_errors"]["9"] == a["standard_errors"][6, 2] and seven["outlier"] in (True, False)
whole = json.load(open("all.json"))
assert whole["done"] == 60 and whole["modes"] == [7, 8, 9] and abs(whole["score"]["mean"] - a["score"][:].mean()) < 1e-12
END
refused 1 'has 60 rows' inspect a.h5 --rows 61
refused 1 'no number' inspect a.h5 --rows x
refused 2 'modes.h5: is no table of results' inspect modes.h5 --json
refused 2 'modes.h5: is no table of results' inspect a.h5 modes.h5
echo "compare: all well"
