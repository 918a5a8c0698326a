"""What a cluster lacks is said in one sentence; what nobody foresaw stays whole."""

import pytest

from detector.errors import BadArtifact, BadInput
from tests.parts import need_module

need_module("pyspark")
from py4j.protocol import Py4JError  # noqa: E402 - only where pyspark is there

from training.spark.refusals import refusal_of, refusals_raised  # noqa: E402


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "    return cloudpickle.loads(obj)\nModuleNotFoundError: No module named 'training'\n",
            "a Spark worker has no Python package 'training': install",
        ),
        (
            "[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.12 than that in "
            "driver: 3.11, PySpark cannot run with different minor versions.",
            "a Spark worker runs Python 3.12, this command Python 3.11: set PYSPARK_PYTHON",
        ),
        (
            'java.io.IOException: Cannot run program "/opt/py": error=2, No such file or directory',
            "a Spark worker has no program /opt/py: set PYSPARK_PYTHON",
        ),
        (
            "ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found",
            r"S3AFileSystem is missing\): .* org\.apache\.hadoop:hadoop-aws:\d+\.\d+\.\d+$",
        ),
        (
            'UnsupportedFileSystemException: No FileSystem for scheme "oss"',
            "Spark cannot read oss:// by itself",
        ),
    ],
)
def test_what_a_cluster_lacks_is_one_sentence(said, sentence):
    with pytest.raises(BadInput, match=sentence), refusals_raised():
        raise Py4JError(said)


def test_a_refusal_of_a_worker_comes_back_as_itself():
    found = refusal_of(Py4JError("  raise\ndetector.errors.BadArtifact: it is damaged\n  at java"))
    assert isinstance(found, BadArtifact)
    assert str(found) == "it is damaged"


@pytest.mark.parametrize("said", ["out of memory", "detector.errors.Unheard: of", ""])
def test_what_nobody_foresaw_stays_whole(said):
    with pytest.raises(Py4JError), refusals_raised():
        raise Py4JError(said)
