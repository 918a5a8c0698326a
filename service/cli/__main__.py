"""`python -m service.cli` is `detector`."""

from service.cli import main

main()
