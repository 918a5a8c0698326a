from detector.compiled import compiled


def test_a_function_that_numba_cannot_keep_on_disk_is_compiled_all_the_same():
    scope = {}
    exec("def double(x): return 2 * x", scope)
    assert compiled(scope["double"])(21) == 42
