"""Papers made after ``kiemphieu learn`` was tuned on the seventeen, to see whether it was tuned to them alone."""

from __future__ import annotations

from benchmarks.foreign_papers.typesetting import Paper, Says, Typesetter


def nordic_list() -> Paper:
    """Two lists beside each other, each under a grey field, boxes before numbered people with a trade below."""
    page = Typesetter("nor")
    trades = ("lærer", "fisker", "sykepleier", "bonde", "student", "snekker")

    def person(number: int, party: str) -> str:
        name, trade = page.person(), page.one_of(*trades)
        box = page.target("b", Says(name, f"{number} {trade}", party, "Valgliste"))
        return f"<div class=r>{box}<div><span class=n>{number}</span> {name}<div class=s>{trade}</div></div></div>"

    def column(party: str, count: int) -> str:
        people = "".join(person(i, party) for i in range(1, count + 1))
        return f"<div class=k><div class=h>Valgliste<br><b>{party}</b></div>{people}</div>"

    style = """
        body{font-family:'DejaVu Sans Condensed','DejaVu Sans';padding:11mm 10mm;font-size:9pt}
        .g{display:flex;gap:7mm;margin-top:4mm}.k{width:60mm}
        .h{background:#cfcfcf;padding:1.5mm;text-align:center;margin-bottom:2mm;font-size:10pt}
        .r{display:flex;gap:2.4mm;height:9.4mm;align-items:flex-start}.s{font-size:7pt;color:#333}
        .b{flex:none;width:3.8mm;height:3.8mm;border:.2mm solid #000;margin-top:.2mm}"""
    body = (
        "<div style='font-size:15pt'>Kommunevalg i Fjordvik</div><div style='font-size:8pt'>Sett kryss ved dem som "
        f"skal ha personstemme</div><div class=g>{column('Havpartiet', 9)}{column('Bygdelista', 7)}</div>"
    )
    return Paper(
        "nor", (148, 210), style, body, title="Kommunevalg i Fjordvik Sett kryss ved dem som skal ha personstemme"
    )


def union_table() -> Paper:
    """A table with ovals in its cells, two heads, people with their office below the name."""
    page = Typesetter("union")
    answers = ("In favour", "Opposed")

    def row(number: int, name: str, office: str) -> str:
        cells = "".join(
            f"<td class=a>{page.target('o', Says(answer, '', name, f'{number} {office}'))}</td>" for answer in answers
        )
        return f"<tr><td class=i>{number}.</td><td>{name}<br><i>{office}</i></td>{cells}</tr>"

    offices = ("President", "Vice President", "Treasurer", "Secretary", "Auditor", "Delegate")
    rows = "".join(row(i, page.person(), office) for i, office in enumerate(offices, 1))
    style = """
        body{font-family:'Liberation Serif';padding:20mm 22mm}table{border-collapse:collapse;width:166mm}
        td,th{border:.35mm solid #222;height:15mm;padding:0 3mm;font-size:12pt;text-align:left}
        i{font-size:9.5pt}.a,th.a{width:30mm;text-align:center}.i{width:11mm}
        .o{display:inline-block;width:7mm;height:4.2mm;border:.3mm solid #000;border-radius:50%}"""
    heads = "".join(f"<th class=a>{answer}</th>" for answer in answers)
    body = (
        "<h1 style='font-size:20pt;margin:0 0 2mm'>Dock Workers' Union, Branch 14</h1><p style='font-size:11pt'>Ballot "
        f"for the officers, fill in one oval in each row.</p><table><tr><th></th><th>Nominee</th>{heads}</tr>{rows}"
        "</table>"
    )
    title = "Dock Workers' Union, Branch 14 Ballot for the officers, fill in one oval in each row."
    return Paper("union", (210, 297), style, body, title=title)


QUESTIONS = (
    ("Article 4", "Shall the town appropriate 250,000 for a new fire engine, to be paid over five years?"),
    ("Article 9", "Shall the library be open on Sundays?"),
    ("Article 12", "Shall the selectmen sell the old school house at Mill Road to the highest bidder?"),
)


def town_meeting() -> Paper:
    """Questions across the page, the words yes and no left of their boxes, at the right edge."""
    page = Typesetter("town")

    def question(name: str, text: str) -> str:
        answers = "".join(
            f"<span class=w>{answer} {page.target('b', Says(answer, '', name, text))}</span>"
            for answer in ("Yes", "No")
        )
        return f"<div class=q><b>{name}.</b> {text}</div><div class=a>{answers}</div>"

    style = """
        body{font-family:'DejaVu Serif';padding:16mm 15mm}.q{font-size:10.5pt;border-top:.25mm solid #000;
        padding-top:3mm;margin-top:5mm}.a{display:flex;justify-content:flex-end;gap:12mm;margin-top:2.5mm}
        .w{font-size:11pt;display:flex;align-items:center;gap:2.5mm}
        .b{display:inline-block;width:5.4mm;height:5.4mm;border:.3mm solid #000}"""
    questions = "".join(question(*each) for each in QUESTIONS)
    body = f"<div style='text-align:center;font-size:14pt'>ANNUAL TOWN MEETING · WARRANT</div>{questions}"
    return Paper("town", (160, 220), style, body, title="ANNUAL TOWN MEETING WARRANT")


def school_board() -> Paper:
    """Names with dots to ovals at the right edge, two contests, each in a frame with a heading line."""
    page = Typesetter("board")

    def person(contest: str) -> str:
        name = page.person()
        oval = page.target("o", Says(name, "", contest, "Elect three"))
        return f"<div class=r><span>{name}</span><span class=d></span>{oval}</div>"

    def contest(name: str, count: int) -> str:
        people = "".join(person(name) for _ in range(count))
        return f"<div class=c><div class=h>{name} <small>(Elect three)</small></div>{people}</div>"

    style = """
        body{font-family:'Liberation Sans Narrow','Liberation Sans';padding:14mm 18mm}
        .c{border:.3mm solid #000;border-radius:2.5mm;padding:3mm 6mm;margin-top:6mm}
        .h{font-size:13pt;font-weight:bold;margin-bottom:2mm}small{font-size:9pt;font-weight:normal}
        .r{display:flex;align-items:center;height:9mm;font-size:12pt}
        .d{flex:1;border-bottom:.25mm dotted #000;margin:0 3mm}
        .o{display:inline-block;width:5mm;height:5mm;border:.3mm solid #000;border-radius:50%}"""
    body = (
        "<div style='font-size:17pt'>Parents' Association · Election Day</div>"
        f"{contest('School Council', 7)}{contest('Library Committee', 5)}"
    )
    return Paper("board", (160, 200), style, body, title="Parents' Association Election Day")


UNSEEN: dict[str, Paper] = {p.name: p for p in (nordic_list(), union_table(), town_meeting(), school_board())}
