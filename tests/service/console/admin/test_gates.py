"""The admin's pages are for admins."""

import re

import pytest

from service.console.router import ADMIN
from service.roles import READERS, Role

ROUTES = [route for router in ADMIN for route in router.routes]


@pytest.mark.parametrize("role", sorted(READERS - {Role.ADMIN}))
def test_others_neither_see_nor_change_anything(sign_in, role):
    known = sign_in(role)
    for route in ROUTES:
        path = re.sub(r"\{[^}]+\}", "1", route.path)
        for method in route.methods:
            sent = known.form(path) if method == "POST" else known.get(path)
            assert sent.status_code == 403, (method, path)
    assert 'href="/admin' not in known.get("/queue").text
