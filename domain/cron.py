"""Times as in crontab(5): what can be wrong with them, and days of the week by their names."""

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of the month", 1, 31), ("month", 1, 12))
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_cron(text: str) -> None:
    """Of five fields of the right form: raises ValueError for a range that runs backwards, and for a step that leads
    beyond its range."""
    *fields, days = text.split()
    for (name, least, most), field in zip(_FIELDS, fields, strict=True):
        for part in field.split(","):
            span, _, step = part.partition("/")
            first, _, last = span.partition("-")
            begin = least if first == "*" else int(first)
            end = int(last) if last else most if first == "*" or step else begin
            if begin > end:
                raise ValueError(f"the {name} {part} runs backwards")
            if step and int(step) > end - begin:
                raise ValueError(f"the {name} {part} has a step that leads beyond its range")
    days_of_week(days)


def days_of_week(field: str) -> list[str]:
    """One by one, by name; none where every day is meant. Both 0 and 7 are Sunday. Raises ValueError for a range that
    runs backwards."""
    names: list[str] = []
    for part in field.split(","):
        if part == "*":
            return []
        first, _, last = part.partition("-")
        begin, end = _day(first), _day(last or first)
        if begin > end == 0:
            end = 7
        if begin > end:
            raise ValueError(f"the day of the week {part} runs backwards")
        names += _DAYS[begin : end + 1]
    return list(dict.fromkeys(names))


def _day(text: str) -> int:
    return int(text) if text.isdecimal() else _DAYS.index(text)
