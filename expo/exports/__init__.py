"""The released programme in forms that other programs read: frab's schedule, and rows for a spreadsheet."""
