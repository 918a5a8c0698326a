"""A session is good while it is used, and ends with what it rests on."""

import pytest
from sqlalchemy import select

from detector.durations import HOUR_US
from service.callers.operator import OPERATOR
from service.callers.revoking import revoke
from service.console.sessions import actions
from service.console.sessions.actions import Limits
from service.console.sessions.tables import login_links, sessions
from service.http.access.keys import Caller, key_id_of, key_of
from service.refusals import SessionEnded
from service.roles import Role

LIMITS = Limits(idle=HOUR_US, total=12 * HOUR_US)


def begun(service, role=Role.MODERATOR, key=None):
    key_id = key_id_of(key or service.key(role, "Ana"))
    with service.context.database.writing() as connection:
        caller = Caller("Ana", role, key_id)
        now = service.clock.now
        return actions.begin(connection, caller, key_id=key_id, browser="Firefox", now=now)


def look(service, cookie):
    with service.context.database.reading() as connection:
        return actions.session_of(connection, cookie, limits=LIMITS, now=service.clock.now)


def test_a_session_gives_what_its_key_gives(either):
    session = look(either, begun(either))
    assert (session.caller.person, session.caller.role) == ("Ana", Role.MODERATOR)


@pytest.mark.parametrize("cookie", ["", ".", "a", "0123456789abcdef.", "é.ü", "a.b.c"])
def test_another_cookie_opens_nothing(service, cookie):
    begun(service)
    with pytest.raises(SessionEnded):
        look(service, cookie)


def test_the_secret_is_compared_whole_and_stored_nowhere(service):
    cookie = begun(service)
    with pytest.raises(SessionEnded):
        look(service, cookie[:-1])
    with service.context.database.reading() as connection:
        row = connection.execute(select(sessions)).one()
    secret = cookie.partition(".")[2]
    assert secret not in repr(row)


def test_unused_it_ends_after_the_idle_time_and_used_at_the_limit(service):
    cookie = begun(service)
    ended = 0
    for _ in range(23):
        service.clock.pass_time(minutes=31)
        session = look(service, cookie)
        assert session.is_due
        with service.context.database.writing() as connection:
            actions.mark_seen(connection, session, limits=LIMITS, now=service.clock.now)
        ended += 1
    service.clock.pass_time(minutes=31)
    with pytest.raises(SessionEnded):
        look(service, cookie)
    assert ended == 23
    other = begun(service)
    service.clock.pass_time(minutes=60)
    with pytest.raises(SessionEnded):
        look(service, other)


def test_it_ends_with_its_key(service):
    key = service.key(Role.MODERATOR, "Ana")
    cookie = begun(service, key=key)
    with service.context.database.writing() as connection:
        revoke(connection, key_id_of(key), now=service.clock.now, caller=OPERATOR)
    with pytest.raises(SessionEnded):
        look(service, cookie)


def test_a_person_ends_one_session_or_all_and_nobody_elses(service):
    first, second = begun(service), begun(service)
    with service.context.database.writing() as connection:
        now = service.clock.now
        actions.end(connection, "Ben", now=now)
        actions.end(connection, "Ana", now=now, session_id=first.partition(".")[0])
    with pytest.raises(SessionEnded):
        look(service, first)
    assert look(service, second).caller.person == "Ana"


def test_a_link_signs_in_once_within_ten_minutes(service):
    key_id = key_id_of(service.key(Role.ADMIN, "Ana"))
    with service.context.database.writing() as connection:
        once = actions.make_link(connection, key_id, now=service.clock.now)
        late = actions.make_link(connection, key_id, now=service.clock.now)
        caller = actions.caller_by_link(connection, once, now=service.clock.now)
        assert caller == Caller("Ana", Role.ADMIN, key_id)
        with pytest.raises(SessionEnded, match="was used"):
            actions.caller_by_link(connection, once, now=service.clock.now)
        service.clock.pass_time(minutes=10)
        with pytest.raises(SessionEnded, match="older than ten minutes"):
            actions.caller_by_link(connection, late, now=service.clock.now)
        assert once not in repr(connection.execute(select(login_links)).all())
        assert key_of(connection, key_id).revoked_at is None
