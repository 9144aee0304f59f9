"""Forms as strangers might print them, drawn with Pillow alone, with the truth of what stands where.

Nothing of the product's own layouts is used; a drawing is scanned by :func:`scanned` before anybody learns from it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
Box = tuple[float, float, float, float]
PPM = 300 / 25.4
SCAN_DPI = 200
FOLDERS = tuple(Path("/usr/share/fonts/truetype") / n for n in ("dejavu", "liberation2", "liberation"))


@dataclass(frozen=True)
class Printed:
    """A field as it was drawn: kind, box in mm, label, and the heading or row it belongs to."""

    kind: str
    box: Box
    label: str
    group: str = ""


@dataclass
class Drawing:
    """A sheet being drawn, millimetres in, 300 dpi out."""

    name: str
    size: tuple[float, float]
    face: str = "DejaVuSans"
    fields: list[Printed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("L", (round(self.size[0] * PPM), round(self.size[1] * PPM)), 250)
        self.pen = ImageDraw.Draw(self.image)

    def text(self, x: float, y: float, text: str, mm: float, bold: bool = False, middle: bool = False) -> Box:
        """The ink's tight box; ``y`` is its top, ``mm`` the size of the type."""
        face = font(self.face, bold, mm)
        left, top, right, bottom = face.getbbox(text)
        at = x * PPM - (right - left) / 2 if middle else x * PPM
        self.pen.text((at - left, y * PPM - top), text, fill=20, font=face)
        return (at / PPM, y, (right - left) / PPM, (bottom - top) / PPM)

    def line(self, x0: float, y0: float, x1: float, y1: float, mm: float = 0.3) -> None:
        self.pen.line([x0 * PPM, y0 * PPM, x1 * PPM, y1 * PPM], fill=20, width=max(1, round(mm * PPM)))

    def rectangle(self, box: Box, mm: float = 0.3) -> None:
        x, y, w, h = box
        for a, b in (
            ((x, y), (x + w, y)),
            ((x + w, y), (x + w, y + h)),
            ((x, y + h), (x + w, y + h)),
            ((x, y), (x, y + h)),
        ):
            self.line(*a, *b, mm)

    def solid(self, box: Box) -> None:
        x, y, w, h = box
        self.pen.rectangle([x * PPM, y * PPM, (x + w) * PPM, (y + h) * PPM], fill=10)

    def oval(self, box: Box, stadium: bool, mm: float = 0.28) -> None:
        x, y, w, h = box
        half, width = mm / 2, max(1, round(mm * PPM))
        corners = [(x - half) * PPM, (y - half) * PPM, (x + w + half) * PPM, (y + h + half) * PPM]
        if stadium:
            self.pen.rounded_rectangle(corners, (h / 2 + half) * PPM, outline=20, width=width)
        else:
            self.pen.ellipse(corners, outline=20, width=width)

    def target(self, kind: str, box: Box, label: str, group: str = "", stadium: bool = True) -> None:
        if kind == "oval":
            self.oval(box, stadium)
        else:
            self.rectangle(box)
        self.fields.append(Printed(kind, box, label, group))

    @property
    def pixels(self) -> Picture:
        return np.asarray(self.image, np.uint8).copy()


def font(face: str, bold: bool, mm: float) -> ImageFont.FreeTypeFont:
    names = {
        "DejaVuSans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
        "DejaVuSerif": ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
        "LiberationSans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
        "LiberationSerif": ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    }
    for folder in FOLDERS:
        path = folder / names[face][bold]
        if path.is_file():
            return ImageFont.truetype(str(path), round(mm * PPM))
    raise FileNotFoundError(names[face][bold])


# --- the forms --------------------------------------------------------------------------------------------


