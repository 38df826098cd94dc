"""The words that made-up programmes are put together from. Swedish and English, as in a Swedish city."""

from __future__ import annotations

PLACES = (
    "Magasinet", "Kajen", "Pumphuset", "Orangeriet", "Varvet", "Biblioteket", "Stadsparken", "Tornet", "Saluhallen",
    "Järnvägsmuseet", "Badhuset", "Konserthuset", "Gasverket", "Skolan", "Lagret", "Torget", "Vinden", "Bryggan",
)  # fmt: skip
STREETS = ("Hamngatan", "Kungsgatan", "Drottninggatan", "Oceangatan", "Trädgårdsgatan", "Rönnowsgatan")
ACCESS = ("step-free; lift; hearing loop", "step-free", "step-free; accessible toilet", "stairs only", "")
TYPES = ("workshop", "panel", "lecture", "concert", "exhibition", "walk", "screening", "breakfast")
TOPICS = ("Water", "Energy", "Mobility", "Housing", "Care", "Food", "Culture", "Data", "Climate", "Democracy")
MEETINGS = ("Forum", "Summit", "Days", "Dialogue", "Congress", "Assembly")
DOING = (
    "Building", "Sharing", "Rethinking", "Measuring", "Repairing", "Odla", "Bygga", "Möta", "Mäta", "Laga",
    "Listening to", "Designing", "Lära av", "Planting", "Financing",
)  # fmt: skip
THINGS = (
    "eelgrass", "biogas", "gröna tak", "cykelvägar", "district heating", "bostäder", "the night bus", "ljudet",
    "öppna data", "quiet rooms", "regnvatten", "solel", "school meals", "hemtjänst", "timber houses", "välfärden",
    "kvartersråd", "circular concrete", "gränslösa möten", "örtagårdar",
)  # fmt: skip
WHERE = (
    "in the harbour",
    "på Drottninghög",
    "i Oceanhamnen",
    "for all ages",
    "vid sundet",
    "after dark",
    "på torget",
)
WITH = (
    "tillsammans med dem som bor där",
    "with those who built it",
    "step by step",
    "med exempel från tre städer",
)
FIRST_NAMES = (
    "Åsa", "Björn", "Cecilia", "Devika", "Elif", "Fatima", "Göran", "Hanna", "Ibrahim", "Jürgen", "Katarzyna", "Lena",
    "Mårten", "Noor", "Olof", "Þórdís", "Quynh", "Renée", "Søren", "Tove", "Ulrika", "Viktor", "Wilhelmina", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Andersson", "Öberg", "Nguyen", "Haddad", "Lindqvist", "Åkesson", "Müller", "Danielsson", "Kowalska", "Demir",
    "Guðlaugsdóttir", "Strömberg", "Okafor", "Bergström", "García", "Nyström", "Sørensen", "Ek", "Lövgren", "Ahmed",
)  # fmt: skip
TITLES = (
    "Architect",
    "Mayor",
    "Planner",
    "Professor",
    "Nurse",
    "Engineer",
    "Gardener",
    "Director",
    "Poet",
    "",
)
BODIES = ("kommun", "University", "Energi", "Housing", "Water Works", "Museum", "Lab")
CITIES = (
    "Helsingborg",
    "Malmö",
    "Aarhus",
    "Turku",
    "Bergen",
    "Gdańsk",
    "Rotterdam",
    "Turin",
    "Örebro",
    "Umeå",
)
