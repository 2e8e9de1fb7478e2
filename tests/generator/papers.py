"""The invented papers: each function sets one and returns its sheets."""

from layout import A4, A5, MM, Paper, Sheet
from phrases import ENGLISH, PEOPLE, PLACES, Writer


def full(paper, pages, share=0.36):
    """Whether the paper has its pages, with room left on the last one for recipients and signer."""
    return len(paper.sheets) > pages or len(paper.sheets) == pages and paper.y > paper.size[1] * share


PROVINCE = (None, ["ỦY BAN NHÂN DÂN", "TỈNH AN BÌNH"])
DISTRICT = ("TỈNH AN BÌNH", ["ỦY BAN NHÂN DÂN", "HUYỆN PHÚ LỘC HẠ"])
COMMUNE = ("HUYỆN PHÚ LỘC HẠ", ["ỦY BAN NHÂN DÂN", "XÃ ĐÔNG KHÊ HẠ"])
DEPARTMENT = ("UBND TỈNH AN BÌNH", ["SỞ SỰ VỤ HÀNH CHÍNH"])


def decision(seed, pages, sealed=True, numbered="47"):
    """Quyết định: preamble, articles, enough text for about `pages` pages."""
    w, p = Writer(seed), Paper()
    p.head(*PROVINCE, f"Số: {numbered}/QĐ-UBND", "An Bình, ngày 12 tháng 6 năm 2023")
    p.title("QUYẾT ĐỊNH", ["Về việc phê duyệt kế hoạch tiếp nhận, kiểm đếm và lưu giữ", "giấy tờ tại bộ phận một cửa năm 2023"])
    p.centre_line("CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH AN BÌNH", "bold", 13.5)
    p.gap(6)
    for text in ["Căn cứ quy chế làm việc của Ủy ban nhân dân tỉnh nhiệm kỳ này;",
                 f"Căn cứ biên bản cuộc họp liên ngành ngày {w.date()} về hồ sơ tồn đọng;",
                 "Xét đề nghị của Giám đốc Sở Sự vụ hành chính tại Tờ trình số 218/TTr-SSV."]:
        p.paragraph(text, "italic")
    p.centre_line("QUYẾT ĐỊNH:", "bold", 13.5)
    p.gap(4)
    article = 1
    while not full(p, pages):
        p.paragraph(f"**Điều {article}.** {w.paragraph(2)}")
        for n in range(1, w.r.randint(2, 4)):
            if not full(p, pages):
                p.paragraph(f"{n}. {w.paragraph(2)}")
        article += 1
    p.paragraph(f"**Điều {article}.** Quyết định này có hiệu lực kể từ ngày ký. Chánh Văn phòng, thủ trưởng các đơn vị và cá nhân có liên quan "
                "chịu trách nhiệm thi hành./.")
    p.close([f"- Như Điều {article};", "- Chủ tịch, các Phó Chủ tịch;", "- Lưu: VT, SSV (05 bản)."],
            ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], PEOPLE[seed % 12], sealed, seed)
    return p.sheets


