"""The channel permutation of reverse complement as a tensor."""

import torch

from ._groups import check_groups, permutation


def channel_permutation_from_groups(group_sizes: list[int] | tuple[int, ...]) -> torch.Tensor:
    """Returns the permutation of channels under reverse complement, as cherimoya's function does.

    Within each group the channels are reversed; groups keep their order.

    Parameters
    ----------
    group_sizes : list of int
        The number of channels of each group, ``[1, 2]`` for an unstranded track and a stranded
        pair.

    Returns
    -------
    torch.LongTensor, shape (sum(group_sizes),)
        ``y[perm].flip(-1)`` is the reverse complement of ``y``.

    Raises
    ------
    ValueError
        If ``group_sizes`` is not a non-empty list of positive integers.

    Examples
    --------
    >>> from atemoya import channel_permutation_from_groups
    >>> channel_permutation_from_groups([1, 2])
    tensor([0, 2, 1])
    """
    check_groups(group_sizes, label="group_sizes")
    return torch.tensor(permutation(group_sizes), dtype=torch.long)
