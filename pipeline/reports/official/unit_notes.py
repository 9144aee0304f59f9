"""The notes below Mẫu 19/HĐBC-QH and Mẫu 24/HĐBC-HĐND, word for word, slips of the pen included."""

from __future__ import annotations

NOTES_19 = (
    "(1) Ghi tên các đơn vị hành chính cấp xã trong phạm vi đơn vị bầu cử đại biểu Quốc hội.",
    "(2) Ghi rõ số lượng đại biểu Quốc hội được bầu tại đơn vị bầu cử theo Nghị quyết của Hội đồng bầu cử quốc gia.",
    "(3) Ghi rõ số lượng người ứng cử đại biểu Quốc hội tại đơn vị bầu cử theo Danh sách chính thức những người "
    "ứng cử đại biểu Quốc hội do Hội đồng bầu cử quốc gia công bố.",
    "(4) Xếp các cột và số phiếu bầu cho từng người ứng cử bắt đầu từ trái sang phải theo thứ tự trong Danh sách "
    "chính thức những người ứng cử đại biểu Quốc hội đã công bố.",
    "(5) Trường hợp số cử tri đi bỏ phiếu chưa đạt quá nửa tổng số cử tri của đơn vị bầu cử thì viết thêm như "
    "sau: “Vì số cử tri đi bỏ phiếu chưa đạt quá nửa tổng số cử tri của đơn vị bầu cử, nên cuộc bầu cử đại biểu "
    "Quốc hội tại đơn vị bầu cử đại biểu Quốc hội số... không có giá trị. Đề nghị Ủy ban bầu cử tỉnh/thành "
    "phố...... báo cáo Hội đồng bầu cử quốc gia xem xét, quyết định việc bầu cử lại tại đơn vị bầu cử”.",
    "(6) Xếp tên người trúng cử theo thứ tự từ người nhiều phiếu nhất đến người ít phiếu nhất.",
    "(7) Trường hợp đã bầu được đủ số lượng đại biểu thì ghi tổng số đại biểu đã trúng cử và ghi “0” vào số đại "
    "biểu còn thiếu. Trường hợp không có người ứng cử nào được quá nửa tổng số phiếu hợp lệ hoặc số người trúng "
    "cử ít hơn số đại biểu được bầu ở đơn vị bầu cử thì ghi rõ số lượng còn thiếu và viết thêm như sau: “Vì số "
    "người trúng cử đại biểu Quốc hội chưa đủ số lượng đại biểu được bầu đã ấn định cho đơn vị bầu cử nên đề "
    "nghị Ủy ban bầu cử tỉnh/thành phố......báo cáo Hội đồng bầu cử quốc gia để xem xét, quyết định việc bầu cử "
    "thêm tại đơn vị bầu cử”.",
    "(8) Ghi rõ những việc bất thường đã xảy ra; nếu không có việc gì xảy ra thì ghi “Không có”.",
    "(9), (10), (11) Ghi rõ các đơn thư, nội dung khiếu nại, tố cáo do Tổ bầu cử chuyển đến; nếu không có thì "
    'ghi "Không có".',
    "(12) Biên bản phải được gửi đến các cơ quan được nêu tên chậm nhất là 05 ngày sau ngày bầu cử.",
    "(13) Ví dụ như các đơn khiếu nại, tố cáo hay tờ trình, báo cáo của Tổ bầu cử.",
    "Việc xác định kết quả trong bầu cử lại, bầu cử thêm được Ban bầu cử đại biểu Quốc hội lập thành biên bản riêng.",
)
NOTES_24 = (
    "(1) Ghi tên đơn vị hành chính cấp tổ chức bầu cử đại biểu Hội đồng nhân dân.",
    "(2) Ghi tên các đơn vị hành chính cấp xã hoặc thôn, tổ dân phố trong phạm vi đơn vị bầu cử đại biểu Hội "
    "đồng nhân dân tương ứng ở cấp xã, cấp tỉnh.",
    "(3) Ghi rõ số lượng đại biểu Hội đồng nhân dân được bầu tại đơn vị bầu cử theo Nghị quyết của Ủy ban bầu cử "
    "đại biểu Hội đồng nhân dân ở cấp đó.",
    "(4) Ghi rõ số lượng người ứng cử đại biểu Hội đồng nhân dân theo Danh sách chính thức những người ứng cử "
    "đại biểu Hội đồng nhân dân do Ủy ban bầu cử đại biểu Hội đồng nhân dân ở cấp đó đã công bố.",
    "(5) Trường hợp số cử tri đi bỏ phiếu chưa đạt quá một nửa tổng số cử tri của đơn vị bầu cử thì viết thêm "
    "như sau: “Vì số cử tri đi bỏ phiếu chưa đạt quá một nửa tổng số cử tri của đơn vị bầu cử, nên cuộc bầu cử "
    "đại biểu Hội đồng nhân dân (1)...... tại đơn vị bầu cử số... không có giá trị. Đề nghị Ủy ban bầu cử "
    "(1)...... xem xét, quyết định việc bầu cử lại tại đơn vị bầu cử”.",
    "(6) Xếp tên người trúng cử theo thứ tự từ người nhiều phiếu nhất đến người ít phiếu nhất.",
    "(7) Trường hợp đã bầu được đủ số lượng đại biểu thì ghi tổng số đại biểu đã trúng cử và ghi “0” vào số đại "
    "biểu còn thiếu. Trường hợp không có người ứng cử nào được quá nửa số phiếu hợp lệ hoặc số người trúng cử ít "
    "hơn số đại biểu được bầu ở đơn vị bầu cử thì ghi rõ số lượng còn thiếu và viết thêm như sau: “Vì số người "
    "trúng cử đại biểu Hội đồng nhân dân chưa đủ số lượng đại biểu được bầu đã ấn định cho đơn vị bầu cử nên đề "
    "nghị Ủy ban bầu cử (1)...... xem xét, quyết định việc bầu cử thêm tại đơn vị bầu cử”.",
    "(8) Ghi rõ những việc bất thường đã xảy ra; nếu không có việc gì xảy ra thì ghi “Không có”.",
    "(9), (10), (11) Ghi rõ các đơn thư, nội dung khiếu nại, tố cáo do Tổ bầu cử chuyển đến; nếu không có thì "
    'ghi "Không có".',
    "(12) Biên bản phải được gửi đến các cơ quan được nêu tên chậm nhất là 05 ngày sau ngày bầu cử.",
    "(13) Ví dụ như các đơn khiếu nại, tố cáo hay tờ trình, báo cáo của Tổ bầu cử.",
    "Việc xác định kết quả trong bầu cử lại, bầu cử thêm được Ban bầu cử đại biểu Hội đồng nhân dân lập thành "
    "biên bản riêng với các nội dung theo Mẫu số 23/HĐBC-HĐND.",
)
