"""`python -m expo` is the program `expo`."""

from expo.cli import main

main()
