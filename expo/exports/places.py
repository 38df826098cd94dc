"""The venues for maps: GeoJSON (RFC 7946)."""

from __future__ import annotations

import json

from flask import current_app

from expo.expos.models import Expo
from expo.programme import hours
from expo.publishing import queries as publishing


def as_geojson(expo: Expo) -> bytes:
    """Every venue where something takes place; one without a position has no geometry (RFC 7946, section 3.2).
    Opening hours are written as OpenStreetMap does."""
    home = f"{current_app.config['EXPO'].base_url.rstrip('/')}/{expo.slug}/venues/"
    features = []
    for venue in publishing.venues(expo.id):
        said = hours.read(venue.opening_hours)
        placed = not venue.is_online and venue.latitude is not None and venue.longitude is not None
        features.append(
            {
                "type": "Feature",
                "id": venue.slug,
                # Longitude first (RFC 7946, section 3.1.1).
                "geometry": {"type": "Point", "coordinates": [venue.longitude, venue.latitude]}
                if placed
                else None,
                "properties": {
                    "name": venue.name,
                    "address": venue.address,
                    "city": venue.city,
                    "online": venue.is_online,
                    "access": venue.access_notes,
                    "step_free_route": venue.step_free_route,
                    "opening_hours": hours.osm(said) if said else None,
                    "url": f"{home}{venue.slug}",
                },
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