def report(seed, pages, place="An Bình", issuer=DEPARTMENT, sealed=True):
    """Báo cáo with Roman sections, numbered headings, points."""
    w, p = Writer(seed), Paper()
    p.head(*issuer, f"Số: {w.r.randint(10, 99)}/BC-SSV", f"{place}, ngày 09 tháng 6 năm 2023")
    p.title("BÁO CÁO", ["Tình hình tiếp nhận và giải quyết giấy tờ của công dân", "năm tháng đầu năm và việc cần làm trong thời gian tới"])
    p.paragraph("Thực hiện yêu cầu của Ủy ban nhân dân tỉnh tại Công văn số 1306/UBND-HC, đơn vị xin tổng hợp các mặt công tác như sau:")
    roman = iter(["I. KẾT QUẢ ĐẠT ĐƯỢC", "II. KHÓ KHĂN, VƯỚNG MẮC", "III. NHIỆM VỤ TRỌNG TÂM", "IV. KIẾN NGHỊ, ĐỀ XUẤT",
                  "V. TỔ CHỨC THỰC HIỆN", "VI. SỐ LIỆU BỔ SUNG", "VII. Ý KIẾN CÁC ĐỊA PHƯƠNG", "VIII. PHỤ CHÚ", "IX. ĐÁNH GIÁ CHUNG", "X. PHẦN KẾT"])
    topics = iter(["Công tác chỉ đạo, điều hành", "Việc sắp xếp kho lưu trữ", "Thu phí và lệ phí", "Đào tạo, tập huấn",
                   "Trang thiết bị", "Ứng dụng chữ ký số", "Tiếp công dân", "Xử lý đơn thư", "Giám sát cộng đồng", "Thi đua, khen thưởng"] * 4)
    while not full(p, pages):
        p.need(60)
        p.paragraph(f"**{next(roman)}**")
        for n in range(1, w.r.randint(3, 4)):
            if full(p, pages):
                break
            p.need(40)
            p.paragraph(f"**{n}. {next(topics)}**")
            p.paragraph(w.paragraph(3))
            for letter in "abc"[:w.r.randint(0, 3)]:
                p.paragraph(f"{letter}) {w.paragraph(2)}")
            if w.r.random() < 0.4:
                p.paragraph(f"//({w.sentence()})//")
    p.paragraph("Trên đây là báo cáo của đơn vị, kính trình cấp trên xem xét, cho ý kiến chỉ đạo./.")
    p.close(["- Ủy ban nhân dân tỉnh (b/c);", "- Giám đốc, các Phó Giám đốc;", "- Các phòng trực thuộc;", "- Lưu: VT, KH."],
            ["Q. GIÁM ĐỐC"], PEOPLE[(seed + 3) % 12], sealed, seed)
    return p.sheets


def official_letter(seed, pages=1, sealed=True):
    """Công văn with V/v under the number and a "Kính gửi"."""
    w, p = Writer(seed), Paper()
    p.head(*DISTRICT, f"Số: {w.r.randint(101, 999)}/UBND-NV", "Phú Lộc Hạ, ngày 08 tháng 6 năm 2023",
           ["V/v chuẩn bị mặt bằng kho", "lưu trữ và phân công trực"])
    p.gap(10)
    p.sheet.line("Kính gửi:", p.left + 38 * MM, p.y + 14, "regular", 13.5)
    p.y += 14
    for text in ["- Trưởng các phòng, ban thuộc huyện;", f"- Ủy ban nhân dân {PLACES[4]};", "- Trạm Khuyến nông liên xã."]:
        p.y += 17
        p.sheet.line(text, p.left + 55 * MM, p.y, "regular", 13.5)
    p.gap(12)
    while not full(p, pages, 0.52):
        p.paragraph(w.paragraph(3))
        if w.r.random() < 0.5:
            p.paragraph("- " + w.sentence())
            p.paragraph("- " + w.sentence())
    p.paragraph("Yêu cầu các đơn vị nghiêm túc triển khai; vướng mắc phản ánh kịp thời về Phòng Nội chính để tổng hợp./.")
    p.close(["- Như trên;", "- Thường trực Huyện ủy (b/c);", "- Lưu: VT, NC."], ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], PEOPLE[(seed + 5) % 12], sealed, seed)
    return p.sheets


def notice(seed, pages=1, sealed=True):
    w, p = Writer(seed), Paper()
    p.head(*COMMUNE, f"Số: 0{w.r.randint(1, 9)}/TB-UBND", "Đông Khê Hạ, ngày 07 tháng 6 năm 2023")
    p.title("THÔNG BÁO", ["Về lịch thu nhận hồ sơ lưu động", "tại các thôn vùng ven hồ"])
    while not full(p, pages, 0.5):
        p.paragraph(w.paragraph(3))
        p.paragraph(f"- Địa điểm: nhà văn hóa thôn {w.pick(['Thượng', 'Vĩnh Ổn', 'Gò Sở', 'Bến Đượm'])}, {w.pick(PLACES)}; "
                    f"bắt đầu lúc {w.r.randint(7, 9)} giờ 30 phút ngày {w.date()}.")
    p.paragraph("Vậy thông báo để nhân dân được biết và thực hiện./.")
    p.close(["- Đài truyền thanh xã;", "- Trưởng các thôn;", "- Lưu: VP."], ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
            PEOPLE[(seed + 7) % 12], sealed, seed)
    return p.sheets


