"""The application, for any WSGI server."""

from expo.app import create_web_worker

app = create_web_worker()
