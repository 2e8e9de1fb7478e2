"""Body text of invented papers, composed from phrases written for this purpose. Same seed, same text.

No place, office, person or number in it exists: the province is An Bình, its districts and communes are made up.
"""

import random

PLACES = ["huyện Phú Lộc Hạ", "huyện Tân Khê", "thị xã Đông Giang Thượng", "huyện Mỹ Sơn Đoài", "xã Đông Khê Hạ", "xã Bình Lãng",
          "phường Vĩnh Ngạn", "thị trấn Cổ Lũng Trung", "xã Xuân Ổ", "phường Hữu Trạch", "xã Quỳnh Thủy Nội", "xã Yên Phượng"]

PEOPLE = ["Lương Thế Khoát", "Đàm Thị Ngọc Uyển", "Vi Quốc Thưởng", "Phùng Mỹ Duyệt", "Ông Khắc Trữ", "Nghiêm Thúy Quỳnh",
          "Tạ Đức Hưởng", "Chử Văn Nghĩnh", "Bế Ngọc Ỷ", "Khương Thị Rĩnh", "Lều Hữu Đễ", "Giáp Thị Thoan"]

WHO = ["Văn phòng Ủy ban nhân dân tỉnh", "Trung tâm Phục vụ hành chính công", "bộ phận một cửa các cấp", "phòng chuyên môn thuộc huyện",
       "Ủy ban nhân dân cấp xã", "công chức được phân công tiếp nhận", "đơn vị chủ trì thẩm tra", "tổ công tác liên ngành",
       "thủ trưởng các sở, ngành", "doanh nghiệp cung ứng dịch vụ bưu chính", "chi nhánh đăng ký đất đai", "ban quản lý các khu kinh tế",
       "cơ quan lưu trữ lịch sử", "bộ phận công nghệ thông tin", "đoàn kiểm tra công vụ", "chủ đầu tư các công trình hạ tầng",
       "hợp tác xã nông nghiệp trên địa bàn", "hội đồng nghiệm thu"]

DO = ["rà soát toàn bộ hồ sơ tồn đọng", "đối chiếu bản giấy với bản điện tử", "lập danh mục giấy tờ còn thiếu", "hoàn trả kết quả đúng hẹn",
      "niêm yết công khai mức thu phí", "số hóa thành phần hồ sơ ngay khi tiếp nhận", "bố trí máy quét và đường truyền dự phòng",
      "ghi nhật ký mỗi lần mượn tài liệu", "cập nhật trạng thái xử lý trước giờ nghỉ trưa", "khắc phục tình trạng chậm muộn",
      "xác minh ranh giới thửa đất ngoài thực địa", "nạo vét kênh mương nội đồng", "sửa chữa cầu treo và ngầm tràn",
      "tổ chức đối thoại với hộ kinh doanh", "thu hồi giấy phép đã hết hiệu lực", "hướng dẫn người dân kê khai trực tuyến",
      "chuyển hồ sơ vượt thẩm quyền lên cấp trên", "kiểm đếm tài sản, cây cối, hoa màu", "bàn giao mốc giới và sơ đồ vị trí",
      "thống nhất mẫu biểu giữa các phòng", "gia hạn thời gian lấy ý kiến cộng đồng", "đánh số thứ tự từng tờ trong tập"]

WHY = ["nhằm rút ngắn thời gian đi lại của người dân", "để không phát sinh thêm giấy tờ ngoài quy định", "bảo đảm mọi khoản thu đều có biên lai",
       "tránh thất lạc bản gốc khi luân chuyển", "góp phần nâng cao chỉ số hài lòng", "tạo thuận lợi cho việc tra cứu về sau",
       "bảo đảm an toàn trong mùa mưa lũ", "giữ nguyên hiện trạng cho đến khi có kết luận", "phục vụ quyết toán cuối quý",
       "hạn chế khiếu nại kéo dài", "để các bên liên quan cùng giám sát", "làm căn cứ bồi thường, hỗ trợ và tái định cư"]

HOW = ["chủ động", "khẩn trương", "phối hợp chặt chẽ để", "chịu trách nhiệm", "cử người thường trực", "bằng nguồn kinh phí được giao,",
       "trong phạm vi nhiệm vụ của mình", "định kỳ mỗi tuần hai lần", "thường xuyên"]

IF = ["Trường hợp giấy tờ bị mờ, rách hoặc tẩy xóa", "Khi phát hiện sai lệch giữa lời khai và sổ bộ", "Nếu người nộp không thể đến trực tiếp",
      "Đối với hồ sơ gửi qua đường bưu điện", "Khi hệ thống gián đoạn quá hai giờ", "Trường hợp có từ ba ý kiến trái chiều trở lên",
      "Đối với thửa đất nằm trong hành lang bảo vệ đê", "Nếu quá thời hạn mà chưa nhận được phản hồi",
      "Khi người được ủy quyền xuất trình giấy tờ hợp lệ", "Đối với cơ sở giết mổ nhỏ lẻ, chưa có công trình xử lý nước thải"]