def application(seed, typed=False, pages=2):
    """Đơn đề nghị: dotted lines, tick boxes; filled in by hand, or typed."""
    w, p = Writer(seed), Paper(left=28)
    s = p.sheet
    s.line("Mẫu số 07/ĐN", p.right, p.y, "italic", 11, "right")
    for text, face, size in [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "bold", 13), ("Độc lập - Tự do - Hạnh phúc", "bold", 13.5)]:
        p.centre_line(text, face, size)
    s.centred_rule(p.centre, p.y + 5, 56 * MM)
    p.gap(16)
    p.centre_line("ĐƠN ĐỀ NGHỊ CẤP PHÉP SỬA CHỮA NHÀ Ở", "bold", 14)
    p.centre_line("Kính gửi: Ủy ban nhân dân huyện Phú Lộc Hạ", "regular", 13.5)
    p.gap(6)
    person = PEOPLE[seed % 12]
    rows = [("1. Họ và tên chủ hộ:", person), ("2. Ngày sinh:", "03/11/1979"), ("3. Số định danh cá nhân:", f"0990790{seed % 90 + 10:02d}418"),
            ("4. Nơi thường trú:", f"Thôn Gò Sở, {PLACES[seed % 12]}"), ("5. Nghề nghiệp:", "Thợ mộc"),
            ("6. Thửa đất số:", f"{seed % 70 + 100}, tờ bản đồ số 14"), ("7. Diện tích sàn hiện có:", "86,5 m²"),
            ("8. Nội dung sửa chữa:", "thay mái ngói, gia cố dầm, lát lại sân")]
    for i, (label, value) in enumerate(rows):
        p.filling_line(label, value if typed else "", written=seed * 10 + i)
    p.gap(4)
    p.paragraph("9. Giấy tờ kèm theo (đánh dấu vào ô thích hợp):", indent=0)
    for label, ticked in [("Bản vẽ hiện trạng có xác nhận của thôn", True), ("Ảnh chụp ngôi nhà trong vòng ba tháng", True),
                          ("Văn bản thỏa thuận với hộ liền kề", False), ("Hợp đồng thuê đơn vị thi công", seed % 2 == 0), ("Giấy tờ khác", False)]:
        p.tick_line(label, ticked)
    p.gap(6)
    p.paragraph("10. Cam kết của người làm đơn:", "bold", indent=0)
    while not full(p, pages):
        p.paragraph(w.paragraph(3), size=13)
    p.paragraph("Tôi xin chịu trách nhiệm về những điều đã khai trong đơn này.", size=13)
    p.close([], ["NGƯỜI LÀM ĐƠN"], person, sealed=False, seed=seed)
    return p.sheets


def authorisation(seed):
    """Giấy ủy quyền, certified by the commune: a seal lies over the text."""
    w, p = Writer(seed), Paper()
    p.centre_line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "bold", 13)
    p.centre_line("Độc lập - Tự do - Hạnh phúc", "bold", 13.5)
    p.sheet.centred_rule(p.centre, p.y + 5, 56 * MM)
    p.title("GIẤY ỦY QUYỀN", [])
    p.paragraph(f"Hôm nay, ngày 06 tháng 6 năm 2023, tại trụ sở Ủy ban nhân dân {PLACES[4]}, chúng tôi gồm có:")
    for who, a, n in [("Bên ủy quyền", PEOPLE[1], 201), ("Bên được ủy quyền", PEOPLE[6], 377)]:
        p.paragraph(f"**{who}:** Ông (bà) {a}, số định danh 099185000{n}, thường trú tại {PLACES[n % 12]}, tỉnh An Bình.")
    p.paragraph("**Nội dung ủy quyền:** nộp hồ sơ, bổ sung giấy tờ và nhận kết quả thay; " + w.sentence())
    for n in range(1, 4):
        p.paragraph(f"Điều {n}. {w.paragraph(2)}")
    p.sheet.marks.append(("seal", p.centre + 15 * MM, p.y - 62, 18 * MM, seed))
    p.close(["- Hai bên ủy quyền;", "- Lưu: TP."], ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], PEOPLE[9], True, seed)
    return p.sheets


