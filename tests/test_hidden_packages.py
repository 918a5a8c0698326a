"""Files of a user's own may be called like our packages: each case says so in one sentence."""

import json
import os
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest

from suspicious_seller_detector import ROOT, hidden_in, hides, need_packages

NAMES = ("detector", "models", "training", "service")
NEEDED = {
    "models": ("detector",),
    "training": ("detector", "models"),
    "service": ("detector", "models", "training"),
}


def write_file(folder, name):
    path = folder / f"{name}.py"
    path.write_text("mine = True\n")
    return path


def write_package(folder, name):
    path = folder / name / "__init__.py"
    path.parent.mkdir()
    path.write_text("mine = True\n")
    return path


def write_compiled(folder, name):
    """Leave what remains of a module whose source is gone."""
    source, path = write_file(folder, name), folder / f"{name}.pyc"
    py_compile.compile(str(source), cfile=str(path))
    source.unlink()
    return path


HIDING = pytest.mark.parametrize("write", [write_file, write_package, write_compiled])


def run(folder, *words, beside=True, **more):
    """Run Python as from a notebook in a folder: the folder comes first, then what is installed."""
    path = os.pathsep.join([str(folder), ROOT] if beside else [ROOT])
    env = os.environ | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
    words = [sys.executable, *words]
    return subprocess.run(words, capture_output=True, text=True, cwd=folder, env=env, **more)


def sentence(name, path):
    return (
        f"{path} hides the package '{name}' of suspicious-seller-detector; rename it, or start "
        "Python in another directory"
    )


@HIDING
@pytest.mark.parametrize("asked", NEEDED)
def test_what_needs_a_hidden_package_says_so(tmp_path, write, asked):
    for name in NEEDED[asked]:
        folder = tmp_path / name
        folder.mkdir()
        path = write(folder, name)
        done = run(folder, "-c", f"import {asked}")
        assert done.returncode == 1
        expected = f"HiddenPackage: {sentence(name, path)}"
        assert done.stderr.strip().splitlines()[-1].endswith(expected)


@HIDING
@pytest.mark.parametrize("name", ["models", "training"])
def test_the_forest_works_beside_them_with_a_warning(tmp_path, write, name):
    path = write(tmp_path, name)
    done = run(tmp_path, "-c", "from detector.forest import IsolationForest")
    assert done.returncode == 0
    assert sentence(name, path) in done.stderr
    done = run(tmp_path, "-c", "from detector import SpikeDetector")
    assert done.stderr.strip().splitlines()[-1].endswith(sentence(name, path))
    assert done.returncode == 1


@HIDING
@pytest.mark.parametrize("name", NAMES)
def test_the_command_ends_with_one_line(tmp_path, write, name):
    path = write(tmp_path, name)
    code = "from suspicious_seller_detector import main; main()"
    done = run(tmp_path, "-c", code)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {sentence(name, path)}\n"
    done = run(tmp_path, "-c", code, "db", "current", "--json")
    assert json.loads(done.stderr)["detail"] == sentence(name, path)


def test_the_commands_module_says_so_too(tmp_path):
    path = write_file(tmp_path, "models")
    done = run(tmp_path, "-m", "service.cli", "--version")
    assert done.returncode == 1
    assert sentence("models", path) in done.stderr
    assert "AttributeError" not in done.stderr


def test_a_folder_that_is_no_package_hides_nothing(tmp_path):
    """As `detector train` itself makes a folder `models` where it is run."""
    for name in NAMES:
        (tmp_path / name / "artifacts").mkdir(parents=True)
    done = run(tmp_path, "-W", "error", "-c", "from detector import SpikeDetector")
    assert done.stderr == ""
    assert hidden_in(str(tmp_path)) == {}


def test_nor_does_it_where_ours_are_installed_in_place(tmp_path):
    """An editable installation finds packages last, after all folders."""
    (tmp_path / "models" / "artifacts").mkdir(parents=True)
    code = f"""
import sys
from importlib.util import spec_from_file_location
class Editable:
    def find_spec(self, name, path, target=None):
        if name in {("detector", "models", "training", "service")}:
            at = "{ROOT}/" + name
            return spec_from_file_location(
                name, at + "/__init__.py", submodule_search_locations=[at]
            )
        if name == "suspicious_seller_detector":
            return spec_from_file_location(name, "{ROOT}/suspicious_seller_detector.py")
sys.path = [p for p in sys.path if p != "{ROOT}"]
sys.meta_path = [one for one in sys.meta_path if "editable" not in repr(one)] + [Editable()]
from detector import SpikeDetector
import models
print(models.__file__)
"""
    done = run(tmp_path, "-W", "error", "-c", code)
    assert done.stderr == ""
    assert Path(done.stdout.strip()) == Path(ROOT) / "models" / "__init__.py"


def test_a_module_that_was_imported_before_hides_ours(tmp_path):
    path = write_file(tmp_path, "training")
    code = "import sys, training; sys.path.remove(sys.path[0]); import service"
    done = run(tmp_path, "-c", code)
    assert sentence("training", path) in done.stderr
    made = "import sys, types; sys.modules['models'] = types.ModuleType('models'); import service"
    assert sentence("models", "a module without a file") in run(tmp_path, "-c", made).stderr


def test_a_directory_is_looked_at_before_anything_is_started_there(tmp_path):
    paths = {name: str(write_file(tmp_path, name)) for name in ("models", "service")}
    assert hidden_in(str(tmp_path)) == paths
    assert hidden_in(ROOT) == {}


def test_here_nothing_is_hidden():
    need_packages(*NAMES)
    assert {hides(name) for name in NAMES} == {None}
