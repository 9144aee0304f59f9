"""Paper in the feeder that is no ballot: backs, letters, minutes."""

from __future__ import annotations

import numpy as np

from calibration.simulate.ink import PAPER_PPMM, Pixels
from calibration.simulate.lettering import text_raster
from pipeline.geometry import Size

A4 = Size(210.0, 297.0)
A5 = Size(148.0, 210.0)

_MINUTES = (
    "TỔ BẦU CỬ SỐ {n}",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "",
    "BIÊN BẢN",
    "KẾT QUẢ KIỂM PHIẾU BẦU CỬ",
    "",
    "Hôm nay, vào hồi {h} giờ {m} phút, ngày 15 tháng 3 năm 2026,",
    "Tổ bầu cử số {n} gồm có:",
    "1. Ông Nguyễn Văn Thành, Tổ trưởng",
    "2. Bà Trần Thị Loan, Thư ký",
    "3. Ông Lê Quang Hưng, Ủy viên",
    "đã họp để mở hòm phiếu và kiểm phiếu bầu cử.",
    "Tổng số cử tri của khu vực bỏ phiếu: ............",
    "Số cử tri đã tham gia bỏ phiếu: ............",
    "Số phiếu phát ra: ............",
    "Số phiếu thu vào: ............",
    "Số phiếu hợp lệ: ............",
    "Số phiếu không hợp lệ: ............",
)
_LETTER = (
    "ỦY BAN NHÂN DÂN XÃ",
    "Số: {n}/TB-UBND",
    "",
    "THÔNG BÁO",
    "Về việc tổ chức vệ sinh môi trường",
    "",
    "Kính gửi: Các hộ gia đình trong thôn {n}.",
    "Thực hiện kế hoạch số {h} của Ủy ban nhân dân huyện,",
    "đề nghị các hộ gia đình tham gia tổng vệ sinh",
    "vào lúc {h} giờ {m} phút sáng Chủ nhật tuần này.",
    "Mỗi hộ cử một người, mang theo dụng cụ.",
    "Rất mong sự tham gia đông đủ của bà con.",
    "Trân trọng thông báo./.",
)


def blank_back(size: Size) -> Pixels:
    """The empty side of a sheet, grey."""
    return np.full((round(size.h * PAPER_PPMM), round(size.w * PAPER_PPMM)), 255, np.uint8)


def foreign_page(rng: np.random.Generator) -> tuple[Pixels, Size]:
    """A page of minutes or of a letter that was in the pile by mistake, A5 or A4, grey."""
    lines = _MINUTES if rng.random() < 0.5 else _LETTER
    size = A5 if rng.random() < 0.6 else A4
    page = blank_back(size)
    face = ("LiberationSerif-Regular.ttf", "LiberationSans-Regular.ttf", "DejaVuSerif.ttf")[int(rng.integers(3))]
    scale = size.w / 148
    values = {"n": int(rng.integers(1, 9)), "h": int(rng.integers(6, 21)), "m": int(rng.integers(0, 60))}
    y = 18.0 * scale
    for i, line in enumerate(lines):
        if line:
            raster = text_raster(line.format(**values), face, round(3.6 * scale * PAPER_PPMM))
            h, w = raster.shape
            left = (page.shape[1] - w) // 2 if i < 6 else round(18 * scale * PAPER_PPMM)
            top = round(y * PAPER_PPMM)
            part = page[top : top + h, left : left + w]
            part -= np.minimum(raster[: part.shape[0], : part.shape[1]], 235)
        y += 7.4 * scale
    return page, size