def permit(seed):
    """Giấy phép: the result that goes back to the applicant, framed, two pages."""
    w, p = Writer(seed), Paper()
    p.head(*DISTRICT, "Số: 162/GP-UBND", "Phú Lộc Hạ, ngày 14 tháng 6 năm 2023")
    p.title("GIẤY PHÉP", ["Sửa chữa nhà ở riêng lẻ"])
    for i, text in enumerate([f"Cấp cho ông (bà): **{PEOPLE[seed % 12]}**, số định danh 099079031418.", f"Địa chỉ: Thôn Gò Sở, {PLACES[seed % 12]}, tỉnh An Bình.",
                              "Được phép thay mái, gia cố dầm và lát lại sân theo bản vẽ số 03 đã được thẩm tra; chiều cao không vượt quá 7,2 m, "
                              "khoảng lùi tối thiểu 1,5 m so với tim ngõ."], 1):
        p.paragraph(f"{i}. {text}")
    for i in range(4, 7):
        p.paragraph(f"{i}. {w.paragraph(2)}")
    p.paragraph("7. Giấy phép có giá trị 12 tháng kể từ ngày ký; quá thời hạn trên mà chưa khởi công thì phải đề nghị gia hạn.")
    p.close(["- Người được cấp phép;", f"- UBND {PLACES[seed % 12]};", "- Lưu: VT, QLĐT."], ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
            PEOPLE[2], True, seed)
    p.new_page()
    p.centre_line("ĐIỀU KIỆN KÈM THEO GIẤY PHÉP", "bold", 13.5)
    for i in range(1, 8):
        p.paragraph(f"{i}. {w.paragraph(2)}")
    return p.sheets


def table(seed, rows=17):
    """A wide table on a landscape sheet; columns are read row by row."""
    w = Writer(seed)
    s = Sheet((A4[1], A4[0]))
    s.line("BẢNG KÊ GIẤY TỜ BÀN GIAO GIỮA CÁC BỘ PHẬN", s.size[0] / 2, 58, "sansbold", 14, "centre")
    s.line("(Kèm theo Tờ trình số 218/TTr-SSV ngày 05 tháng 6 năm 2023)", s.size[0] / 2, 77, "sansitalic", 11, "centre")
    columns = [("STT", 34), ("Địa phương", 158), ("Tên tập giấy tờ", 290), ("Số tờ", 58), ("Ngày giao", 84), ("Ghi chú", 118)]
    left, top, high = 50, 96, 24
    edges = [left]
    for _, wide in columns:
        edges.append(edges[-1] + wide)
    for i in range(rows + 2):
        s.rules.append((left, top + i * high, edges[-1], top + i * high, 0.8))
    for x in edges:
        s.rules.append((x, top, x, top + (rows + 1) * high, 0.8))
    notes = ["đủ", "thiếu 01 tờ", "bản sao", "đã đối chiếu", "chờ ký"]
    for r in range(rows + 1):
        if r == 0:
            cells = [name for name, _ in columns]
        else:
            thing = w.pick(["Tờ khai lệ phí trước bạ", "Đơn đăng ký biến động đất đai", "Hồ sơ hỗ trợ giống cây trồng", "Bản cam kết bảo vệ môi trường",
                            "Phương án phòng cháy rừng", "Sổ theo dõi tiêm phòng gia súc", "Danh sách miễn giảm học phí", "Hợp đồng thuê mặt nước",
                            "Giấy đề nghị cấp đổi biển số", "Biên bản kiểm đếm hoa màu"])
            cells = [str(r), w.pick(PLACES), thing, str(w.r.randint(3, 240)), f"{w.r.randint(10, 28)}/5/2023", w.pick(notes)]
        y = top + r * high + 16
        for c, text in enumerate(cells):
            face = "sansbold" if r == 0 else "sans"
            centred = r == 0 or c in (0, 3, 4)
            s.line(text, (edges[c] + edges[c + 1]) / 2 if centred else edges[c] + 6, y, face, 10.5, "centre" if centred else "left", truth=False)
        s.truth.append(" ".join(cells))
    s.line(f"Người lập bảng: {PEOPLE[seed % 12]}", left, top + (rows + 1) * high + 26, "sans", 11)
    return [s]


