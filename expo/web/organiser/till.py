"""The desk's till: what each person took today, what should lie there in cash, and the count that closes it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from expo.core import clock
from expo.core.money import Money
from expo.core.refusals import ChangedMeanwhile
from expo.payment import counting
from expo.reports import timeline
from expo.web.context import this_expo
from expo.web.forms import TextLine, needed, short
from expo.web.texts import _l
from expo.web.words import PAY_METHODS

from . import blueprint, lists
from .money import ids, sellers
from .ticket_forms import MoneyForm


class CountForm(MoneyForm):
    """What was found in a till."""

    seller = HiddenField()
    taken_by = HiddenField()
    should = HiddenField()
    currency = HiddenField()
    counted = TextLine(_l("Counted"), [needed(_l("How much lies there?")), short(20)])
    note = TextLine(
        _l("Note"), [short(300)], description=_l("Needed where it is more or less than expected.")
    )

    def is_of(self, till: counting.Taken) -> bool:
        """Whether it was sent for this till."""
        sent = (self.seller.data, self.taken_by.data, self.currency.data)
        return sent == (str(till.seller_id), till.taken_by, till.amount.currency)


@blueprint.get("/organise/money/till")
def till() -> ResponseReturnValue:
    return _page()


@blueprint.post("/organise/money/till")
def count_till() -> ResponseReturnValue:
    form = CountForm(request.form)
    own = {str(one.id): one for one in sellers()}
    seller = own.get(form.seller.data or "") or abort(404)
    till = next((one for one in counting.uncounted(this_expo().id, [seller.id]) if form.is_of(one)), None)
    if till is None:
        raise ChangedMeanwhile(_("This till was counted already. Look again."))
    currency = till.amount.currency
    expected = Money(lists.number(form.should.data), currency)
    amount = form.amount("counted", currency) if form.validate() else 0
    if form.errors:
        return _page(form), 422
    if form.accepts(
        lambda: counting.count(
            seller=seller,
            taken_by=till.taken_by,
            expected=expected,
            counted=amount,
            note=form.note.data or "",
        )
    ):
        flash(_("Counted and closed. What comes from now on stands in the next count."), "success")
        return redirect(url_for("organiser.till"), code=303)
    return _page(form), form.status


def _page(form: CountForm | None = None) -> str:
    own = sellers()
    today = datetime.combine(clock.now().astimezone(this_expo().zone).date(), time(), this_expo().zone)
    day = (today.astimezone(UTC), (today + timedelta(days=1)).astimezone(UTC))
    taken = counting.taken(this_expo().id, ids(own), *day)
    open_ = counting.uncounted(this_expo().id, ids(own))
    counts = counting.counts(this_expo().id, ids(own))
    people = {one.taken_by for one in [*taken, *open_]} | {
        who for one in counts for who in (one.taken_by, one.counted_by)
    }
    return render_template(
        "organiser/till.html",
        taken=taken,
        tills=[(one, _form_of(one, form)) for one in open_],
        came=form,
        counts=counts,
        sellers={one.id: one for one in own},
        names=timeline.names_of(people),
        methods=PAY_METHODS,
    )


def _form_of(one: counting.Taken, sent: CountForm | None) -> CountForm:
    """The form of a till; the one that came back, where it is this one's."""
    if sent is not None and sent.is_of(one):
        sent.should.data = str(one.amount.minor)
        return sent
    prefix = f"till-{one.seller_id}-{one.taken_by.replace(':', '-')}-{one.amount.currency}"
    form = CountForm(None)
    for field in form:
        field.id = f"{prefix}-{field.short_name}"
        field.label.field_id = field.id
    form.seller.data, form.taken_by.data = str(one.seller_id), one.taken_by
    form.currency.data = one.amount.currency
    form.should.data = str(one.amount.minor)
    return form
