from tests.checkin.doors import at_noon  # noqa: F401  doors are open then