def english_letter(seed):
    p = Paper(numbered=False, left=26, right=24)
    for text in ["Harrowgate & Lisle, Bookbinders", "14 Saltmarsh Lane, Port Ellery", "12 June 2023"]:
        p.y += 16
        p.sheet.line(text, p.right, p.y, "regular", 12, "right")
    p.gap(24)
    for text in ["The Keeper of Records", "People's Committee of An Binh Province"]:
        p.y += 16
        p.sheet.line(text, p.left, p.y, "regular", 12)
    p.gap(14)
    p.paragraph("**Subject: Restoration and imaging of eleven land ledgers**", size=12.5, indent=0)
    p.paragraph("Dear Sir or Madam,", size=12.5, indent=0)
    for text in ENGLISH:
        p.paragraph(text, size=12.5, indent=0, after=9)
    p.paragraph("Yours faithfully,", size=12.5, indent=0)
    p.sheet.marks.append(("signature", p.left + 70, p.y + 30, 44 * MM, 16 * MM, seed))
    p.gap(62)
    for text in ["Imogen Prattle-Shaw", "Senior Conservator"]:
        p.y += 15
        p.sheet.line(text, p.left, p.y, "regular", 12)
    return p.sheets


def receipt(seed, heading="GIẤY BIÊN NHẬN HỒ SƠ"):
    """Small paper, A5."""
    w, p = Writer(seed), Paper(A5, left=16, right=14, top=14, bottom=12, numbered=False)
    p.centre_line("TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", "bold", 11.5)
    p.centre_line("HUYỆN PHÚ LỘC HẠ", "bold", 11.5)
    p.sheet.centred_rule(p.centre, p.y + 5, 30 * MM)
    p.gap(14)
    p.centre_line(heading, "bold", 13.5)
    p.gap(6)
    for text in [f"Đã nhận của ông (bà): {PEOPLE[seed % 12]}", f"Địa chỉ: {PLACES[seed % 12]}, tỉnh An Bình", f"Tên giấy tờ: đơn đăng ký biến động đất đai",
                 f"Số lượng: {seed % 5 + 2:02d} bản chính, 01 bản sao", "Giờ nhận: 9 giờ 45 phút, ngày 16 tháng 6 năm 2023", "Ngày hẹn trả: 30 tháng 6 năm 2023"]:
        p.paragraph(text, size=11.5, indent=0, after=3)
    for _ in range(2):
        p.paragraph(w.sentence(), size=11, indent=0)
    p.close([], ["NGƯỜI NHẬN"], PEOPLE[(seed + 4) % 12], sealed=False, seed=seed, space=17 * MM)
    return p.sheets


def only_signature(seed):
    """A side on which somebody signed and nothing is printed."""
    s = Sheet()
    s.marks.append(("signature", s.size[0] * 0.66, s.size[1] * 0.2, 52 * MM, 22 * MM, seed))
    return [s]


FIELD_ROWS = [("hoTen", "Họ và tên:", "Khương Thị Rĩnh"), ("noiO", "Nơi ở hiện nay:", "Thôn Vĩnh Ổn, xã Xuân Ổ"), ("soThua", "Thửa đất số:", "318, tờ bản đồ số 22"),
              ("dienTich", "Diện tích (m²):", "412,7"), ("mucDich", "Mục đích sử dụng:", "trồng cây lâu năm"), ("nguonGoc", "Nguồn gốc:", "được thừa kế năm 1998")]


def form_with_fields(seed):
    """Tờ khai as an interactive form: labels printed, values in fields."""
    w, p = Writer(seed), Paper()
    p.centre_line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "bold", 13)
    p.centre_line("Độc lập - Tự do - Hạnh phúc", "bold", 13.5)
    p.sheet.centred_rule(p.centre, p.y + 5, 56 * MM)
    p.title("TỜ KHAI SỬ DỤNG ĐẤT", ["(Dùng cho hộ gia đình, cá nhân)"])
    for name, label, value in FIELD_ROWS:
        p.y += 24
        x = p.sheet.line(label, p.left, p.y, "regular", 13, truth=False)
        p.sheet.fields.append((name, x + 4, p.y - 13, p.right - x - 4, 18, value))
        p.sheet.truth.append(f"{label} {value}")
    p.gap(14)
    p.paragraph("Người khai đọc kỹ các lưu ý sau đây trước khi nộp:", "bold")
    while p.y < p.size[1] * 0.8:
        p.paragraph(w.paragraph(2))
    p.new_page()
    p.centre_line("PHẦN GHI CỦA CƠ QUAN TIẾP NHẬN", "bold", 13.5)
    for n in range(1, 5):
        p.paragraph(f"{n}. {w.paragraph(2)}")
    return p.sheets
