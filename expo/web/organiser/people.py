"""The desk's list: who wants to come, found by whatever is known of them, and what is done to many at once."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.desk import actions, deciding, filters
from expo.desk import queries as desk
from expo.desk.models import COLOURS, SavedFilter
from expo.exports import people as exports
from expo.programme import queries as programme
from expo.programme.words import Deed
from expo.registration import queries as registrations
from expo.registration.actions import Decided
from expo.registration.models import WAITING, Registration
from expo.registration.refusals import TicketsGone, WrongStep
from expo.web.context import this_expo, visitor
from expo.web.forms import PlainForm, TextLine, needed, short
from expo.web.texts import _l
from expo.web.words import CATEGORIES, REGISTRATION_KINDS, REGISTRATION_STATES

from . import blueprint, lists, mine, people_asked


class DecisionForm(PlainForm):
    """A decision. Saying no needs a reason, which the person reads."""

    expected = (WrongStep, TicketsGone)

    reason = TextLine(
        _l("Reason"),
        [needed(_l("Say why: the person reads it.")), short(1000)],
        description=_l("The person reads it in the letter."),
    )


class ApprovalForm(PlainForm):
    """Saying yes, with a few words if there are any to say."""

    expected = (WrongStep, TicketsGone)

    note = TextLine(_l("Note"), [short(1000)], description=_l("The person reads it in the letter."))


class TagForm(PlainForm):
    """A word to stick to those that are ticked."""

    word = TextLine(_l("New tag"), [short(40)])


class FilterForm(PlainForm):
    """A name for the filter that the list has now."""

    name = TextLine(_l("Name of the filter"), [needed(_l("Give the filter a name.")), short(60)])


@blueprint.get("/organise/people")
def people() -> ResponseReturnValue:
    return _list_page(DecisionForm())


@blueprint.post("/organise/people/decide")
def decide() -> ResponseReturnValue:
    """Approve or refuse those that are ticked. One that cannot be decided keeps none of the others waiting."""
    mine.somewhere(Deed.DECIDE)
    form, decision = DecisionForm(request.form), request.form.get("decision")
    ticked = _ticked()
    if decision not in ("approve", "refuse"):
        flash(_("Say whether to approve or to refuse."), "warning")
        return _list_page(form, {one.id for one in ticked}), 422
    refuse_them = decision == "refuse"
    if refuse_them and not form.validate():
        return _list_page(form, {one.id for one in ticked}), 422
    waiting = [one for one in ticked if one.state in WAITING]
    if not ticked:
        flash(_("Nobody was ticked."), "warning")
    elif len(waiting) < len(ticked):
        settled = len(ticked) - len(waiting)
        flash(
            ngettext("%(num)s needed no decision.", "%(num)s needed no decision.", settled),
            "info",
        )
    decided = deciding.decide(
        waiting, mine.rights(), refuse_them=refuse_them, note=(form.reason.data or "") if refuse_them else ""
    )
    return _decided(decided, refuse_them)


@blueprint.get("/organise/people/all")
def ask_all() -> ResponseReturnValue:
    """Everybody whom the filter finds and who waits: how many, before it is done."""
    return _all_page(DecisionForm(), ApprovalForm())


@blueprint.post("/organise/people/all")
def decide_all() -> ResponseReturnValue:
    """Decide on all of them, if they are still as many as the page said."""
    mine.somewhere(Deed.DECIDE)
    form, yes = DecisionForm(request.form), ApprovalForm(request.form)
    decision = request.form.get("decision")
    if decision not in ("approve", "refuse"):
        flash(_("Say whether to approve or to refuse."), "warning")
        return _all_page(form, yes), 422
    refuse_them = decision == "refuse"
    scope, wish = people_asked.scope(Deed.DECIDE), people_asked.wish()
    if not (form if refuse_them else yes).validate():
        return _all_page(form, yes), 422
    if deciding.waiting_count(scope, wish) != lists.number(request.form.get("found")):
        flash(_("Meanwhile it is another number. Look again before you decide."), "warning")
        return _all_page(form, yes), 409
    found = registrations.of_desk(scope.conferences, deciding.waiting_ids(scope, wish))
    note = (form.reason if refuse_them else yes.note).data or ""
    return _decided(deciding.decide(found, mine.rights(), refuse_them=refuse_them, note=note), refuse_them)


@blueprint.post("/organise/people/tags")
def tag_many() -> ResponseReturnValue:
    """Stick a tag to those that are ticked, or take it off."""
    mine.somewhere(Deed.DECIDE)
    ticked = _ticked()
    if not ticked:
        flash(_("Nobody was ticked."), "warning")
        return redirect(people_asked.here(), code=303)
    known = people_asked.tag_or_none(request.form.get("tag"), this_expo().id)
    form = TagForm(request.form)
    if request.form.get("do") == "remove":
        if known is None:
            flash(_("Choose the tag to take off."), "warning")
        else:
            count = actions.untag(registrations=ticked, tag=known)
            flash(
                ngettext("%(num)s has lost the tag %(tag)s.", "%(num)s have lost the tag %(tag)s.", count, tag=known.word),
                "success",
            )  # fmt: skip
        return redirect(people_asked.here(), code=303)
    if known is None:
        colour = lists.number(request.form.get("colour"))
        made = []
        if not form.validate() or not form.accepts(
            lambda: made.append(
                actions.make_tag(expo_id=this_expo().id, word=form.word.data or "", colour=colour)
            )
        ):
            return _list_page(DecisionForm(), {one.id for one in ticked}, tag_form=form), 422
        known = made[0]
    count = actions.tag(registrations=ticked, tag=known)
    flash(
        ngettext("%(num)s has the tag %(tag)s now.", "%(num)s have the tag %(tag)s now.", count, tag=known.word),
        "success",
    )  # fmt: skip
    return redirect(people_asked.here(), code=303)


@blueprint.post("/organise/people/filters")
def save_filter() -> ResponseReturnValue:
    """Keep the list's filter under a name."""
    mine.somewhere(Deed.READ_PEOPLE)
    slug = lists.asked("conference")
    conference = mine.conference(slug, Deed.READ_PEOPLE) if slug else None
    form = FilterForm(request.form)
    who = visitor()
    assert who is not None
    assert who.account_id is not None
    account_id = who.account_id
    if form.validate() and form.accepts(
        lambda: actions.save_filter(
            expo_id=this_expo().id,
            account_id=account_id,
            conference=conference,
            name=form.name.data or "",
            query=people_asked.query(),
        )
    ):
        flash(_("The filter is kept. Its address can be handed on."), "success")
        return redirect(people_asked.here(), code=303)
    return _list_page(DecisionForm(), filter_form=form), 422


