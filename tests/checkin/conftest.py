from tests.checkin.doors import at_noon

__all__ = ["at_noon"]
