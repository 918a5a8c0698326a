"""Sellers that were re-keyed: one name ends as another begins, and both are one seller."""

from detector.rekeying.proposals import Rekeying, rekeyings_in
from detector.rekeying.sentences import sentence_of

__all__ = ["Rekeying", "rekeyings_in", "sentence_of"]
