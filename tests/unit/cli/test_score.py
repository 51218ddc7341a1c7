"""`netledger score` answers every line with one score, as it comes, whatever the line holds."""

import io
import os
import random
import threading

from cli.score import score


def scored(text: str) -> list[str]:
    out = io.StringIO()
    score(io.StringIO(text), out)
    return out.getvalue().splitlines()


def records(count: int) -> list[str]:
    dice = random.Random(1)
    return [
        f"2024-03-{1 + n // 288:02d} {n // 12 % 24:02d}:{n % 12 * 5:02d}:00,{dice.gauss(50, 2)}"
        for n in range(count)
    ]


def test_one_score_a_record_within_bounds() -> None:
    lines = records(500)
    lines[400] = lines[400].split(",")[0] + ",99"
    scores = [float(line) for line in scored("timestamp,value\n" + "\n".join(lines) + "\n")]
    assert len(scores) == 500
    assert all(0.0 <= each <= 1.0 for each in scores)
    assert scores[400] == max(scores)


def test_garbage_costs_a_zero_and_nothing_else() -> None:
    garbage = [
        "",
        ",",
        "x",
        "2024-03-01 00:00:00,",
        "2024-03-01,nan",
        "2024-03-01,inf",
        "2024-03-01,-inf",
        '"',
        ",,,,",
    ]
    clean = records(200)
    mixed = [line for record in clean for line in (record, *garbage)]
    answers = scored("timestamp,value\n" + "\n".join(mixed) + "\n")
    assert len(answers) == len(mixed)
    assert answers[:: 1 + len(garbage)] == scored("timestamp,value\n" + "\n".join(clean))
    assert {answer for n, answer in enumerate(answers) if n % (1 + len(garbage))} == {"0.000000000"}


def test_what_is_wrong_with_a_line_is_told() -> None:
    told: list[str] = []
    lines = ["timestamp,value", "1,2", "2,many", "3,nan", *(f"{n}," for n in range(4, 30))]
    score(io.StringIO("\n".join(lines)), io.StringIO(), tell=told.append)
    assert told[0] == "line 3: no finite number after the first comma, scored 0: '2,many'"
    assert len(told) == 11 and told[-1] == "28 lines without a finite number in all"


def test_a_missing_header_costs_no_record() -> None:
    lines = records(120)
    assert scored("\n".join(lines)) == scored("timestamp,value\n" + "\n".join(lines))


def test_stamps_may_be_iso_zulu_or_epoch_seconds() -> None:
    dice = random.Random(2)
    values = [dice.gauss(0, 1) for _ in range(300)]
    plain = [f"2024-01-01 {n // 60:02d}:{n % 60:02d}:00,{value}" for n, value in enumerate(values)]
    zulu = [line.replace(" ", "T").replace(",", "Z,") for line in plain]
    epoch = [f"{1_704_067_200 + 60 * n},{value}" for n, value in enumerate(values)]
    assert scored("t,v\n" + "\n".join(plain)) == scored("t,v\n" + "\n".join(zulu))
    assert scored("t,v\n" + "\n".join(plain)) == scored("t,v\n" + "\n".join(epoch))


def test_a_bad_stamp_does_not_lose_the_value() -> None:
    lines = records(300)
    lines[250] = "yesterday,500"
    scores = [float(line) for line in scored("timestamp,value\n" + "\n".join(lines))]
    assert scores[250] == max(scores) > 0.5


def test_each_score_comes_before_the_next_record_is_sent() -> None:
    here_read, there_write = os.pipe()
    there_read, here_write = os.pipe()
    with (
        os.fdopen(here_read) as answers,
        os.fdopen(there_write, "w") as out,
        os.fdopen(there_read) as feed,
    ):
        worker = threading.Thread(target=score, args=(feed, out), daemon=True)
        worker.start()
        with os.fdopen(here_write, "w") as records_out:
            records_out.write("timestamp,value\n")
            for line in records(60):
                records_out.write(line + "\n")
                records_out.flush()
                assert 0.0 <= float(answers.readline()) <= 1.0
        worker.join(timeout=10)
        assert not worker.is_alive()