@blueprint.post("/organise/people/filters/<int:filter_id>/forget")
def forget_filter(filter_id: int) -> ResponseReturnValue:
    mine.somewhere(Deed.READ_PEOPLE)
    found = next((one for one in _saved() if one.id == filter_id), None) or abort(404)
    who = visitor()
    if found.account_id != (who and who.account_id):
        mine.rights().require(Deed.DECIDE, found.conference_id)
    name = found.name
    actions.forget_filter(saved=found)
    flash(_("The filter %(name)s is gone.", name=name), "success")
    return redirect(url_for("organiser.people"), code=303)


def _ticked() -> list[Registration]:
    ids = {lists.number(text) for text in request.form.getlist("registration")}
    return registrations.of_desk(mine.conference_ids(Deed.DECIDE), ids)


def _saved() -> list[SavedFilter]:
    who = visitor()
    return desk.saved_filters(
        this_expo().id,
        who.account_id if who else None,
        mine.conference_ids(Deed.READ_PEOPLE),
        whole_expo=mine.may(Deed.READ_PEOPLE),
    )


def _decided(decided: Decided, refused: bool) -> ResponseReturnValue:
    """Back to the list; where some could not be, a page that names them."""
    if decided.done:
        flash(_said(refused, len(decided.done)), "success")
    if not decided.refused:
        return redirect(people_asked.here(), code=303)
    ids = [one.id for one, _no in decided.refused]
    again = {one.id: one for one in registrations.of_desk(mine.conference_ids(Deed.DECIDE), ids)}
    return render_template(
        "organiser/people_done.html",
        left=[(again[one_id], no.message) for (_one, no), one_id in zip(decided.refused, ids, strict=True)],
        back=people_asked.here(),
    )


