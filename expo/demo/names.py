"""Swedish for the names by which the demo sorts its sessions: the data set has none."""

from __future__ import annotations

from expo.expos.models import Expo
from expo.programme import naming, queries

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


def tell(expo: Expo) -> None:
    """Give tracks and areas their Swedish names."""
    conferences = [conference.id for conference in queries.conferences(expo.id)]
    for track in (track for some in queries.tracks_of(conferences).values() for track in some):
        if track.name in TRACKS:
            naming.rename(track, name=track.name, names={"sv": TRACKS[track.name]})
    for area in queries.areas(expo.id):
        if area.name in AREAS:
            naming.rename(area, name=area.name, names={"sv": AREAS[area.name]})
