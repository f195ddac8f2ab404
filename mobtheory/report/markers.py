"""Pages of which a part, between two markers, is made by a program."""


def between_markers(page: str, markers: tuple[str, str], text: str) -> str:
    """Put a text between the markers of a page.

    Parameters
    ----------
    page : the page as it is
    markers : where the text begins and ends
    text : replaces what stands there

    Returns
    -------
    str
        The page with the text.

    Raises
    ------
    ValueError
        If the page has not each marker once.
    """
    begin, end = markers
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"the page must hold {begin!r} and {end!r} once each")
    before, rest = page.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n{text}\n{end}{after}"
