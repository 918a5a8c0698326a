"""After a reversal: which sanctions still stand, and which pending appeals stay one.

A review keeps, voids or replaces by a milder step. It never issues, lengthens or hardens anything.
"""

from __future__ import annotations

from detector.rules.account import Account
from detector.rules.entry import Entry
from detector.rules.justification import justified_step
from detector.rules.sanction import Sanction


def review(account: Account, now: int, fallen: Entry) -> None:
    """Look at the sanctions again, oldest first, after a ground of an entry stopped standing.

    Only those are touched in whose term the entry counted, and those after one that was voided.
    """
    _look_again(account, now, fallen)
    update_stays(account, now)


def void(account: Account, sanction: Sanction, now: int) -> None:
    """Void one sanction by a person's decision, then look at what was built on it."""
    _void(account, sanction, now)
    _look_again(account, now, None)
    update_stays(account, now)


def update_stays(account: Account, now: int) -> None:
    """Stay the sanctions that would fall if every pending appeal were granted; end other stays."""
    stayable = [
        one
        for one in account.sanctions
        if one.step.stay_on_appeal and not one.is_voided and not one.is_closed_at(now)
    ]
    if not stayable:
        return
    falling = _falling(account, now) if account.pending else set()
    for sanction in stayable:
        sanction.set_stay(now, stayed=sanction in falling)


def _look_again(account: Account, now: int, fallen: Entry | None) -> None:
    is_changed = fallen is None
    for sanction in list(account.sanctions):
        if fallen is not None and not fallen.is_standing and fallen in sanction.because:
            _uncover(account, sanction, fallen, now)
        if sanction.is_voided or sanction.is_closed_at(now):
            continue
        if not (is_changed or _meets(sanction, fallen)):
            continue
        step = justified_step(account, sanction)
        if step == sanction.step_index:
            continue
        is_changed = True
        _void(account, sanction, now)
        _replace(account, sanction, step, now)
        account.advance(now)


def _uncover(account: Account, sanction: Sanction, entry: Entry, now: int) -> None:
    """Let a sanction rest on an entry no more; one that was not served has paid for nothing."""
    sanction.drop_entry(entry)
    if now < sanction.ends_at and account.is_covering(sanction, entry):
        account.covering[entry].remove(sanction)
        account.settle(entry)


def _meets(sanction: Sanction, entry: Entry | None) -> bool:
    """Tell whether an entry counted at some moment of a sanction's term."""
    if entry is None:
        return False
    return entry.opened_at < sanction.ends_at and sanction.issued_at < entry.ends_at


def _falling(account: Account, now: int) -> set[Sanction]:
    """Return what would be voided or made milder if all pending appeals were granted."""
    gone: set[Sanction] = set()
    falling: set[Sanction] = set()
    for sanction in account.sanctions:
        if sanction.is_voided or sanction.is_closed_at(now):
            continue
        step = justified_step(account, sanction, gone, account.pending)
        if step is None:
            gone.add(sanction)
        if step != sanction.step_index:
            falling.add(sanction)
    return falling


def _void(account: Account, sanction: Sanction, now: int) -> None:
    sanction.set_stay(now, stayed=False)
    sanction.voided_at = now
    for entry in sanction.because:
        if account.is_covering(sanction, entry):
            account.settle(entry)
    allowance = sanction.allowance
    if allowance is not None and now < sanction.ends_at:
        account.tallies[sanction.tier.track].allowances.remove(allowance)


def _replace(account: Account, old: Sanction, step: int | None, now: int) -> None:
    """Put a milder step in the place of a voided sanction, if its own shorter term justifies it."""
    place = account.sanctions.index(old) + 1
    while step is not None:
        milder = _milder(account, old, step, now)
        account.sanctions.insert(place, milder)
        justified = justified_step(account, milder)
        if justified == step:
            if milder.is_carried_out:
                account.cover(milder)
            return
        del account.sanctions[place]
        step = justified


def _milder(account: Account, old: Sanction, step: int, now: int) -> Sanction:
    """Return a milder step of a sanction; it keeps the date of issue.

    It needs no approval where the other one had it. In the place of one that was never carried
    out, its term does not begin before now.
    """
    is_carried_out = old.is_carried_out
    milder = Sanction(
        f"{old.id}/{step}",
        old.tier,
        step,
        policy=old.policy,
        issued_at=old.issued_at,
        created_at=now,
        because=list(old.because),
        replaces=old.id,
        awaits_approval=not is_carried_out and account.needs_second_person(old.tier.steps[step]),
    )
    if is_carried_out:
        milder.carry_out(old.carried_out_at)
        milder.ends_at = min(milder.ends_at, old.ends_at)
    elif milder.is_carried_out:
        milder.carry_out(now)
    milder.multiple = old.multiple
    milder.transactions = old.transactions
    milder.levels = old.levels
    return milder
