"""The application, for any WSGI server."""

from expo.app import create_app

app = create_app()