def english_columns() -> Drawing:
    """Letter paper, two columns of contests, ovals left of the names, four corner squares."""
    d = Drawing("english_columns", (215.9, 279.4), "LiberationSans")
    for x, y in ((10.0, 10.0), (199.9, 10.0), (199.9, 263.4), (10.0, 263.4)):
        d.solid((x, y, 6.0, 6.0))
    d.text(108, 22, "OFFICIAL BALLOT, RIVER COUNTY", 5.5, True, True)
    d.text(108, 30, "To vote, fill in the oval beside your choice.", 3.6, False, True)
    contests = (
        ("Mayor", "Vote for one", ("Ada Byron", "George Boole", "Grace Hopper")),
        (
            "Town Council",
            "Vote for not more than 3",
            ("Alan Turing", "Emmy Noether", "Kurt Goedel", "Mary Somerville", "Srinivasa Ramanujan"),
        ),
        (
            "School Board",
            "Vote for not more than 2",
            ("Maria Montessori", "John Dewey", "Paulo Freire", "Anne Sullivan"),
        ),
        ("Question 1: Shall the bridge be rebuilt?", "Vote for one", ("Yes", "No")),
    )
    for i, (head, limit, names) in enumerate(contests):
        x, y = (22.0, 116.0)[i % 2], 48.0 + 75.0 * (i // 2)
        d.text(x, y, head, 4.4, True)
        d.text(x, y + 6.5, limit, 3.3)
        for j, name in enumerate(names):
            top = y + 15 + 9.0 * j
            d.target("oval", (x + 1, top, 5.2, 3.4), name, head)
            d.text(x + 9.5, top - 0.1, name, 4.0)
    return d


def agree_table() -> Drawing:
    """A Vietnamese table, A4: number, name, and two empty cells to be marked."""
    d = Drawing("agree_table", (210.0, 297.0), "LiberationSerif")
    d.text(105, 20, "PHIẾU BIỂU QUYẾT", 6.5, True, True)
    d.text(105, 30, "về việc kết nạp hội viên mới năm 2026", 4.6, False, True)
    d.text(105, 40, "(Đánh dấu X vào ô mà đại biểu lựa chọn)", 4.0, False, True)
    heads = ("STT", "Họ và tên", "Đồng ý", "Không đồng ý")
    edges, top, high = (20.0, 34.0, 118.0, 154.0, 190.0), 55.0, 12.0
    names = ("Nguyễn Thị Minh Khai", "Trần Phú", "Lê Hồng Phong", "Hà Huy Tập", "Nguyễn Văn Cừ", "Phan Đăng Lưu")
    bottom = top + high * (len(names) + 1)
    for x in edges:
        d.line(x, top, x, bottom, 0.35)
    for i in range(len(names) + 2):
        d.line(edges[0], top + high * i, edges[-1], top + high * i, 0.35)
    for (left, right), head in zip(itertools.pairwise(edges), heads, strict=True):
        d.text((left + right) / 2, top + 4, head, 4.2, True, True)
    for i, name in enumerate(names, start=1):
        y = top + high * i
        d.text(27, y + 4, str(i), 4.2, False, True)
        d.text(38, y + 4, name, 4.4)
        for (left, right), answer in zip(((118.0, 154.0), (154.0, 190.0)), ("Đồng ý", "Không đồng ý"), strict=True):
            d.fields.append(Printed("box", (left, y, right - left, high), answer, name))
    return d


def agree_boxes() -> Drawing:
    """A Vietnamese list without rules: per line two square boxes under heads, A4, timing bars on three edges."""
    d = Drawing("agree_boxes", (210.0, 297.0), "DejaVuSans")
    for i in range(25):
        d.solid((9 + 8 * i - 0.0, 9, 4.2, 1.6))
    for i in range(1, 34):
        d.solid((9, 9 + 8 * i, 4.2, 1.6))
        d.solid((201, 9 + 8 * i, 4.2, 1.6))
    d.text(105, 22, "PHIẾU LẤY Ý KIẾN CỬ TRI", 6.0, True, True)
    d.text(105, 32, "Tô kín một ô trên mỗi dòng.", 4.0, False, True)
    d.text(148, 46, "Tán thành", 3.8, True, True)
    d.text(178, 46, "Không", 3.8, True, True)
    lines = ("Mở rộng chợ trung tâm", "Xây trường mầm non", "Sửa cầu Bến Đá", "Lập đội dân phòng", "Trồng cây ven sông",
             "Thu phí rác hằng tháng", "Đặt tên đường mới")  # fmt: skip
    for i, text in enumerate(lines):
        y = 58 + 13.0 * i
        d.text(26, y + 0.5, f"{i + 1}. {text}", 4.2)
        for x, answer in ((146.0, "Tán thành"), (176.0, "Không")):
            d.target("box", (x, y, 4.4, 4.4), answer, text)
    return d


def boxes_right() -> Drawing:
    """A5 in a printed box, square boxes right of Vietnamese names."""
    d = Drawing("boxes_right", (148.0, 210.0), "DejaVuSerif")
    d.rectangle((8.0, 8.0, 132.0, 194.0), 0.4)
    d.text(74, 20, "PHIẾU TÍN NHIỆM", 6.0, True, True)
    d.text(74, 31, "Đánh dấu vào ô bên cạnh tên", 3.8, False, True)
    names = ("Bùi Xuân Phái", "Tô Ngọc Vân", "Nguyễn Gia Trí", "Dương Bích Liên", "Nguyễn Sáng", "Nguyễn Tư Nghiêm",
             "Trần Văn Cẩn", "Lê Phổ", "Mai Trung Thứ")  # fmt: skip
    for i, name in enumerate(names):
        y = 48 + 14 * i
        d.text(24, y + 0.6, name, 4.4)
        d.target("box", (112.0, y, 5.0, 5.0), name)
    return d


def names_to_strike() -> Drawing:
    """An English list of numbered names to be crossed out, A4, nothing else to hold on to."""
    d = Drawing("names_to_strike", (210.0, 297.0), "LiberationSerif")
    d.text(105, 30, "ELECTION OF THE BOARD", 7.0, True, True)
    d.text(105, 42, "Cross out the names that you do not choose.", 4.4, False, True)
    d.text(105, 49, "Three seats are to be filled.", 4.4, False, True)
    names = ("Harriet Taylor", "Robert Owen", "Octavia Hill", "William Morris", "Beatrice Webb", "Josiah Wedgwood")
    for i, name in enumerate(names):
        y = 70 + 15 * i
        d.text(40, y, f"{i + 1}.", 5.0)
        d.fields.append(Printed("strike", d.text(52, y, name, 5.4), name))
    d.text(
        105,
        180,
        "Put this sheet into the box by the door. Thank you for taking part in the election.",
        4.2,
        False,
        True,
    )
    return d


def centred_names() -> Drawing:
    """A5, Vietnamese names with titles, centred, one of them on two lines, and the words where the stamp goes."""
    d = Drawing("centred_names", (148.0, 210.0), "LiberationSans")
    d.text(38, 16, "TỈNH LẠNG SƠN", 3.6, True, True)
    d.text(38, 22, "Đơn vị bầu cử số 3", 3.2, False, True)
    d.text(38, 40, "Vị trí đóng dấu", 3.2, False, True)
    d.text(38, 45, "của Tổ bầu cử", 3.2, False, True)
    d.text(104, 16, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 2.9, True, True)
    d.text(104, 21, "Độc lập - Tự do - Hạnh phúc", 3.0, True, True)
    d.text(74, 66, "PHIẾU BẦU CỬ ĐẠI BIỂU QUỐC HỘI", 4.8, True, True)
    d.text(74, 74, "KHÓA XVI, NHIỆM KỲ 2026-2031", 3.8, True, True)
    d.text(74, 84, "Được bầu 03 đại biểu", 3.6, False, True)
    y = 98.0
    names = (
        ("Ông", "HOÀNG VĂN THỤ", ""),
        ("Bà", "NÔNG THỊ TRƯNG", ""),
        ("Ông", "LÊ VĂN BÌNH", "(Thượng tọa Thích Tâm An)"),
        ("Bà", "VI THỊ HẠNH", ""),
        ("Ông", "PHÙNG CHÍ KIÊN", ""),
    )
    for title, name, other in names:
        whole = font(d.face, True, 4.6).getlength(f"{title} {name}") / PPM
        start = 74 - whole / 2
        d.text(start, y + (0.9 if title == "Bà" else 0.0), title, 4.6, True)
        lead = font(d.face, True, 4.6).getlength(f"{title} ") / PPM
        box = d.text(start + lead, y, name, 4.6, True)
        label = name
        if other:
            y += 7.0
            second = d.text(74, y, other, 4.2, True, True)
            left, right = min(box[0], second[0]), max(box[0] + box[2], second[0] + second[2])
            box = (left, box[1], right - left, second[1] + second[3] - box[1])
            label = f"{name} {other}"
        d.fields.append(Printed("strike", box, label))
        y += 14.0
    return d


def three_columns() -> Drawing:
    """A4, sixty small ellipses in three columns under English heads, timing bars all round, a code at the bottom."""
    d = Drawing("three_columns", (210.0, 297.0), "LiberationSans")
    for i in range(32):
        d.solid((8 + 6.25 * i, 8, 3.2, 1.5))
    for i in range(1, 45):
        d.solid((8, 8 + 6.25 * i, 3.2, 1.5))
        d.solid((201.75, 8 + 6.25 * i, 3.2, 1.5))
    for i in (1, 4, 5, 9, 17, 22):
        d.solid((8 + 6.25 * i, 8 + 6.25 * 44, 3.2, 1.5))
    d.text(105, 16, "COOPERATIVE SURVEY 2026", 5.0, True, True)
    words = ("Water", "Roads", "Schools", "Market", "Clinic", "Lights", "Library", "Bus", "Park", "Pool")
    for column in range(3):
        x = 20.0 + 61 * column
        for block in range(2):
            y = 36.0 + 115 * block
            head = f"Part {column * 2 + block + 1}"
            d.text(x, y - 8, head, 4.2, True)
            for i, word in enumerate(words):
                d.target("oval", (x, y + 9.5 * i, 4.2, 2.9), f"{word} first", head, stadium=False)
                d.text(x + 7.5, y + 9.5 * i, f"{word} first", 3.6)
    return d


def one_box() -> Drawing:
    """A single square box with a sentence: a consent."""
    d = Drawing("one_box", (148.0, 210.0), "DejaVuSans")
    d.text(74, 30, "DECLARATION OF CONSENT", 5.5, True, True)
    d.text(20, 52, "The assembly asks every member whether the statutes", 4.0)
    d.text(20, 60, "shall be amended as printed in the invitation.", 4.0)
    d.target("box", (22.0, 84.0, 5.0, 5.0), "I agree to the amendment")
    d.text(31, 84.6, "I agree to the amendment", 4.2)
    d.text(20, 120, "Return this sheet to the secretary before the meeting ends.", 3.8)
    return d


FORMS: dict[str, Callable[[], Drawing]] = {
    f.__name__: f
    for f in (
        english_columns, agree_table, agree_boxes, boxes_right, names_to_strike, centred_names, three_columns, one_box,
    )
}  # fmt: skip


# --- pens and a scanner -----------------------------------------------------------------------------------


def marked(drawing: Drawing, chosen: Collection[int], seed: int = 1) -> Picture:
    """The sheet with a pen's mark on the fields ``chosen`` by index: filled, crossed, ticked; names crossed out."""
    random = np.random.default_rng(seed)
    picture = drawing.pixels
    for i in chosen:
        one = drawing.fields[i]
        tone = int(random.integers(25, 90))
        if one.kind == "strike":
            _strike(picture, one.box, tone, random)
        elif one.kind == "oval" or (one.box[2] < 8 and random.random() < 0.4):
            _fill(picture, one.box, tone, random)
        else:
            _cross(picture, one.box, tone, random)
    return picture


def _stroke(picture: Picture, a: tuple[float, float], b: tuple[float, float], mm: float, tone: int) -> None:
    ends = [tuple(round(v * PPM * 16) for v in p) for p in (a, b)]
    cv2.line(picture, ends[0], ends[1], tone, max(1, round(mm * PPM)), cv2.LINE_AA, 4)


def _strike(picture: Picture, box: Box, tone: int, random: np.random.Generator) -> None:
    x, y, w, h = box
    rows = (y + 0.5 * h,) if h < 8 else (y + 0.22 * h, y + 0.8 * h)
    for row in rows:
        slope = float(random.uniform(-0.5, 0.5))
        _stroke(picture, (x - 1.5, row - slope), (x + w + 1.5, row + slope), 0.6, tone)


def _fill(picture: Picture, box: Box, tone: int, random: np.random.Generator) -> None:
    x, y, w, h = box
    for i in range(6):
        row = y + 0.35 + i * (h - 0.7) / 5
        _stroke(picture, (x + 0.7, row), (x + w - 0.7, row + float(random.uniform(-0.2, 0.2))), 0.6, tone)


def _cross(picture: Picture, box: Box, tone: int, random: np.random.Generator) -> None:
    x, y, w, h = box
    cx, cy = x + w / 2 + float(random.uniform(-0.1, 0.1)) * w, y + h / 2
    r = 0.42 * min(w, h)
    _stroke(picture, (cx - r, cy - r), (cx + r, cy + r), 0.7, tone)
    _stroke(picture, (cx + r, cy - r), (cx - r, cy + r), 0.7, tone)


@dataclass(frozen=True)
class Scan:
    """A scan at 200 dpi, and the matrix from mm of the sheet to its pixels."""

    pixels: Picture
    matrix: NDArray[np.float64]


def scanned(picture: Picture, skew: float = 0.0, noise: float = 4.0, seed: int = 1, margin: float = 1.0) -> Scan:
    """Turned by ``skew`` degrees, softened, noisy, on paper that is not quite white, ``margin`` mm round it."""
    random = np.random.default_rng(seed)
    ratio = SCAN_DPI / 300
    soft = cv2.GaussianBlur(picture, (0, 0), 0.7 / ratio)
    h, w = picture.shape
    ppm = SCAN_DPI / 25.4
    size = (round(w * ratio + 2 * margin * ppm), round(h * ratio + 2 * margin * ppm))
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -skew, ratio)
    matrix[:, 2] += (size[0] - 1) / 2 - (w - 1) / 2, (size[1] - 1) / 2 - (h - 1) / 2
    found = cv2.warpAffine(soft, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=250)
    grainy = 0.93 * found + random.normal(0, noise, found.shape)
    to_mm = np.asarray(matrix, np.float64).copy()
    to_mm[:, 2] += to_mm[:, :2] @ (-0.5, -0.5)
    to_mm[:, :2] *= PPM
    return Scan(np.clip(grainy, 0, 255).astype(np.uint8), to_mm)


def saved(scan: Scan, path: Path, dpi: int | None = SCAN_DPI) -> Path:
    """The scan as a file that tells its resolution, or does not."""
    more = {"dpi": (dpi, dpi)} if dpi else {}
    Image.fromarray(scan.pixels).save(path, **more)
    return path
