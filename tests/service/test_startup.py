"""What is loaded at the start is looked through no more."""

import gc

from service.startup import prepare_process


def test_the_collector_passes_over_what_was_there_at_the_start():
    seen = len(gc.get_objects())
    try:
        prepare_process()
        assert gc.get_freeze_count() > seen / 2
        assert len(gc.get_objects()) < seen / 2
    finally:
        gc.unfreeze()
