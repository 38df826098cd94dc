from expo.core.refusals import BadInput, Refusal


class WrongPassword(Refusal):
    """Address and password do not belong together. Says the same whether the account exists or not."""

    code = "wrong_password"
    status = 422


class EmailTaken(Refusal):
    """There is already an account with this address."""

    code = "email_taken"
    status = 422


class LinkIsOver(Refusal):
    """A mailed link that was used, or is too old, or never was."""

    code = "link_is_over"
    status = 410


class NotOneHuman(Refusal):
    """Two persons who cannot be brought together: of other addresses, of an account, or gone meanwhile."""

    code = "not_one_human"


class AlreadyProtected(Refusal):
    """The person has an alias already: their name is sealed."""

    code = "already_protected"


class NotProtected(Refusal):
    """The person has no alias that could be changed or taken off."""

    code = "not_protected"


class AliasSaysName(BadInput):
    """An alias that has a word of the real name in it hides nothing."""

    code = "alias_says_name"