def _said(refused: bool, count: int) -> str:
    if refused:
        return ngettext("%(num)s is refused.", "%(num)s are refused.", count)
    return ngettext("%(num)s is approved.", "%(num)s are approved.", count)


def _all_page(form: DecisionForm, yes: ApprovalForm) -> str:
    mine.somewhere(Deed.DECIDE)
    scope, wish = people_asked.scope(Deed.DECIDE), people_asked.wish()
    found = deciding.waiting_count(scope, wish)
    tickets = desk.ticket_types(scope.conferences)
    return render_template(
        "organiser/people_all.html",
        form=form,
        yes=yes,
        found=found,
        most=deciding.MOST,
        chips=people_asked.chips(wish, mine.conferences(Deed.DECIDE), tickets, desk.tags(this_expo().id)),
        kept=people_asked.kept(),
        back=people_asked.here(),
    )


def _list_page(
    form: DecisionForm,
    ticked: set[int] | None = None,
    *,
    tag_form: TagForm | None = None,
    filter_form: FilterForm | None = None,
) -> str:
    mine.somewhere(Deed.READ_PEOPLE)
    scope, wish = people_asked.scope(), people_asked.wish()
    conferences = mine.conferences(Deed.READ_PEOPLE)
    tags, tickets = desk.tags(this_expo().id), desk.ticket_types(scope.conferences)
    facets = filters.facets(scope, wish, with_tags=bool(tags))
    part = lists.page_of_so_many(facets.total)
    part.rows = desk.page(scope, wish, most=lists.SIZE, after=part.skipped)
    ids = [one.id for one in part.rows]
    decidable = (
        frozenset(mine.conference_ids(Deed.DECIDE)) if mine.rights().anywhere(Deed.DECIDE) else frozenset()
    )
    return render_template(
        "organiser/people.html",
        form=form,
        tag_form=tag_form or TagForm(),
        filter_form=filter_form or FilterForm(),
        part=part,
        ticked=ticked or set(),
        tab_list=people_asked.tabs(wish, facets),
        choices=people_asked.choices(wish, facets, tickets, tags, len(conferences) > 1),
        chips=people_asked.chips(wish, conferences, tickets, tags),
        conferences=conferences,
        wish=wish,
        noted=facets.noted,
        sorts=[(key.value, text, key is wish.sort) for key, text in people_asked.SORTS.items()],
        scope=scope,
        decidable=decidable,
        to_decide=sum(facets.to_decide[one.id] for one in tickets if one.conference_id in decidable),
        tags=tags,
        colours=range(1, COLOURS + 1),
        tags_of=desk.tags_of(ids),
        notes_of=desk.note_counts(scope, ids),
        saved=_saved(),
        has_sealed=any(one.is_sealed for one in exports.answered(scope, sealed=True)),
        kept=people_asked.kept(),
        states=REGISTRATION_STATES,
        kinds=REGISTRATION_KINDS,
        categories=CATEGORIES,
        waits=WAITING,
        may_walk_in=mine.rights().anywhere(Deed.WALK_IN),
        here=people_asked.here,
        conference=programme.conference(this_expo().id, lists.asked("conference")),
    )
