"""The rules of the house that a compiler does not check: who may include whom, and how long a file may be.

    house.py includes SOURCE_DIR     #include edges between the modules of src/ and mpi/
    house.py lengths SOURCE_DIR      no source file above 400 lines
    house.py names SOURCE_DIR        no two headers define a type of the same name: the linker would mix them up
    house.py format SOURCE_DIR       clang-format has nothing to change
    house.py shell SOURCE_DIR        shellcheck is content with the scripts
    house.py self                    the checks above find what they are made to find
"""

import pathlib
import re
import subprocess
import sys
import tempfile

# module: what it may use; what those may use, it may use too.
USES = {
    "core": [],
    "structure": ["core"],
    "modes": ["structure"],
    "imaging": ["core"],
    "maps": ["structure"],
    "particles": ["maps", "imaging"],
    "selection": ["imaging"],
    "synthesis": ["imaging"],
    "alignment": ["imaging", "modes"],
    "learning": ["synthesis", "alignment", "particles"],
    "landscape": ["imaging", "structure"],
    "verification": ["alignment", "landscape"],
    "reconstruction": ["imaging"],
    "report": ["landscape", "modes", "alignment", "verification", "reconstruction"],
    "cli": ["core"],
    "options": ["cli", "modes", "synthesis", "alignment", "learning", "particles", "landscape", "reconstruction"],
}
# Folders of mpi/: what the ranks do together of the folder of src/ that has the same name, so all of src/, and of mpi/ these.
MPI_USES = {
    "comm": [],
    "run": ["comm"],
    "storage": ["run"],
    "linalg": ["comm"],
    "particles": ["storage"],
    "selection": ["particles"],
    "modes": ["linalg", "storage"],
    "alignment": ["particles", "modes"],
    "synthesis": ["particles", "modes"],
    "learning": ["particles", "selection", "modes", "synthesis"],
    "landscape": ["alignment", "selection"],
    "reconstruction": ["particles"],
    "verification": ["alignment", "reconstruction"],
    "commands": ["alignment", "synthesis", "learning", "landscape", "reconstruction", "verification"],
}
GENERATED = {"elastem_version.hpp"}  # made by mpi/run/CMakeLists.txt
LONGEST = 400
CODE = {".cpp", ".hpp"}
TYPE = re.compile(r"^(?:struct|class|enum class) (\w+)\s*(?:final\s*)?[:{]", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def reachable(module, uses):
    """`module` and all that it may use, directly or through others."""
    found = {module}
    for used in uses[module]:
        found |= reachable(used, uses)
    return found


def sources(root, *folders, suffixes=CODE):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def included(path):
    """(line number, bracket, name) of each #include."""
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def edge_fault(relative, bracket, name):
    """Why the file at `relative` may not include `name`, or None."""
    top, module = relative.parts[0], relative.parts[1]
    if name.startswith("torch/") and (top, module) != ("src", "learning"):
        return "torch is included in src/learning only"
    if bracket == "<":
        return "src/ never includes mpi.h" if top == "src" and re.match(r"mpi(-ext)?\.h$", name) else None
    first = name.split("/")[0]
    if top == "src":
        if first == "mpi" or name == "mpi.h":
            return "src/ knows nothing of mpi/"
        if module not in USES:
            return f"unknown module src/{module}"
        if first not in reachable(module, USES):
            return f"{module} may use only {sorted(reachable(module, USES))}"
        return None
    if len(relative.parts) == 2:  # mpi/main.cpp
        return None
    if module not in MPI_USES:
        return f"unknown folder mpi/{module}"
    if first == "mpi":
        if name.split("/")[1] not in reachable(module, MPI_USES):
            return f"mpi/{module} may use only {sorted(reachable(module, MPI_USES))} of mpi/"
    elif first not in USES and name not in GENERATED:
        return "neither a module of src/ nor a path from mpi/"
    return None


def include_faults(root):
    for path in sources(root, "src", "mpi"):
        relative = path.relative_to(root)
        for number, bracket, name in included(path):
            fault = edge_fault(relative, bracket, name)
            if fault:
                yield f"{relative}:{number}: #include {name}: {fault}"


def length_faults(root):
    for path in sources(root, "src", "mpi", "tests", "scripts", "slurm", suffixes=CODE | {".sh", ".py"}):
        lines = len(path.read_text(errors="replace").splitlines())
        if lines > LONGEST:
            yield f"{path.relative_to(root)}: {lines} lines, more than {LONGEST}: split it"


def name_faults(root):
    places = {}
    for path in sources(root, "src", "mpi", suffixes={".hpp"}):
        for name in TYPE.findall(path.read_text(errors="replace")):
            places.setdefault(name, []).append(str(path.relative_to(root)))
    for name, found in places.items():
        if len(found) > 1:
            yield f"{name} is defined in {' and '.join(found)}: rename one"


def format_faults(root):
    files = [str(path) for path in sources(root, "src", "mpi", "tests")]
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    for place in sorted({line.split(":")[0] for line in run.stderr.splitlines() if ": error: " in line}):
        yield f"{place}: run clang-format -i on it"
    if run.returncode != 0 and ": error: " not in run.stderr:
        yield run.stderr


def shell_faults(root):
    files = [str(path) for path in sources(root, "scripts", "slurm", "tests", suffixes={".sh", ".sbatch"})]
    run = subprocess.run(["shellcheck", "-x", "-S", "warning", *files], capture_output=True, text=True, cwd=root)
    if run.returncode != 0:
        yield run.stdout + run.stderr


def self_faults():
    """Each forbidden edge is found, and each allowed one is not."""
    forbidden = [
        ("src/imaging/a.cpp", '#include "modes/normal_modes.hpp"'),
        ("src/core/a.hpp", '  #  include "structure/structure.hpp"'),
        ("src/cli/a.cpp", '#include "imaging/ctf.hpp"'),
        ("src/landscape/a.cpp", '#include "report/plot.hpp"'),
        ("src/maps/a.cpp", '#include <mpi.h>'),
        ("src/maps/a.cpp", '#include "mpi/comm/communicator.hpp"'),
        ("src/alignment/a.cpp", '#include <torch/torch.h>'),
        ("mpi/learning/a.cpp", '#include <torch/torch.h>'),
        ("mpi/comm/a.cpp", '#include "mpi/storage/result_table.hpp"'),
    ]
    allowed = [
        ("src/learning/a.cpp", '#include <torch/torch.h>\n#include "core/error.hpp"\n#include "imaging/ctf.hpp"'),
        ("src/modes/a.cpp", '#include "core/units.hpp"\n#include "structure/structure.hpp"\n#include <vector>'),
        ("mpi/commands/a.cpp", '#include "mpi/storage/result_table.hpp"\n#include "maps/mrc.hpp"\n#include <mpi.h>'),
    ]
    for content, wanted in [(edge, 1) for edge in forbidden] + [(edge, 0) for edge in allowed]:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            file = root / content[0]
            file.parent.mkdir(parents=True)
            file.write_text(content[1] + "\n")
            if len(list(include_faults(root))) != wanted:
                yield f"{content}: {wanted} faults were wanted"
            file.write_text("\n" * (LONGEST + 1))
            if not list(length_faults(root)):
                yield f"{content[0]}: a file of {LONGEST + 1} lines passed"
            for other in ("src/core/twice.hpp", "src/maps/twice.hpp"):
                (root / other).parent.mkdir(parents=True, exist_ok=True)
                (root / other).write_text("struct Twice {\n  int once;\n};\n")
            if len(list(name_faults(root))) != 1:
                yield "two types of one name passed"


def main():
    check = sys.argv[1]
    if check == "self":
        faults = list(self_faults())
    else:
        faults = list({"includes": include_faults, "lengths": length_faults, "names": name_faults, "format": format_faults,
                       "shell": shell_faults}[check](pathlib.Path(sys.argv[2])))
    print("\n".join(faults) if faults else f"{check}: nothing to complain about")
    return 1 if faults else 0


sys.exit(main())
