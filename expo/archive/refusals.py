from expo.core.refusals import Refusal


class FolderInUse(Refusal):
    """The folder holds something that is no copy of an expo."""

    code = "folder_in_use"
