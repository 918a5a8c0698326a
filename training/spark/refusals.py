"""What a Spark job failed of, as one sentence, where the cluster's operator can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyspark
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from detector import errors
from detector.errors import BadInput


def _hadoop_version() -> str:
    """The version of Hadoop in Spark's own jars, which a connector has to be of."""
    jars = Path(pyspark.__file__).parent / "jars"
    found = sorted(jars.glob("hadoop-client-api-*.jar"))
    return found[0].stem.removeprefix("hadoop-client-api-") if found else "VERSION"


_OUR_OWN: Final = re.compile(r"detector\.errors\.(\w+): (.*)")
_CAUSES: Final = (
    (
        re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'"),
        "a Spark worker has no Python package {0!r}: install suspicious-seller-detector[spark] on "
        "each worker, for the Python that runs there (PYSPARK_PYTHON)",
    ),
    (
        re.compile(r"worker has different version: ([\d.]+) than that in driver: ([\d.]+)"),
        "a Spark worker runs Python {0}, this command Python {1}: set PYSPARK_PYTHON to a Python "
        "{1} that each worker has, with suspicious-seller-detector[spark] installed",
    ),
    (
        re.compile(r'Cannot run program "([^"]+)"'),
        "a Spark worker has no program {0}: set PYSPARK_PYTHON to a Python that each worker has",
    ),
    (
        re.compile(r"Class (org\.apache\.hadoop\.fs\.\S+) not found"),
        "Spark cannot read such addresses by itself ({0} is missing): name the connector by "
        "--spark-conf spark.jars.packages=…, for s3a:// org.apache.hadoop:hadoop-aws:"
        f"{_hadoop_version()}",
    ),
    (
        re.compile(r'No FileSystem for scheme "(\w+)"'),
        "Spark cannot read {0}:// by itself: name the connector by --spark-conf "
        "spark.jars.packages=… or spark.jars=…",
    ),
)


def refusal_of(why: Exception) -> errors.Refusal | None:
    """The refusal behind an exception of Spark; None where its cause is not known.

    A refusal that was raised in a worker comes back as itself. A worker without our package, with
    another Python or without one, and a missing connector become BadInput that says what to do.
    """
    said = str(why)
    own = _OUR_OWN.search(said)
    kind = getattr(errors, own[1], None) if own else None
    if own is not None and isinstance(kind, type) and issubclass(kind, errors.Refusal):
        return kind(own[2].strip())
    for pattern, sentence in _CAUSES:
        found = pattern.search(said)
        if found:
            return BadInput(sentence.format(*found.groups()))
    return None


@contextmanager
def refusals_raised() -> Iterator[None]:
    """Raise an exception of Spark as the refusal behind it, where there is one."""
    try:
        yield
    except (PySparkException, Py4JError) as why:
        refusal = refusal_of(why)
        if refusal is None:
            raise
        raise refusal from why
