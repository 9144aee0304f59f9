"""Ballots as thirteen countries print them: circles, ovals, boxes and cells, on white, grey, black and coloured paper.

No text is copied from a real ballot; people and parties are invented or common names of such parties.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.foreign_papers.typesetting import Paper, Says, Typesetter, logo, portrait

GERMAN_PARTIES = (
    "Sozialdemokratische Partei Deutschlands|Christlich Demokratische Union|BÜNDNIS 90/DIE GRÜNEN|"
    "Freie Demokratische Partei|Alternative Liste|DIE LINKE|Partei für Arbeit und Tierschutz|FREIE WÄHLER|"
    "Ökologisch-Demokratische Partei|Die PARTEI|Volt Deutschland|Familien-Partei|Bündnis Deutschland|"
    "Piratenpartei|Humanisten"
)
WITHOUT_CANDIDATE = (9, 12)


def germany() -> Paper:
    """Two votes, black circles on grey and blue circles on white; two parties have no candidate and no circle."""
    page = Typesetter("de")

    def row(i: int, party: str) -> str:
        town = page.one_of("Köln", "Bonn", "Essen", "Kiel")
        list_of = ", ".join(page.person() for _ in range(3))
        person, about = page.person(), f"Dipl.-Ing., {town}"
        candidate = Says(person, f"{i + 1} {about} {party[:14]}")
        circle = "" if i in WITHOUT_CANDIDATE else page.target("o", candidate)
        second = page.target("o z", Says(party, f"{list_of} {i + 1}"))
        return (
            f"<tr><td class=n>{i + 1}</td><td class=c><b>{person}</b><br><small>{about}<br>"
            f'{party[:14]}</small></td><td class=k>{circle}</td><td class="k z">{second}</td>'
            f'<td class="c z"><b>{party}</b><br><small>{list_of}</small></td><td class="n z">{i + 1}</td></tr>'
        )

    style = """
        body{font-family:'Liberation Sans';padding:12mm 12mm}h1{font-size:22pt;text-align:center;margin:0}
        table{border-collapse:collapse;width:186mm;margin-top:5mm}
        td{border-top:.3mm solid #000;border-bottom:.3mm solid #000;height:20mm;padding:0 1.5mm;font-size:10pt}
        td.n{width:6mm;font-weight:bold;font-size:12pt}td.k{width:14mm;text-align:center;background:#e8e8e8}
        td.c{width:70mm}small{font-size:6.5pt}
        .o{display:inline-block;width:9mm;height:9mm;border:.45mm solid #000;border-radius:50%;background:#fff}
        .z{color:#1d4fa0}.o.z{border-color:#1d4fa0}td.z{border-color:#1d4fa0}"""
    rows = "".join(row(i, party) for i, party in enumerate(GERMAN_PARTIES.split("|")))
    body = (
        "<h1>Stimmzettel</h1><p style='text-align:center;margin:1mm;font-size:10pt'>für die Wahl zum Deutschen "
        "Bundestag im Wahlkreis 96 am 23. Februar<br><b>Sie haben 2 Stimmen</b></p>"
        f"<table>{rows}</table>"
    )
    title = "Stimmzettel für die Wahl zum Deutschen Bundestag im Wahlkreis 96 am 23. Februar Sie haben 2 Stimmen"
    return Paper("de", (210, 420), style, body, title=title)


BRITISH_CANDIDATES = (
    ("Ann", "Basildon", "Liberal Democrat", "#888"),
    ("John", "Crawley", "The Labour Party", "#444"),
    ("Sue", "Dimsdale", "Green Party", "#999"),
    ("Mark", "Edwards", "Independent", "#eee"),
    ("Jane", "Farrow", "Conservative and Unionist Party", "#666"),
    ("Tom", "Griffiths", "Plaid Cymru", "#777"),
    ("Will", "Zanzibar", "Monster Raving Party", "#222"),
)


def britain() -> Paper:
    """One box at the end of each candidate's row, a logo before it."""
    page = Typesetter("uk")

    def row(i: int, first: str, last: str, party: str, colour: str) -> str:
        street = f"{page.number(2, 99)} {page.one_of('Mill Lane', 'High Street', 'Church Road')}, Anytown"
        box = page.target("x", Says(last.upper(), f"{i} {first} {street} {party}"))
        return (
            f"<tr><td class=n>{i}</td><td class=c><span>{last.upper()}</span><br><small>{first}<br>{street}<br>"
            f"<b>{party}</b></small></td><td class=l>{logo(colour, 12)}</td><td class=b>{box}</td></tr>"
        )

    style = """
        body{font-family:'DejaVu Sans';padding:10mm 9mm}table{border-collapse:collapse;width:130mm}
        td{border-top:.6mm solid #000;border-bottom:.6mm solid #000;height:26mm;padding:1mm}
        td.n{font-size:20pt;font-weight:bold;width:10mm}.c span{font-size:14pt;font-weight:bold}
        small{font-size:8pt}.b{width:16mm;text-align:center}
        .x{display:inline-block;width:9mm;height:9mm;border:.35mm solid #000}"""
    rows = "".join(row(i, *candidate) for i, candidate in enumerate(BRITISH_CANDIDATES, 1))
    body = (
        "<div style='background:#000;color:#fff;font-size:9pt;padding:2mm'>Vote for only <b>one candidate</b> by "
        "putting a cross ☒ in the box next to your choice</div><h3 style='font-size:11pt;margin:3mm 0'>"
        f"Election of the Member of Parliament for the Anytown constituency</h3><table>{rows}</table>"
    )
    title = (
        "Vote for only one candidate by putting a cross in the box next to your choice Election of the Member of "
        "Parliament for the Anytown constituency"
    )
    return Paper("uk", (148, 260), style, body, title=title)


def _contest(page: Typesetter, title: str, seats: int, candidates: int) -> str:
    """A contest as American ballots have it, the last place for a write-in."""

    limit = f"Vote for not more than {seats}"

    def place(text: str, below: str, says: Says) -> str:
        oval = page.target("ov", says)
        return f"<div class=op>{oval}<span class=tx>{text}<br><small>{below}</small></span></div>"

    def candidate(name: str, party: str) -> str:
        return place(name, party, Says(name, party, title, limit))

    parties = ("Republican", "Democratic", "Libertarian", "Independent")
    places = [candidate(page.person(), page.one_of(*parties)) for _ in range(candidates)]
    blank = '<u style="color:#777">_______________</u>'
    places.append(place(blank, "write-in", Says("write-in", "", title, limit)))
    head = f"<div class=hd><b>{title}</b><br>{limit}</div>"
    return f"<div class=ct>{head}{''.join(places)}</div>"


def _columns(page: Typesetter, columns: Sequence[Sequence[tuple[str, int, int]]]) -> list[str]:
    return ["".join(_contest(page, *contest) for contest in column) for column in columns]


def _timing_marks(h: float) -> str:
    """Equal bars all around the edge of a American sheet, ``h`` mm long."""
    step, start = 6.35, 6.0
    across = [(start + i * step, y) for i in range(33) for y in (start, h - 7.6)]
    down = [(x, start + i * step) for i in range(1, 41) for x in (start, start + 32 * step)]
    return "".join(f'<i style="left:{x:.2f}mm;top:{y:.2f}mm"></i>' for x, y in across + down)


def america_with_timing_marks() -> Paper:
    """Three columns of contests with ovals, bars around the edge."""
    page, (w, h) = Typesetter("us_tm"), (215.9, 279.4)
    columns = _columns(
        page,
        (
            (("President of the United States", 1, 5), ("Governor", 1, 4), ("Sheriff", 1, 3)),
            (("United States Senator", 1, 4), ("County Commissioners", 3, 8)),
            (("Register of Deeds", 1, 3), ("School Board", 2, 6), ("Coroner", 1, 2)),
        ),
    )
    style = """
        body{font-family:'Liberation Sans'}i{position:absolute;width:4.76mm;height:1.59mm;background:#000}
        .cols{position:absolute;left:15mm;top:42mm;width:188mm;display:flex;gap:2mm}
        .col{width:61mm;border:.3mm solid #000}
        .hd{background:#d9d9d9;font-size:8.5pt;padding:1.2mm;border-bottom:.3mm solid #000;border-top:.3mm solid #000}
        .op{display:flex;align-items:center;height:8.6mm;border-bottom:.1mm solid #999;padding-left:2mm;font-size:9pt;
        line-height:1.05}.tx{margin-left:2.5mm}small{font-size:6.5pt}
        .ov{display:inline-block;width:6mm;height:3.4mm;border:.25mm solid #000;border-radius:50%}"""
    body = (
        _timing_marks(h)
        + "<div style='position:absolute;left:15mm;top:12mm;width:188mm;text-align:center'><b style='font-size:15pt'>"
        "OFFICIAL GENERAL ELECTION BALLOT</b><br><span style='font-size:9pt'>Polk County · November 3<br>INSTRUCTIONS: "
        "To vote, completely fill in the oval to the left of your choice. Use black pen.</span></div><div class=cols>"
        + "".join(f"<div class=col>{column}</div>" for column in columns)
        + "</div>"
    )
    title = (
        "OFFICIAL GENERAL ELECTION BALLOT Polk County November 3 INSTRUCTIONS To vote, completely fill in the oval to "
        "the left of your choice. Use black pen."
    )
    return Paper("us_tm", (w, h), style, body, title=title)


def america_without_marks() -> Paper:
    """Two columns of contests with flat ovals on a long sheet, two propositions with ovals within the text."""
    page = Typesetter("us_plain")
    left, right = _columns(
        page,
        (
            (("Mayor, City of Springfield", 1, 6), ("City Council at Large", 4, 10)),
            (("State Representative", 1, 4), ("Judge, Court of Appeals", 1, 3), ("Constable", 1, 3)),
        ),
    )

    def proposition(letter: str) -> str:
        question = (
            f"Shall the city issue bonds in the amount of ${page.number(2, 40)},000,000 for the repair of streets, "
            "bridges and sidewalks?"
        )
        yes, no = (page.target("ov", Says(a, "", f"PROPOSITION {letter}", question)) for a in ("YES", "NO"))
        return f"<div class=pr><b>PROPOSITION {letter}</b><br>{question}<br>{yes} YES &nbsp;&nbsp;&nbsp; {no} NO</div>"

    style = """
        body{font-family:'Liberation Serif';padding:12mm 14mm}.cols{display:flex;gap:6mm}.col{width:90mm}
        .hd{border-top:.8mm solid #000;font-size:11pt;padding:1.5mm 0}
        .op{display:flex;align-items:center;height:10.5mm;padding-left:1mm;font-size:11pt;line-height:1}
        .tx{margin-left:3mm}small{font-size:8pt;font-style:italic}
        .ov{display:inline-block;width:5mm;height:3mm;border:.2mm solid #000;border-radius:1.5mm}
        .pr{border-top:.8mm solid #000;font-size:10.5pt;line-height:1.6;padding:2mm 0}"""
    body = (
        "<h2 style='text-align:center;margin:0 0 5mm'>SAMPLE MUNICIPAL BALLOT</h2><div class=cols>"
        f"<div class=col>{left}</div><div class=col>{right}{proposition('A')}{proposition('B')}</div></div>"
    )
    return Paper("us_plain", (215.9, 355.6), style, body, title="SAMPLE MUNICIPAL BALLOT")


def canada() -> Paper:
    """White circles without a rim on black paper."""
    page = Typesetter("ca")
    parties = (
        "Liberal", "Conservative", "Bloc", "NDP-New Democratic Party", "Green Party / Parti vert",
        "Independent / Indépendant(e)",
    )  # fmt: skip

    def row(person: str, party: str) -> str:
        circle = page.target("o", Says(person, party))
        return f'<div class=r><div><b style="font-size:15pt">{person}</b><br>{party}</div>{circle}</div>'

    rows = "".join(row(page.person(), party) for party in parties)
    style = """
        body{font-family:'Liberation Sans';background:#000;padding:8mm}
        .r{height:18mm;margin-bottom:2.2mm;color:#fff;display:flex;justify-content:space-between;align-items:center;
        padding:0 6mm;font-size:9pt;border-bottom:.3mm solid #fff}
        .o{width:9mm;height:9mm;border-radius:50%;background:#fff}"""
    return Paper("ca", (130, 150), style, rows)


AUSTRALIAN_PARTIES = (
    ("LIBERAL", "#456"), ("AUSTRALIAN LABOR PARTY", "#844"), ("THE GREENS", "#484"), ("INDEPENDENT", "#aaa"),
    ("ONE NATION", "#b80"), ("UNITED AUSTRALIA PARTY", "#cc4"), ("ANIMAL JUSTICE PARTY", "#747"),
    ("SCIENCE PARTY", "#555"),
)  # fmt: skip


def australia() -> Paper:
    """White boxes on green paper, into which numbers are written."""
    page = Typesetter("au")

    def row(person: str, party: str, colour: str) -> str:
        box = page.target("b", Says(person, party))
        return f"<div class=r>{logo(colour, 8)}{box}<span><b>{person}</b><br><small>{party}</small></span></div>"

    rows = "".join(row(f"{page.last().upper()}, {page.first()}", *party) for party in AUSTRALIAN_PARTIES)
    style = """
        body{font-family:'Liberation Sans';background:#d5ead3;padding:9mm 12mm}
        .r{display:flex;align-items:center;height:17mm;gap:4mm;font-size:11pt}
        .b{width:8mm;height:8mm;border:.5mm solid #000;background:#fff}small{font-size:8pt}"""
    body = (
        "<div style='border-bottom:1mm solid #000;font-size:13pt'><b>House of Representatives Ballot Paper</b></div>"
        "<p style='font-size:9pt'>Electoral Division of MACKELLAR<br>Mark the boxes in order of your choice</p>"
        f"{rows}<p style='font-size:9pt;text-align:center'><b>Remember… mark every box to make your vote count</b></p>"
    )
    title = (
        "House of Representatives Ballot Paper Electoral Division of MACKELLAR Mark the boxes in order of your choice"
    )
    return Paper("au", (148, 210), style, body, title=title)


SPANISH_LISTS = (
    "PARTIDO DEL PUEBLO", "UNIÓN CENTRO", "LISTE RÉPUBLICAINE", "IZQUIERDA UNIDA", "RASSEMBLEMENT LOCAL", "PACMA",
    "EN COMMUN", "LOS VERDES", "ESCAÑOS EN BLANCO",
)  # fmt: skip


def spain() -> Paper:
    """Nine framed lists of three small boxes each on salmon paper."""
    page = Typesetter("es")

    def block(party: str) -> str:
        sign = logo(page.one_of("#934", "#369", "#393", "#963"), 9)
        people = [f"{page.person()} {page.last()}" for _ in range(3)]
        rows = "".join(
            f"<div class=r><span>{person}</span>{page.target('b', Says(person, '', party))}</div>" for person in people
        )
        substitute = f"<div class=s>Suplente: {page.person()}</div>"
        return f"<div class=bl><div class=p>{sign}<b>{party}</b></div>{rows}{substitute}</div>"

    style = """
        body{font-family:'DejaVu Serif';background:#f6c9a8;padding:10mm}
        .g{display:grid;grid-template-columns:repeat(3,62mm);gap:2mm}.bl{border:.2mm solid #000;padding:2mm}
        .p{display:flex;gap:2mm;font-size:8pt;align-items:center;margin-bottom:2mm}
        .r{display:flex;justify-content:space-between;font-size:8pt;height:8mm;align-items:center}
        .b{width:4mm;height:4mm;border:.3mm solid #000}.s{font-size:6.5pt;font-style:italic}"""
    body = (
        "<h2 style='text-align:center;font-size:16pt;margin:0'>ELECCIONES AL SENADO</h2>"
        "<p style='font-size:9pt;text-align:center'>Marque con una X un máximo de 3 candidatos · Cochez trois cases "
        f"au plus</p><div class=g>{''.join(block(party) for party in SPANISH_LISTS)}</div>"
    )
    title = "ELECCIONES AL SENADO Marque con una X un máximo de 3 candidatos · Cochez trois cases au plus"
    return Paper("es", (210, 297), style, body, title=title)


PHILIPPINE_CONTESTS = (
    ("PRESIDENT / Vote for 1", 10), ("VICE PRESIDENT / Vote for 1", 9), ("SENATOR / Vote for 12", 64),
    ("MEMBER, HOUSE / Vote for 1", 4), ("GOVERNOR / Vote for 1", 5), ("PARTY LIST / Vote for 1", 44),
)  # fmt: skip


def philippines() -> Paper:
    """A hundred and thirty-six small ovals in four columns, a black square in each corner."""
    page = Typesetter("ph")

    def candidate(number: int, contest: str) -> str:
        party = page.one_of("PDP", "LP", "NPC", "IND", "UNA")
        person = f"{page.last().upper()}, {page.first()}"
        oval = page.target("ov", Says(person, f"{number}. ({party})", *contest.split(" / ")))
        return f"<div class=r>{oval}<span>{number}. {person} <small>({party})</small></span></div>"

    contests = "".join(
        f"<div class=h>{title}</div><div class=g>{''.join(candidate(i, title) for i in range(1, count + 1))}</div>"
        for title, count in PHILIPPINE_CONTESTS
    )
    corners = "".join(
        f'<i class=c style="{side}:6mm;{edge}:6mm"></i>' for side in ("left", "right") for edge in ("top", "bottom")
    )
    style = """
        body{font-family:'Liberation Sans';padding:17mm 11mm}
        .c{position:absolute;width:6mm;height:6mm;background:#000}
        .h{background:#222;color:#fff;font-size:7.5pt;padding:.8mm 2mm;margin-top:1.5mm}
        .g{display:grid;grid-template-columns:repeat(4,1fr);border:.2mm solid #000}
        .r{display:flex;align-items:center;gap:1.5mm;height:6.1mm;font-size:6.5pt;border-bottom:.1mm solid #bbb;
        border-right:.1mm solid #bbb;padding-left:1mm;overflow:hidden;white-space:nowrap}
        .ov{flex:none;width:4.2mm;height:2.6mm;border:.2mm solid #000;border-radius:50%}small{font-size:5pt}"""
    body = (
        f"{corners}<div style='text-align:center;font-size:9pt'><b>OFFICIAL BALLOT · Republika ng Pilipinas</b> · "
        f"Completely shade the oval beside the names</div>{contests}"
    )
    title = "OFFICIAL BALLOT · Republika ng Pilipinas · Completely shade the oval beside the names"
    return Paper("ph", (215.9, 330.2), style, body, title=title)


INDONESIAN_STYLE = """
    body{font-family:'DejaVu Sans';padding:9mm;text-align:center}.ps{display:flex;gap:4mm;justify-content:center}
    .p{border:.5mm solid #000;border-radius:2mm;width:58mm;font-size:8pt;padding-bottom:2mm}
    .num{font-size:20pt;font-weight:bold}
    .o{display:inline-block;width:8mm;height:8mm;border:.4mm solid #555;border-radius:50%;margin-top:2mm}
    .ls{display:grid;grid-template-columns:1fr 1fr;gap:3mm;margin-top:4mm;text-align:left}
    .l{border:.3mm solid #000;padding:2mm;font-size:9pt}
    .r{display:flex;align-items:center;gap:3mm;height:9mm;border-top:.1mm solid #888}
    .b{width:6mm;height:6mm;border:.3mm solid #444}"""


def indonesia() -> Paper:
    """Pairs of candidates with photographs and a circle under them, lists of boxes below."""
    page = Typesetter("idn")

    def pair(i: int) -> str:
        parties = "".join(logo(colour, 7) for colour in ("#c33", "#36c", "#3a3"))
        first, second = page.person(), page.person()
        circle = page.target("o", Says(first, f"{i + 1} {second}"))
        return (
            f"<div class=p><div class=num>{i + 1}</div><div>{portrait(2 * i)}{portrait(2 * i + 1)}</div>"
            f"<b>{first}</b><br>{second}<br>{parties}<br>{circle}</div>"
        )

    def party_list(party: str) -> str:
        sign = logo(page.one_of("#c33", "#36c", "#3a3", "#cc3"), 9)

        def row(i: int, person: str) -> str:
            box = page.target("b", Says(person, f"{i}.", f"PARTAI {party}"))
            return f"<div class=r>{box}<span>{i}. {person}</span></div>"

        rows = "".join(row(i, page.person()) for i in range(1, 6))
        return f"<div class=l><div class=lp>{sign} <b>PARTAI {party}</b></div>{rows}</div>"

    pairs = "".join(pair(i) for i in range(3))
    lists = "".join(party_list(party) for party in ("GARUDA", "MERDEKA", "NUSANTARA", "SEJAHTERA"))
    body = (
        "<div style='background:#b00;color:#fff;font-size:14pt;padding:2mm;margin-bottom:3mm'>SURAT SUARA PEMILIHAN "
        f"UMUM</div><div class=ps>{pairs}</div><div class=ls>{lists}</div>"
    )
    return Paper("idn", (210, 297), INDONESIAN_STYLE, body, title="SURAT SUARA PEMILIHAN UMUM")


KENYAN_PARTIES = (
    ("JUBILEE PARTY", "M2 18 L10 2 L18 18Z"),
    ("ORANGE MOVEMENT", "M2 10 A8 8 0 1 0 18 10 Z"),
    ("WIPER", "M4 4H16V16H4Z"),
    ("ALL PROGRESSIVES CONGRESS", "M10 1 L13 8 L19 8 L14 12 L16 19 L10 15 L4 19 L6 12 L1 8 L7 8Z"),
    ("LABOUR PARTY", "M3 17 C3 3 17 3 17 17Z"),
    ("INDEPENDENT", "M9 2h2v7h7v2h-7v7h-2v-7H2v-2h7z"),
)


def kenya() -> Paper:
    """A table with symbols and photographs whose last cell takes a thumb print or a mark."""
    page = Typesetter("ke")

    def row(i: int, person: str, party: str, symbol: str) -> str:
        return (
            f"<tr><td class=c><b>{person}</b><br><small>{party}</small></td><td><svg width='13mm' "
            f"height='13mm' viewBox='0 0 20 20'><path d='{symbol}' fill='#222'/></svg></td>"
            f"<td>{portrait(i, 14, 17)}</td><td class=th {page.next_id(Says(person, party))}></td></tr>"
        )

    rows = "".join(row(i, page.person().upper(), *party) for i, party in enumerate(KENYAN_PARTIES))
    style = """
        body{font-family:'Liberation Sans';padding:8mm}table{border-collapse:collapse;width:132mm;margin-top:3mm}
        td,th{border:.4mm solid #000;text-align:center;font-size:10pt;height:19mm}th{height:8mm;font-size:7pt}
        .th{width:24mm}.c{width:60mm}small{font-size:7pt}"""
    body = (
        "<div style='text-align:center;font-size:12pt'><b>REPUBLIC · PRESIDENTIAL ELECTION</b><br><small>Place your "
        "thumb print or mark in the box of your choice</small></div><table><tr><th>CANDIDATE / PARTY</th>"
        f"<th>SYMBOL</th><th>PHOTO</th><th>THUMB PRINT</th></tr>{rows}</table>"
    )
    title = "REPUBLIC · PRESIDENTIAL ELECTION Place your thumb print or mark in the box of your choice THUMB PRINT"
    return Paper("ke", (148, 210), style, body, title=title)


def brazil() -> Paper:
    """Boxes with round corners and a green rim on yellow paper."""
    page = Typesetter("br")

    def candidate(contest: str) -> str:
        party, number, person = page.one_of("PT", "PL", "MDB", "PSDB", "PSOL"), page.number(10, 99), page.person()
        name = f"<b>{number}</b> &nbsp;{person} <small>({party})</small>"
        title, *more = contest.split(" — ")
        box = page.target("b", Says(person, f"{number} ({party})", title, *more))
        return f"<div class=r>{box}<span>{name}</span></div>"

    contests = "".join(
        f"<fieldset><legend>{title}</legend>{''.join(candidate(title) for _ in range(count))}</fieldset>"
        for title, count in (("PRESIDENTE", 5), ("GOVERNADOR", 4), ("SENADOR — vote em 2", 7))
    )
    style = """
        body{font-family:'Liberation Mono';padding:9mm;background:#fffbd0}
        fieldset{border:.3mm solid #070;border-radius:3mm;margin:2mm 0;padding:1mm 4mm}
        legend{font-size:9pt;font-weight:bold;color:#070}
        .r{display:flex;gap:3mm;align-items:center;height:8.2mm;font-size:9pt}
        .b{width:5mm;height:5mm;border:.25mm solid #060;border-radius:.8mm;background:#fff}small{font-size:7pt}"""
    body = (
        "<div style='text-align:center'><b>CÉDULA OFICIAL</b><br><span style='font-size:8pt'>Assinale com X o "
        f"quadrado · ELEIÇÕES GERAIS</span></div>{contests}"
    )
    title = "CÉDULA OFICIAL Assinale com X o quadrado · ELEIÇÕES GERAIS"
    return Paper("br", (148, 210), style, body, title=title)


SWISS_QUESTIONS = (
    ("Wollen Sie die Volksinitiative «Für ein besseres Leben im Alter» annehmen?", "Ja", "Nein"),
    ("Wollen Sie den Bundesbeschluss über die Finanzierung der Nationalstrassen annehmen?", "Ja", "Nein"),
    ("Acceptez-vous la modification de la loi fédérale sur l'approvisionnement en électricité?", "Oui", "Non"),
    ("Volete accettare l'iniziativa popolare per premi meno onerosi?", "Sì", "No"),
)


def switzerland() -> Paper:
    """Four questions with white boxes in grey cells on grey paper."""
    page = Typesetter("ch")
    rows = "".join(
        f"<tr><td class=q>{question}</td><td class=a>{yes}<br>{page.target('b', Says(yes, '', question))}</td>"
        f"<td class=a>{no}<br>{page.target('b', Says(no, '', question))}</td></tr>"
        for question, yes, no in SWISS_QUESTIONS
    )
    style = """
        body{font-family:'Liberation Sans';background:#efefef;padding:9mm 10mm}
        table{border-collapse:collapse;width:190mm}
        td{border:.25mm solid #666;height:22mm;padding:1mm 3mm;font-size:11pt}
        .a{width:20mm;text-align:center;background:#dcdcdc;font-size:9pt}
        .b{display:inline-block;width:6mm;height:6mm;border:.2mm solid #000;background:#fff;margin-top:1mm}"""
    body = (
        "<div style='display:flex;justify-content:space-between'><b style='font-size:14pt'>Stimmzettel für die "
        "Volksabstimmung</b><svg width='9mm' height='9mm' viewBox='0 0 20 20'><rect width='20' height='20' "
        "fill='#d00'/><path d='M8 4h4v4h4v4h-4v4H8v-4H4V8h4z' fill='#fff'/></svg></div>"
        f"<table style='margin-top:3mm'>{rows}</table>"
    )
    return Paper("ch", (210, 148), style, body, title="Stimmzettel für die Volksabstimmung")


def japan() -> Paper:
    """Upright names of judges, an empty cell above each for a cross; in Latin letters."""
    page = Typesetter("jp")
    people = [page.person() for _ in range(11)]
    cells = "".join(f"<td class=x {page.next_id(Says(person))}></td>" for person in people)
    names = "".join(f"<td class=v><span>{person}</span></td>" for person in people)
    style = """
        body{font-family:'DejaVu Serif';padding:10mm}table{border-collapse:collapse;margin-top:3mm}
        td{border:.3mm solid #000;width:14mm;text-align:center}td.x{height:13mm}td.v{height:62mm;font-size:13pt}
        .v span{writing-mode:vertical-rl}td.h{font-size:7pt;width:22mm}"""
    body = (
        "<div style='font-size:11pt'><b>SAIKO SAIBANSHO SAIBANKAN KOKUMIN SHINSA</b></div><p style='font-size:8pt'>"
        "Put × in the field above the name of a judge who is to be dismissed. Write nothing for the others.</p><table>"
        f"<tr><td class=h>Field for ×</td>{cells}</tr><tr><td class=h>Name of the judge</td>{names}</tr></table>"
    )
    title = (
        "SAIKO SAIBANSHO SAIBANKAN KOKUMIN SHINSA Put × in the field above the name of a judge who is to be dismissed. "
        "Write nothing for the others. Field for × Name of the judge"
    )
    return Paper("jp", (210, 148), style, body, title=title)
