from service.cli.progress import progress


def test_nothing_is_shown_where_nobody_watches(capsys):
    with progress("working") as advanced:
        advanced(1, 2)
        advanced(2, 2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.strip() == ""
