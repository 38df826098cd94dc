"""A few of the demo's texts in the other language, and two days of the calendar. The data set has neither: the
translations say what its own texts say and no more, and what is illustrative stays so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from expo.expos.models import Expo
from expo.programme import actions, outside, queries
from expo.programme.drafts import OutsideEventDraft, Text
from expo.programme.values import draft_of_conference, draft_of_session
from expo.publishing import actions as publishing

# By the code of the session: in which language it is written, and the text in the other one.
SESSIONS = {
    "H22-001": ("en", Text("sv", "Staden öppnar sina dörrar", "En kort välkomsthälsning i paviljongen på den första av de trettiofem dagarna, med kartor, volontärer och den första guidade promenaden, som ger sig av kvart i elva.")),
    "H22-005": ("sv", Text("en", "Opening night with Sundets Brass", "Brass on the square on the first evening.")),
    "H22-009": ("en", Text("sv", "Att misslyckas billigt", "Tre berättelser om försök som slutade tidigt och väl.")),
    "H22-012": ("en", Text("sv", "Invigningen av H22 City Expo", "Ceremonin nedanför det medeltida tornet: invigningstal av kronprinsessan, musik, cirkus, luftakrobatik och dans.")),
    "H22-019": ("sv", Text("en", "The library as a workplace", "About a new library that is drawn together with its borrowers.")),
    "H22-028": ("en", Text("sv", "Pappersprototyper av offentliga tjänster", "Sax, lim och en riktig tjänst.")),
    "H22-032": ("en", Text("sv", "Från rivningslov till återbrukslov", "Städer som ber om en lista över delarna innan ett hus rivs.")),
}  # fmt: skip
CONFERENCES = {
    "h22-city-expo": ("en", Text("sv", body="En stadsmässa i trettiofem dagar om en smartare och hållbarare stad. Det finns inget stängsel: torg, kajer, salar och hem är mässområdet, och det mesta är gratis.", note="Oceanhamnen, Sea U, Drottninghög, centrum och satelliter")),
    "h22-50-session": ("en", Text("sv", body="En dag om hur städer engagerar företag, civilsamhälle och akademi för att nå de globala målen; namnet anspelar på Stockholm+50.")),
    "urban-future-2022": ("en", Text("sv", note="flera platser")),
}  # fmt: skip
DAYS = {date(2022, 6, 6): "Sveriges nationaldag", date(2022, 6, 24): "Midsommarafton"}


def tell(expo: Expo) -> None:
    """Give these sessions and conferences their second language, and publish it."""
    for slug, (written_in, text) in CONFERENCES.items():
        conference = queries.conference(expo.id, slug)
        if conference is not None:
            hosts = queries.hosts([conference.id])[conference.id]
            draft = replace(draft_of_conference(conference, hosts), text_language=written_in, texts=(text,))
            actions.save_conference(expo=expo, draft=draft, conference=conference, parent=conference.parent)
    for code, (written_in, text) in SESSIONS.items():
        session = queries.session(expo.id, code)
        if session is not None:
            told = replace(draft_of_session(session), text_language=written_in, texts=(text,))
            actions.edit_session(session=session, draft=told, parent=session.parent)
    publishing.publish(expo=expo, note="Svenska och engelska")
    for day, title in DAYS.items():
        starts = datetime.combine(day, time.min, expo.zone)
        ends = datetime.combine(day + timedelta(days=1), time.min, expo.zone)
        outside.save_outside_event(expo=expo, draft=OutsideEventDraft(title, starts, ends, language="sv"))
