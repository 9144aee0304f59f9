"""The notes below Mẫu 20/HĐBC-QH and Mẫu 25/HĐBC-HĐND, word for word, slips of the pen included."""

from __future__ import annotations

NOTES_20 = (
    "(1) Ghi rõ số lượng đại biểu Quốc hội được bầu tại tỉnh, thành phố theo Nghị quyết của Hội đồng bầu cử quốc gia.",
    "(2) Ghi rõ số lượng người ứng cử đại biểu Quốc hội tại các đơn vị bầu cử đại biểu Quốc hội ở tỉnh, thành "
    "phố theo Danh sách chính thức những người ứng cử đại biểu Quốc hội do Hội đồng bầu cử quốc gia công bố.",
    "(3) Nếu không có đơn vị nào phải tổ chức bầu cử lại thì ghi “Không có” và không điền nội dung trong bảng "
    "tổng hợp kết quả kèm theo mục này.",
    "(4) Ghi kết quả phiếu bầu cho mỗi người ứng cử đại biểu Quốc hội theo bảng kèm theo. Trường hợp đơn vị bầu "
    "cử phải tổ chức bầu cử lại thì ghi kết quả bầu cử lại.",
    "(5) Ghi theo danh sách trên phiếu bầu cử đại biểu Quốc hội.",
    "(6) Xếp theo thứ tự từ người nhiều phiếu nhất đến người ít phiếu nhất.",
    '(7) Nếu không có đơn vị nào phải tổ chức bầu cử thêm thì ghi "Không có" và không điền nội dung trong bản '
    "tổng hợp kết quả kèm theo mục này.",
    "(8) Biên bản phải được gửi đến các cơ quan được nêu tên chậm nhất là 07 ngày sau ngày bầu cử.",
    "(9) Ví dụ như các đơn khiếu nại, tố cáo hay tờ trình, báo cáo của Tổ bầu cử, Ban bầu cử.",
)
NOTES_25 = (
    "(1) Ghi tên đơn vị hành chính cấp tổ chức bầu cử đại biểu Hội đồng nhân dân.",
    "(2) Ghi rõ số lượng đại biểu Hội đồng nhân dân được bầu tại đơn vị bầu cử theo Nghị quyết của Ủy ban bầu cử "
    "ở cấp đó.",
    "(3) Ghi rõ số lượng người ứng cử đại biểu Hội đồng nhân dân ở cấp tổ chức bầu cử theo Danh sách chính thức "
    "những người ứng cử đại biểu Hội đồng nhân dân do Ủy ban bầu cử đã công bố.",
    "(4) Ghi tên các đơn vị hành chính cấp xã hoặc thôn, tổ dân phố trong phạm vi đơn vị bầu cử đại biểu Hội "
    "đồng nhân dân tương ứng ở cấp xã, cấp tỉnh.",
    '(5) Nếu không có đơn vị nào phải tổ chức bầu cử lại thì ghi "Không có" và không điền nội dung trong bảng '
    "thống kê kết quả kèm theo mục này.",
    "(6) Ghi kết quả phiếu bầu cho mỗi người ứng cử đại biểu Hội đồng nhân dân cấp mình theo bảng kèm theo. "
    "Trường hợp đơn vị bầu cử phải tổ chức bầu cử lại thì ghi kết quả bầu cử lại.",
    "(7) Ghi theo danh sách trên phiếu bầu cử đại biểu Hội đồng nhân dân.",
    "(8) Xếp theo thứ tự từ người nhiều phiếu nhất đến người ít phiếu nhất.",
    '(9) Nếu không có đơn vị nào phải tổ chức bầu cử thêm thì ghi "Không có".',
    '(10) Đối với Biên bản tổng kết cuộc bầu cử đại biểu Hội đồng nhân dân cấp xã thì ghi gửi đến "Hội đồng nhân '
    'dân, Ủy ban nhân dân, Ban thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cùng cấp và tỉnh, thành phố".',
    'Đối với Biên bản tổng kết cuộc bầu cử đại biểu Hội đồng nhân dân cấp tỉnh thì ghi gửi đến "Hội đồng nhân '
    "dân, Ủy ban nhân dân, Ban thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cùng cấp, Ủy ban Thường vụ Quốc hội, "
    'Chính phủ, Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam".',
)
