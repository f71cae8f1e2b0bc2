"""What a file of a chain is refused for."""

from signing.container import ContainerInvalid


class ChainInvalid(ContainerInvalid):
    """The bytes are not a file of a chain as `pack_chain` writes it."""

    code = "ChainInvalid"