THEN = ["lập biên bản ghi rõ lý do và giao một bản cho người nộp", "hẹn lại ngày trả bằng văn bản", "thông báo qua tin nhắn và niêm yết tại trụ sở",
        "chuyển sang xử lý thủ công rồi nhập bù trong ngày", "mời hai bên đến hòa giải", "đề xuất phương án gửi cấp có thẩm quyền quyết định",
        "tạm dừng giải quyết, không tính vào thời hạn chung", "kiểm tra thực địa cùng trưởng thôn", "trả lại nguyên trạng kèm phiếu hướng dẫn"]

THING = ["hồ sơ cấp phép xây dựng nhà ở riêng lẻ", "đơn đăng ký biến động đất đai", "hồ sơ hỗ trợ giống cây trồng", "giấy chứng nhận cơ sở đủ điều kiện",
         "tờ khai lệ phí trước bạ", "phương án phòng cháy rừng", "kế hoạch duy tu đường liên thôn", "hợp đồng thuê mặt nước nuôi cá lồng",
         "danh sách học sinh được miễn giảm học phí", "sổ theo dõi tiêm phòng gia súc", "bản cam kết bảo vệ môi trường", "đề nghị cấp đổi biển số nhà"]

CAUSE = ["thời tiết diễn biến thất thường", "cán bộ mới luân chuyển, chưa quen việc", "bản đồ giải thửa lập từ lâu, nhiều chỗ không khớp",
         "giá vật tư tăng đột biến", "thiếu phòng đọc và giá để tài liệu", "đường vào thôn bản còn lầy lội", "biểu mẫu thay đổi nhiều lần trong năm",
         "số điện thoại khai trong đơn không liên lạc được"]


class Writer:
    MEMORY = 40  # what was picked so lately is not picked again

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.recent = []

    def pick(self, options):
        fresh = [o for o in options if o not in self.recent] or options
        choice = self.r.choice(fresh)
        self.recent = (self.recent + [choice])[-self.MEMORY:]
        return choice

    def date(self):
        return f"{self.r.randint(10, 28)}/{self.r.randint(1, 6)}/2023"

    def number(self):
        return f"{self.r.randint(1, 19)}.{self.r.randint(100, 999)}" if self.r.random() < 0.4 else str(self.r.randint(13, 980))

    def percent(self):
        return f"{self.r.randint(71, 99)},{self.r.randint(1, 9)}%"

    def sentence(self):
        p, r = self.pick, self.r
        who = p(WHO)
        kind = r.randrange(8)
        if kind == 0:
            return f"{cap(who)} {p(HOW)} {p(DO)} và {p(DO)}, {p(WHY)}."
        if kind == 1:
            return f"{p(IF)}, {who} {p(THEN)}; thời hạn không quá {r.randint(2, 15):02d} ngày làm việc."
        if kind == 2:
            return (f"Tính đến ngày {self.date()}, {p(PLACES)} đã tiếp nhận {self.number()} {p(THING)}, trong đó {self.number()} trường hợp "
                    f"trả trước hạn, đạt tỷ lệ {self.percent()}.")
        if kind == 3:
            return f"Nguyên nhân chủ yếu là do {p(CAUSE)} và {p(CAUSE)}; vì vậy cần {p(DO)} {p(WHY)}."
        if kind == 4:
            return f"Giao {who} {p(DO)} tại {p(PLACES)} và {p(PLACES)}; báo cáo kết quả trước ngày {self.date()}."
        if kind == 5:
            return f"So với cùng kỳ, số {p(THING)} tăng {self.number()} lượt, trong khi {p(THING)} giảm còn {self.percent()}."
        if kind == 6:
            return f"Đề nghị {who} cùng {p(WHO)} {p(DO)}, {p(WHY)}, không để ảnh hưởng đến {p(THING)}."
        return f"{p(IF)} thì ngoài việc {p(DO)}, {who} còn phải {p(DO)} theo đúng trình tự đã niêm yết."

    def paragraph(self, sentences=3):
        return " ".join(self.sentence() for _ in range(sentences))


def cap(s):
    return s[:1].upper() + s[1:]


ENGLISH = [
    "Thank you for the parcel of ledgers that reached our workshop on the ninth of June. Every volume was checked against your packing list, "
    "and apart from a loose spine on the third one nothing was damaged on the way.",
    "We propose to photograph the pages in the order in which they are bound, including empty leaves, covers and any slip of paper that was left "
    "between them. Fold-out maps will be taken in two exposures that overlap by a hand's width, so that they can be joined later without a gap.",
    "Our price for the whole series is 4,260 dollars, which covers two rounds of proofreading. It does not cover the removal of rusty staples; "
    "should you wish us to do that, please allow five more working days and sign the enclosed form.",
    "Two questions remain open. First, may the brittle newspaper cuttings be flattened under glass? Second, who among your staff will "
    "collect the boxes, since the driver needs a name and a telephone number before he is let through the gate?",
    "If you would rather talk it over, our reading room is open from Tuesday to Friday between half past eight and noon. Tea is free, and "
    "the view over the harbour is worth the stairs.",
]
