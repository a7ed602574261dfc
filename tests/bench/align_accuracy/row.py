"""row.py csv|markdown: the head of the table. row.py csv|markdown SET SEED RANKS EVALUATION.json LOG: a row of it, from what
`elastem evaluate --json` and `elastem align` wrote."""
import json
import re
import sys

HEAD = ["set", "seed", "images", "failed", "found_percent", "error_found_A", "error_all_A", "bound_found_A", "bound_all_A", "ratio_found",
        "ratio_all", "pull_amplitudes_found", "pull_amplitudes_all", "pull_least_found", "pull_most_found",
        "rotation_error_found_deg", "shift_error_found_px", "ms_an_image_and_core"]


def row(name, seed, ranks, evaluation, log):
    printed = json.load(open(evaluation))
    everything, found = printed["all"], printed["found"]
    pulls = [mode["pull_sd"] for mode in found["modes"]] + list(found["pose_pull_sd"].values())
    pulls = [pull for pull in pulls if pull is not None]
    run = re.search(r"(\d+) in this run, ([0-9.]+) s", open(log).read())
    done, seconds = int(run.group(1)), float(run.group(2))
    # What is not known (of images without noise there is no bound, of failed ones no error) is an empty cell.
    figures = [100 * found["count"] / printed["rows"], found["global"]["mean_absolute_error"],
               everything["global"]["mean_absolute_error"], found["global"]["bound"], everything["global"]["bound"],
               found["global"]["ratio"], everything["global"]["ratio"], found["global"]["pull_sd"],
               everything["global"]["pull_sd"], min(pulls, default=None), max(pulls, default=None), found["rotation_error"]["mean"],
               found["shift_error_px"]["mean"]]
    # A run that was interrupted after the last particle has no time of its own.
    cost = f"{1e3 * seconds * int(ranks) / done:.1f}" if done else ""
    return [name, seed, printed["rows"], printed["failed"], *("" if value is None else f"{value:.4g}" for value in figures), cost]


def main():
    form, *arguments = sys.argv[1:]
    cells = [str(cell) for cell in (row(*arguments) if arguments else HEAD)]
    if form == "csv":
        print(",".join(cells))
        return
    print("| " + " | ".join(cells) + " |")
    if not arguments:
        print("|" + "---|" * len(cells))


main()
