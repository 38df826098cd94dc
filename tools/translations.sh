#!/bin/sh
# Gathers the texts of code and templates, brings each language's catalogue up to date, builds it.
# A new language: mkdir -p expo/translations/fi/LC_MESSAGES, then run this.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-expo/translations}
babel=.venv/bin/pybabel
pot=$(mktemp)
trap 'rm -f "$pot"' EXIT INT TERM

# No line numbers and no width: a moved line would otherwise change every catalogue.
$babel --quiet extract -F pyproject.toml -k _l -k _n:1,2 -k lazy_gettext --no-location --sort-output --no-wrap \
    --project Expo --copyright-holder "the Expo authors" -o "$pot" .
for place in "$folder"/*/LC_MESSAGES; do
    [ -d "$place" ] || continue
    language=$(basename "$(dirname "$place")")
    if [ -f "$place/messages.po" ]; then
        $babel --quiet update --ignore-pot-creation-date --no-fuzzy-matching --no-wrap -N -i "$pot" -o "$place/messages.po" -l "$language"
    else
        $babel --quiet init --no-wrap -i "$pot" -o "$place/messages.po" -l "$language"
    fi
done
$babel --quiet compile --statistics -d "$folder"
