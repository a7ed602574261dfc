"""Counts what CTest's JUnit reports say: count_tests.py REPORT… prints the tests that did not pass, by name, and then
'N passed, N failed, N skipped'. Exits with 1 when a test failed or no test ran."""

import sys
import xml.etree.ElementTree


def outcome(case):
    """passed, failed or skipped; a test whose program is missing counts as failed."""
    if case.get("status") == "run":
        return "passed"
    skipped = case.find("skipped")
    reason = skipped.get("message", "") if skipped is not None else ""
    return "skipped" if case.get("status") in ("notrun", "disabled") and "SKIP" in reason else "failed"


counts = {"passed": 0, "failed": 0, "skipped": 0}
for report in sys.argv[1:]:
    try:
        cases = xml.etree.ElementTree.parse(report).getroot().iter("testcase")
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        print(f"failed: {report}: {error}")
        counts["failed"] += 1
        continue
    for case in cases:
        result = outcome(case)
        counts[result] += 1
        if result != "passed":
            print(f"{result}: {case.get('name')} ({report})")
print("{passed} passed, {failed} failed, {skipped} skipped".format(**counts))
sys.exit(1 if counts["failed"] or not counts["passed"] else 0)
