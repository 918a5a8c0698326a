"""Every refusal of the system, as one tree.

    Refusal              something was asked for that cannot be done
    ├── BadInput         a file, row, field or argument is not what the format says
    ├── BadPolicy        a policy file breaks the policy's schema
    ├── BadArtifact      a trained artifact is damaged, foreign or of another feature contract
    ├── NotEnoughHistory the history is too small for what was asked
    ├── GateRefused      a version did not pass the gate, and no reason is given to use it
    ├── ModelPinned      the version in use is pinned, so no other takes its place
    └── TrainingUnderWay another training writes into the same directory

A refusal's message says what, where and what to do. The service adds its own refusals below
`Refusal` (in `service.refusals`) and maps each to one HTTP status; the command line prints the
message and exits with 1.
"""


class Refusal(Exception):  # noqa: N818 - it is a refusal, not a malfunction
    """Something was asked for that cannot be done."""


class BadInput(Refusal):
    """A file, row, field or argument is not what the format says."""


class BadPolicy(Refusal):
    """A policy file breaks the policy's schema."""


class BadArtifact(Refusal):
    """A trained artifact is damaged, foreign or of another feature contract."""


class NotEnoughHistory(Refusal):
    """The history is too small for what was asked."""


class GateRefused(Refusal):
    """A version did not pass the gate, and no reason is given to use it all the same."""


class ModelPinned(Refusal):
    """The version in use is pinned, so no other takes its place."""


class TrainingUnderWay(Refusal):
    """Another training writes into the same directory."""
