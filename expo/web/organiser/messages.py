"""Messages to many: to whom, in which words; a look at it; and, as a second step, sending it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from wtforms import RadioField

from expo.accounts import queries as accounts
from expo.core import limits
from expo.delegations import queries as delegations
from expo.desk.filters import PeopleFilter
from expo.messages import actions, queries, segments
from expo.messages.models import Message, MessageState
from expo.messages.refusals import AlreadySent, NobodyThere, OthersThanShown
from expo.messages.segments import Segment
from expo.programme import queries as programme
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.publishing import queries as publishing
from expo.reports import timeline
from expo.web.context import offered_languages, this_expo, visitor
from expo.web.filters import country_name, language_name
from expo.web.forms import PlainForm, TextBlock, TextLine, needed, short
from expo.web.texts import _l
from expo.web.words import CATEGORIES, REGISTRATION_STATES

from . import blueprint, lists, mine, people_asked, words


class MessageForm(PlainForm):
    """The words in each language of the expo, and whether everybody needs them."""

    expected = (AlreadySent,)

    kind = RadioField(
        _l("Do all need to read it?"),
        [needed(_l("Choose one of the two."))],
        choices=lambda: [
            ("needed", _("Yes: it is about their visit. It goes to everybody.")),
            ("wanted", _("No: it is news or an offer. It goes to those who have not declined such letters.")),
        ],
    )

    def texts(self) -> actions.Texts:
        return {
            code: (str(self[f"subject_{code}"].data or ""), str(self[f"body_{code}"].data or ""))
            for code in offered_languages()
        }


def _form(message: Message | None) -> Any:
    """With a subject and a text for each language."""
    parts: dict[str, Any] = {}
    for code in offered_languages():
        name = language_name(code)
        parts[f"subject_{code}"] = TextLine(
            _l("Subject, in %(language)s") % {"language": name}, [short(200)], render_kw={"lang": code}
        )
        parts[f"body_{code}"] = TextBlock(
            _l("Text, in %(language)s") % {"language": name},
            [short(actions.LONGEST)],
            render_kw={"lang": code, "rows": 10, "dir": "auto"},
        )
    before: dict[str, str] = {}
    if message is not None:
        before["kind"] = "needed" if message.needed else "wanted"
        for code, text in message.texts.items():
            before |= {f"subject_{code}": text["subject"], f"body_{code}": text["body"]}
    form = type("MessageFormHere", (MessageForm,), parts)
    return form(request.form if request.method == "POST" else None, data=before)


@blueprint.get("/organise/messages")
def messages() -> ResponseReturnValue:
    mine.somewhere(Deed.DECIDE)
    found = queries.messages(
        this_expo().id, mine.conference_ids(Deed.DECIDE), whole_expo=mine.may(Deed.DECIDE)
    )
    return render_template(
        "organiser/messages.html",
        messages=found,
        progress=queries.progress([one.id for one in found]),
        names=timeline.names_of(one.author for one in found),
        subject=subject,
        to_whom=to_whom,
        conferences=mine.conferences(Deed.DECIDE),
    )


@blueprint.route("/organise/messages/new", methods=["GET", "POST"])
def new_message() -> ResponseReturnValue:
    """To whom stands in the address: `conference`, and a filter of the desk, `occurrence` or `delegation`."""
    conference, segment = _asked()
    form = _form(None)
    kept: list[Message] = []

    def act() -> None:
        kept.append(
            actions.save(
                expo_id=this_expo().id,
                conference=conference,
                segment=segment,
                texts=form.texts(),
                needed=form.kind.data == "needed",
            )
        )

    if request.method == "POST" and form.validate() and form.accepts(act):
        return redirect(url_for("organiser.message", message_id=kept[0].id), code=303)
    shown = Message(
        expo_id=this_expo().id, conference_id=conference and conference.id, segment=segment, needed=True
    )
    shown.conference = conference
    page = _editor(form, shown, url_for("organiser.messages"))
    return page, form.status if request.method == "POST" else 200


@blueprint.get("/organise/messages/<int:message_id>")
def message(message_id: int) -> ResponseReturnValue:
    return _page(_mine(message_id))


@blueprint.route("/organise/messages/<int:message_id>/edit", methods=["GET", "POST"])
def edit_message(message_id: int) -> ResponseReturnValue:
    found = _mine(message_id)
    back = url_for("organiser.message", message_id=found.id)
    if found.state is not MessageState.DRAFT:
        return redirect(back, code=303)
    form = _form(found)

    def act() -> None:
        actions.save(
            expo_id=found.expo_id,
            conference=found.conference,
            segment=found.segment,
            texts=form.texts(),
            needed=form.kind.data == "needed",
            message=found,
        )

    if request.method == "POST" and form.validate() and form.accepts(act):
        return redirect(back, code=303)
    return _editor(form, found, back), form.status if request.method == "POST" else 200


@blueprint.post("/organise/messages/<int:message_id>/send")
def send_message(message_id: int) -> ResponseReturnValue:
    found = _mine(message_id)
    try:
        count = actions.send(message=found, shown=lists.number(request.form.get("shown")))
    except (OthersThanShown, NobodyThere) as no:
        return _page(_mine(message_id), no.message), no.status
    except AlreadySent as no:
        flash(no.message, "info")
    else:
        said = ngettext("It goes to one person.", "It goes to %(num)s people.", count)
        flash(said, "success")
    return redirect(url_for("organiser.message", message_id=message_id), code=303)


@blueprint.post("/organise/messages/<int:message_id>/test")
def try_message(message_id: int) -> ResponseReturnValue:
    """To the author's own address, so that it can be read in a mailbox."""
    found = _mine(message_id)
    who = visitor()
    account = accounts.account(who.account_id) if who and who.account_id else None
    if account is None:
        abort(404)
    limits.count("message_test", str(account.id), most=20, within=timedelta(hours=1))
    actions.send_to_author(message=found, account=account)
    flash(_("A letter of each language is on its way to %(address)s.", address=account.email), "success")
    return redirect(url_for("organiser.message", message_id=found.id), code=303)


