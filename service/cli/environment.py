"""Settings from the environment and from files: one TOML file, and a file each for secrets.

Files end up in the environment, where every command looks. A variable that is set there already
counts more than the settings file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from detector.errors import BadInput

if TYPE_CHECKING:
    from service.settings import Settings

PREFIX: Final = "DETECTOR_"
SETTINGS_FILE: Final = "DETECTOR_SETTINGS"
"""Names the settings file."""
SECRET_FILE: Final = "_FILE"  # noqa: S105 - the end of a variable's name
"""Ends the name of a variable that names a file in which the value of another stands."""
TESTS: Final = "DETECTOR_TEST_"
"""Begins what only our tests read."""


def variables_in_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that files add to an environment.

    Raises BadInput where a file cannot be read, names what is no setting, or says a second time
    what a variable says.
    """
    secret = {
        name.removesuffix(SECRET_FILE): path
        for name, path in environment.items()
        if name.startswith(PREFIX) and name.endswith(SECRET_FILE)
    }
    settings_file = environment.get(SETTINGS_FILE)
    if not secret and settings_file is None:
        return {}
    found = {} if settings_file is None else _variables_of(Path(settings_file))
    known = names_of_settings()
    for name, path in secret.items():
        if name not in known:
            raise BadInput(f"{name}{SECRET_FILE}: there is no setting {name}{_near(name)}")
        if name in environment:
            raise BadInput(f"{name} and {name}{SECRET_FILE} are both set; leave one of them out")
        found[name] = _read(f"{name}{SECRET_FILE}", Path(path)).rstrip("\r\n")
    return {name: value for name, value in found.items() if name not in environment}


def names_of_settings() -> frozenset[str]:
    """Return the variables of all settings."""
    from service.settings import Settings

    return frozenset(f"{PREFIX}{name.upper()}" for name in Settings.model_fields)


def notes_on_unknown(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that looks like a setting and is none."""
    known = names_of_settings()
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name.startswith(TESTS) or name == SETTINGS_FILE:
            continue
        if name.removesuffix(SECRET_FILE) not in known:
            yield f"{name} is no setting and changes nothing{_near(name)}"


def settings_of(**given: Any) -> Settings:  # noqa: ANN401 - each setting has its own type
    """Settings from the environment, with what the command line says on top.

    A variable that looks like a setting and is none is told. Raises BadInput when one of them is
    not what it must be.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from service.settings import Settings

    for note in notes_on_unknown(os.environ):
        typer.echo(f"note: {note}", err=True)
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        fault = error.errors()[0]
        name = "_".join(str(part) for part in fault["loc"]).upper()
        where = f"DETECTOR_{name}" if name else "settings"
        raise BadInput(f"{where}: {fault['msg'].removeprefix('Value error, ')}") from None
    except SettingsError as error:  # one that is JSON, such as DETECTOR_OIDC_ROLES, and is not
        raise BadInput(f"settings: {error}") from None


def _variables_of(path: Path) -> dict[str, str]:
    import json
    import tomllib

    try:
        table = tomllib.loads(_read(SETTINGS_FILE, path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{SETTINGS_FILE}: {path} is not TOML: {error}") from None

    def text_of(value: Any) -> str:  # noqa: ANN401 - TOML
        return value if isinstance(value, str) else json.dumps(value, default=str)

    known = names_of_settings()
    found = {f"{PREFIX}{name.upper()}": text_of(value) for name, value in table.items()}
    for name in found:
        if name not in known:
            word = name.removeprefix(PREFIX).lower()
            raise BadInput(f"{SETTINGS_FILE}: {path}: there is no setting {word}{_near(name)}")
    return found


def _read(variable: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{variable}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{variable}: {path} is not UTF-8 text") from None


def _near(name: str) -> str:
    near = get_close_matches(name, names_of_settings(), n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else ""
