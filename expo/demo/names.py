"""Swedish for the names by which the demo sorts its sessions, and hours for two of its places. The data set has
neither; the hours are illustrative, as most of its sessions are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from expo.expos.models import Expo
from expo.programme import naming, places, queries
from expo.programme.hours import Hours

TRACKS = {
    "Booth": "Monter", "Break": "Paus", "Breakfast": "Frukost", "Care": "Omsorg", "Circular": "Cirkulärt",
    "City life": "Stadsliv", "Climate": "Klimat", "Closing": "Avslutning", "Collaboration": "Samverkan",
    "Congress": "Kongress", "Construction": "Byggande", "Consumption": "Konsumtion", "Culture": "Kultur",
    "Democracy": "Demokrati", "Digital": "Digitalt", "Ecosystems": "Ekosystem", "Energy": "Energi",
    "Evening": "Kväll", "Evenings": "Kvällar", "Field trips": "Studiebesök",
    "Fifteen minutes": "Femtonminutersstaden", "Finance": "Finansiering", "Food": "Mat",
    "Governance": "Styrning", "Green cities": "Gröna städer", "Green city": "Grön stad",
    "Guided tours": "Guidade turer", "Housing": "Boende", "Leadership": "Ledarskap", "Learning": "Lärande",
    "Legacy": "Det som blir kvar", "Logistics": "Logistik", "Lunch talks": "Lunchsamtal", "Mobility": "Mobilitet",
    "Nature": "Natur", "Network": "Nätverk", "New districts": "Nya stadsdelar", "Opening": "Invigning",
    "Outcome": "Resultat", "Participation and resistance": "Delaktighet och motstånd",
    "Partnerships": "Partnerskap", "Places": "Platser", "Planning": "Planering", "Plenary": "Plenum",
    "Procurement": "Upphandling", "Reception": "Mottagning", "Regions": "Regioner", "Registration": "Incheckning",
    "Renewal": "Förnyelse", "Reviews": "Uppföljning", "Safety": "Trygghet", "Sea": "Havet",
    "Showcase": "Visning", "Side event": "Sidoarrangemang", "Space": "Rymden", "Staff": "Personal",
    "Strategy": "Strategi", "Synergies": "Synergier", "Trade": "Handel", "Travel": "Resor", "Try it": "Prova på",
    "Water": "Vatten", "Welcome": "Välkommen", "Youth": "Unga",
}  # fmt: skip
AREAS = {"City centre": "Centrum"}
DAYTIME, LATE, SHORT = ((600, 1080),), ((600, 1200),), ((600, 960),)  # 10 to 18, to 20, to 16
HOURS = {
    "H22-paviljongen": Hours((DAYTIME,) * 7, {date(2022, 6, 24): ()}),
    "Stadsbiblioteket": Hours((LATE,) * 5 + (SHORT,) * 2, {date(2022, 6, 6): SHORT, date(2022, 6, 24): ()}),
}


def tell(expo: Expo) -> None:
    """Give tracks and areas their Swedish names, and two places their hours."""
    conferences = [conference.id for conference in queries.conferences(expo.id)]
    for track in (track for some in queries.tracks_of(conferences).values() for track in some):
        if track.name in TRACKS:
            naming.rename(track, name=track.name, names={"sv": TRACKS[track.name]})
    for area in queries.areas(expo.id):
        if area.name in AREAS:
            naming.rename(area, name=area.name, names={"sv": AREAS[area.name]})
    for venue in queries.venues(expo.id):
        if venue.name in HOURS:
            draft = replace(places.draft_of_venue(venue), hours=HOURS[venue.name])
            places.save_venue(expo=expo, draft=draft, venue=venue)