@blueprint.post("/organise/messages/<int:message_id>/discard")
def discard_message(message_id: int) -> ResponseReturnValue:
    actions.discard(message=_mine(message_id))
    flash(_("The draft is thrown away."), "success")
    return redirect(url_for("organiser.messages"), code=303)


def _mine(message_id: int) -> Message:
    """A message of one of the visitor's conferences, or 404; of the whole expo only for those who look after it."""
    mine.somewhere(Deed.DECIDE)
    found = queries.message(this_expo().id, message_id)
    if found is None or not mine.may(Deed.DECIDE, found.conference_id):
        abort(404)
    return found


def _asked() -> tuple[Conference | None, Segment]:
    """Whose people, and which of them."""
    slug = lists.asked("conference")
    conference = mine.conference(slug, Deed.DECIDE) if slug else None
    if conference is None:
        mine.rights().require(Deed.DECIDE, None)
    if code := lists.asked("occurrence"):
        occurrence = programme.occurrence(this_expo().id, code)
        if occurrence is None or conference is None or occurrence.session.conference_id != conference.id:
            abort(404)
        return conference, segments.booked(occurrence)
    if code := lists.asked("delegation"):
        delegation = delegations.delegation(this_expo().id, code) or abort(404)
        return conference, segments.delegation(delegation)
    wish = people_asked.wish()
    plain = PeopleFilter(sort=wish.sort)
    return conference, segments.registered() if wish == plain else segments.people(wish)


def subject(message: Message) -> str:
    """What it is called in lists: the subject in the reader's language, if it has one."""
    return str(queries.words_for(message, str(get_locale() or "en"))[1]["subject"])


def to_whom(message: Message) -> str:
    """The segment in words."""
    segment = message.segment
    if segment["kind"] == "booked":
        occurrence = programme.occurrence(message.expo_id, segment["code"])
        item = publishing.item(message.expo_id, segment["occurrence"])
        title = item.title if item else occurrence.session.title if occurrence else "?"
        when = words.span(item.starts_at, item.ends_at, item.time_zone) if item else ""
        return _("Everybody who is booked: %(what)s", what=", ".join(filter(None, (title, when))))
    if segment["kind"] == "delegation":
        found = delegations.delegation(message.expo_id, segment["code"])
        return _("Everybody of the delegation %(name)s", name=found.name if found else "?")
    wish = segments.wish_of(segment)
    parts = [
        str(REGISTRATION_STATES[wish.state]) if wish.state else "",
        str(CATEGORIES[wish.category]) if wish.category else "",
        country_name(wish.country) if wish.country else "",
        people_asked.waiting_label(wish.waiting) if wish.waiting else "",
        _("Has a note") if wish.noted else "",
        f"“{wish.words}”" if wish.words else "",
        *people_asked.named(message.expo_id, wish),
    ]
    return _("Registrations: %(filters)s", filters=", ".join(filter(None, parts)) or _("all"))


def _editor(form: MessageForm, message: Message, back: str) -> str:
    return render_template(
        "organiser/message_edit.html",
        form=form,
        message=message,
        to=to_whom(message),
        count=queries.count(message),
        codes=offered_languages(),
        back=back,
    )


def _page(message: Message, fault: str = "") -> str:
    draft = message.state is MessageState.DRAFT
    progress = queries.progress([message.id]).get(message.id)
    part = lists.page_of_so_many(progress.people if progress else 0)
    part.rows = [] if draft else queries.log(message, most=lists.SIZE, after=part.skipped)
    return render_template(
        "organiser/message.html",
        message=message,
        draft=draft,
        fault=fault,
        to=to_whom(message),
        subject=subject(message),
        letters=queries.preview(message),
        count=queries.count(message) if draft else 0,
        sample=queries.sample(message) if draft else [],
        readers=queries.languages(message) if draft else {},
        language_name=language_name,
        progress=progress,
        part=part,
        author=timeline.names_of([message.author])[message.author],
    )
