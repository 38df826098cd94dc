"""What an organiser types about a question; `read()` gives a typed draft."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from flask_babel import gettext as _
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from expo.core.refusals import ChangedMeanwhile, Refusal
from expo.programme.words import Role
from expo.questions.actions import LONGEST_LABEL, LONGEST_TEXT, QuestionDraft
from expo.questions.models import OF_SEVERAL, Kind, Question, told
from expo.questions.refusals import Promised
from expo.registration.models import Category, TicketType
from expo.web.filters import capital, language_name, this_language
from expo.web.forms import DayField, LineList, TextLine, VersionedForm, needed, short
from expo.web.texts import _l
from expo.web.words import CATEGORIES, ROLES

from .text_fields import offered

KINDS: dict[Kind, str] = {
    Kind.TEXT: _l("A line of text"),
    Kind.LONG_TEXT: _l("Several lines of text"),
    Kind.CHOICE: _l("One of several options"),
    Kind.CHOICES: _l("Any of several options"),
    Kind.NUMBER: _l("A number"),
    Kind.DATE: _l("A date"),
    Kind.COUNTRY: _l("A country"),
    Kind.FILE: _l("A file: PDF, JPEG or PNG"),
    Kind.PHOTO: _l("A photo"),
    Kind.ACCESS: _l("Access needs"),
    Kind.DIET: _l("Food"),
}
_TEXTS = ("label", "hint", "purpose")


def _ticks(label: str, **options: Any) -> SelectMultipleField:
    return SelectMultipleField(
        label, coerce=str, choices=[], validate_choice=True,
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), **options,
    )  # fmt: skip


class QuestionForm(VersionedForm):
    """A question; `for_languages` makes the fields of its texts."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (Promised, ChangedMeanwhile)
    languages: ClassVar[tuple[str, ...]] = ()

    kind = SelectField(
        _l("What sort of answer"), choices=lambda: [(kind.value, said) for kind, said in KINDS.items()]
    )
    required = BooleanField(_l("Has to be answered"))
    tickets = _ticks(_l("Only with these tickets"), description=_l("None ticked: with any."))
    categories = _ticks(_l("Only of these"), description=_l("None ticked: of everybody."))
    depends_on = SelectField(_l("Only if this was answered"), choices=[], default="")
    depends_on_values = _ticks(
        _l("… with one of these"), description=_l("None ticked: whatever the answer was.")
    )
    is_sealed = BooleanField(
        _l("Sealed: kept encrypted, and only the roles below read the answers"),
        description=_l("For health, access needs, passports. Each reading is written down."),
    )
    readers = _ticks(_l("Who may read sealed answers"))
    change_until = DayField(
        _l("Can be changed until"), description=_l("Empty: until the last day of the conference.")
    )
    keep_until = DayField(
        _l("Answers are kept until"),
        [needed(_l("Say until when: the answers are deleted after that day."))],
        description=_l("Whoever answers is shown this day. Afterwards it can only come sooner."),
    )

    def settle(self, kinds: list[TicketType], earlier: list[Question]) -> None:
        """What can be chosen, from what the conference has."""
        language = this_language()
        self.earlier = earlier
        self.tickets.choices = [(str(kind.id), kind.name) for kind in kinds]
        self.categories.choices = [(one.value, said) for one, said in CATEGORIES.items()]
        self.readers.choices = [(one.value, said) for one, said in ROLES.items()]
        self.depends_on.choices = [
            ("", _("Always ask it")),
            *((str(one.id), told(one.labels, language)) for one in earlier),
        ]
        self.depends_on_values.choices = [
            (f"{one.id}:{option['key']}", f"{told(one.labels, language)}: {told(option['labels'], language)}")
            for one in earlier
            if one.kind in OF_SEVERAL
            for option in one.options
        ]

    @property
    def text_groups(self) -> list[tuple[str, list[Any]]]:
        """Each language with its fields."""
        return [
            (capital(language_name(code)), [self[f"{name}_{code}"] for name in (*_TEXTS, "options")])
            for code in self.languages
        ]

    def read(self) -> QuestionDraft:
        """The draft that was typed; what is ticked of another question than the chosen one is left out."""
        on = self.depends_on.data or ""
        wanted = [pair.partition(":") for pair in self.depends_on_values.data or ()]
        lines = {code: self[f"options_{code}"].data or () for code in self.languages}
        count = max((len(some) for some in lines.values()), default=0)
        return QuestionDraft(
            kind=Kind(self.kind.data),
            labels=self._texts("label"),
            hints=self._texts("hint"),
            purposes=self._texts("purpose"),
            options=tuple(
                {code: some[at] for code, some in lines.items() if at < len(some)} for at in range(count)
            ),
            required=bool(self.required.data),
            is_sealed=bool(self.is_sealed.data),
            readers=frozenset(Role(word) for word in self.readers.data or ()),
            categories=frozenset(Category(word) for word in self.categories.data or ()),
            ticket_type_ids=frozenset(int(number) for number in self.tickets.data or ()),
            depends_on_id=int(on) if on else None,
            depends_on=tuple(key for number, _colon, key in wanted if number == on),
            change_until=self.change_until.data,
            keep_until=self.keep_until.data,
        )

    def _texts(self, name: str) -> dict[str, str]:
        return {code: self[f"{name}_{code}"].data or "" for code in self.languages}


def form_of(draft: QuestionDraft | None, sent: Any = None, version: int = 0) -> QuestionForm:
    """The form of a question as it is saved, or as it was sent."""
    languages = tuple(dict.fromkeys([*offered(), *(draft.labels if draft else ())]))
    data: dict[str, Any] = {"version": version}
    if draft is not None:
        for code in languages:
            data[f"label_{code}"] = draft.labels.get(code, "")
            data[f"hint_{code}"] = draft.hints.get(code, "")
            data[f"purpose_{code}"] = draft.purposes.get(code, "")
            data[f"options_{code}"] = tuple(one.get(code, "") for one in draft.options)
        data |= {
            "kind": draft.kind.value,
            "required": draft.required,
            "is_sealed": draft.is_sealed,
            "readers": [one.value for one in draft.readers],
            "categories": [one.value for one in draft.categories],
            "tickets": [str(one) for one in draft.ticket_type_ids],
            "depends_on": str(draft.depends_on_id or ""),
            "depends_on_values": [f"{draft.depends_on_id}:{key}" for key in draft.depends_on],
            "change_until": draft.change_until,
            "keep_until": draft.keep_until,
        }
    form = _made(languages)(sent, data=data)
    for code in languages:
        name = language_name(code)
        form[f"label_{code}"].label.text = _("Question in %(language)s", language=name)
        form[f"hint_{code}"].label.text = _("Help in %(language)s", language=name)
        form[f"purpose_{code}"].label.text = _("What for, in %(language)s", language=name)
        form[f"options_{code}"].label.text = _("Options in %(language)s", language=name)
    return form


@lru_cache(maxsize=16)
def _made(languages: tuple[str, ...]) -> type[QuestionForm]:
    fields: dict[str, Any] = {"languages": languages}
    for code in languages:
        fields[f"label_{code}"] = TextLine("", [short(LONGEST_LABEL)])
        fields[f"hint_{code}"] = TextLine("", [short(LONGEST_TEXT)])
        fields[f"purpose_{code}"] = TextLine(
            "", [short(LONGEST_TEXT)], description=_l("The person reads it beside the question.")
        )
        fields[f"options_{code}"] = LineList(
            "",
            description=_l(
                "One per line, in the same order in each language. For food and access, empty means our list."
            ),
        )
    return type(QuestionForm.__name__, (QuestionForm,), fields)
