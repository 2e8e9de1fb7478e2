"""A wide source of invented administrative Vietnamese for test pages: sentences, names, places, codes, cells of tables.

Everything is composed from templates and word lists written for this purpose; people, places, offices and numbers do not
exist. Same seed, same text.
"""

from phrases import Writer

FAMILY = ("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai Trịnh Đào Cao Lâm Tô Hà Quách Thái Tống Triệu "
          "Lục Nông Ma Bàn Sầm Hứa Kiều Doãn Cù Thân Ninh Mạc").split()
MIDDLE_M = ("Văn|Đức|Hữu|Quang|Minh|Thế|Đình|Xuân|Công|Trọng|Bá|Duy|Khắc|Viết|Ngọc|Tuấn|Chí|Gia").split("|")
MIDDLE_F = ("Thị|Thị Ngọc|Thị Thu|Thị Bích|Thị Kim|Thúy|Mỹ|Diệu|Như|Thị Hồng|Thị Tuyết|Khánh|Thị Ánh|Phương").split("|")
GIVEN_M = ("Khoát Hưởng Thưởng Trữ Nghĩnh Đễ Quyết Dũng Thắng Hậu Nghĩa Tưởng Vượng Huỳnh Kỷ Lượng Bảo Tuyển Sỹ Đạt Mẫn Cường Thụy Hiển Tiệp "
           "Vỹ Chuẩn Khởi Luyện Bằng Toản Diễn Phấn Nhượng Quý Đoàn Hòa Lộc").split()
GIVEN_F = ("Uyển Duyệt Quỳnh Rĩnh Thoan Ỷ Nguyệt Huệ Thảo Hường Trúc Vy Diễm Hạnh Thơm Xuyến Lựu Dung Oanh Nhạn Mừng Yến Phượng Thủy Loan "
           "Khuê Trâm Bưởi Nhã Ánh Lụa Đượm Tuyền Châu Thục Hiền").split()

FIRST = ("An Bình Phú Tân Mỹ Đông Xuân Yên Vĩnh Quỳnh Hữu Cổ Thạch Sơn Long Gia Thượng Đại Kim Ngọc Trung Hồng Liên Hương Giang Tiền Thuận Hưng "
         "Bảo Khánh Diên Phong Tường Lạc Cẩm Nghĩa").split()
SECOND = ("Lộc Khê Sơn Lãng Ngạn Lũng Ổ Trạch Thủy Phượng Đình Hạ Đoài Trì Xá Quới Điền Ninh Mỗ Thịnh Cốc Nẫm Vực Phụng Hội Lĩnh Ải Giàng Chử "
          "Trường Đức Thiện Mão Quán Rịa Tảo").split()
THIRD = ["", "", "", " Hạ", " Thượng", " Đoài", " Nội", " Trung"]
HAMLET = ["Gò Sở", "Bến Đượm", "Vĩnh Ổn", "Cây Gạo", "Đồng Chiêm", "Ao Sậy", "Nà Khoang", "Bãi Giữa", "Xóm Chài", "Cửa Ải", "Đình Cả", "Lũng Vài",
          "Ruộng Đỗ", "Suối Rút", "Trại Mới", "Đá Nghiêng"]
STREETS = ["Hàng Thiếc", "Bờ Kênh", "Chợ Cũ", "Cầu Ngói", "Trường Thi", "Lò Gốm", "Bến Sỏi", "Ga Xép", "Nhà Thờ Đổ", "Đường Tránh", "Giếng Nước"]

OFFICES = ["Văn phòng Ủy ban nhân dân tỉnh", "Sở Sự vụ hành chính", "Sở Kế hoạch và Đầu tư", "Sở Nông nghiệp và Phát triển nông thôn", "Sở Giao thông vận tải",
           "Sở Tài nguyên và Môi trường", "Sở Lao động, Thương binh và Xã hội", "Sở Giáo dục và Đào tạo", "Sở Y tế", "Sở Xây dựng", "Sở Công Thương",
           "Sở Thông tin và Truyền thông", "Kho bạc Nhà nước tỉnh", "Bảo hiểm xã hội huyện", "Chi cục Thuế khu vực", "Hạt Kiểm lâm", "Phòng Tư pháp",
           "Phòng Nội vụ", "Phòng Tài chính - Kế hoạch", "Phòng Kinh tế và Hạ tầng", "Thanh tra huyện", "Trạm Khuyến nông", "Trung tâm Văn hóa - Thể thao",
           "Trung tâm Dịch vụ việc làm", "Ban Quản lý rừng phòng hộ", "Ban Chỉ huy Quân sự xã", "Công an xã", "Đài Truyền thanh", "Trạm Y tế xã",
           "Hội Liên hiệp Phụ nữ", "Hội Cựu chiến binh", "Đoàn Thanh niên", "Mặt trận Tổ quốc xã", "Ban Quản trị chợ", "Xí nghiệp Khai thác công trình thủy lợi",
           "Trường Trung học cơ sở", "Văn phòng Đăng ký đất đai", "Chi cục Văn thư, lưu trữ", "Hội đồng bồi thường, hỗ trợ và tái định cư", "Điện lực huyện"]

DO = ["rà soát, thống kê số hộ có nguy cơ sạt lở", "lập dự toán chi tiết gửi cơ quan thẩm định", "công khai danh sách đối tượng được hưởng trợ cấp",
      "kiểm kê đàn lợn nái và tiêu hủy gia súc mắc bệnh", "phát quang hành lang an toàn lưới điện", "cấp phát thẻ khám, chữa bệnh cho trẻ dưới sáu tuổi",
      "hướng dẫn nông dân gieo cấy đúng lịch thời vụ", "thẩm định thiết kế bản vẽ thi công", "tuyên truyền, vận động nhân dân chấp hành quy ước",
      "xử lý nghiêm hành vi lấn chiếm vỉa hè", "bổ sung trang thiết bị cho phòng thí nghiệm", "phúc tra kết quả điều tra hộ nghèo, hộ cận nghèo",
      "giải ngân hết số vốn còn lại", "thu gom rác thải nhựa dọc bờ kè", "đăng tải lịch tiếp công dân trên cổng thông tin", "mở lớp xóa mù chữ cho người lớn tuổi",
      "khảo sát nhu cầu sử dụng nước sạch", "quản lý chặt chẽ nguồn giống thủy sản", "kiểm tra đột xuất bếp ăn tập thể", "nghiệm thu khối lượng hoàn thành",
      "sắp xếp lại đội ngũ cộng tác viên dân số", "đo đạc, chỉnh lý bản đồ địa chính", "xác nhận tình trạng hôn nhân qua mạng", "lắp đặt biển cảnh báo đuối nước",
      "trích lục sổ hộ tịch bản gốc", "gửi thư mời chào giá cạnh tranh", "chấm dứt hợp đồng với nhà thầu vi phạm tiến độ", "bồi dưỡng kỹ năng xử lý tình huống",
      "tiếp nhận phản ánh qua đường dây nóng", "duy trì tổ tự quản bảo vệ rừng", "thực hiện kiểm dịch tại cửa ngõ", "khen thưởng tập thể có nhiều sáng kiến",
      "luân chuyển hồ sơ bằng phương tiện điện tử", "hủy biên lai viết sai theo quy định", "đối soát tiền phí cuối mỗi phiên", "nộp lưu tài liệu hết giá trị hiện hành",
      "quyết toán kinh phí hỗ trợ mai táng", "khơi thông cống rãnh trước mùa mưa", "tổng hợp ý kiến cử tri", "trưng bày sản phẩm làng nghề", "diễn tập phòng thủ dân sự",
      "giao chỉ tiêu tuyển quân", "cắm mốc giới đường thủy nội địa", "trồng dặm những diện tích cây chết", "cử giáo viên dạy liên trường"]

AIM = ["nhằm ổn định đời sống của các hộ di dời", "để kịp thời ngăn chặn dịch lây lan", "bảo đảm công bằng, khách quan", "nhằm phát huy quyền làm chủ của nhân dân",
       "tránh chồng chéo nhiệm vụ giữa các đơn vị", "góp phần giảm nghèo bền vững", "để học sinh vùng sâu được đến lớp đầy đủ", "bảo đảm đúng mục đích, tiết kiệm",
       "phục vụ sản xuất vụ đông xuân", "nhằm giữ gìn cảnh quan, vệ sinh nơi công cộng", "để sớm đưa công trình vào khai thác", "tạo nguồn thu ổn định cho ngân sách",
       "bảo đảm quyền lợi hợp pháp của người lao động", "nhằm khôi phục chợ phiên truyền thống", "để chấm dứt tình trạng khiếu kiện vượt cấp",
       "bảo vệ nguồn nước sinh hoạt ở thượng nguồn", "nhằm nâng cao chất lượng dân số", "để người cao tuổi không phải đi lại nhiều lần"]

THING = ["giấy khai sinh bản sao", "giấy chứng nhận quyền sử dụng đất", "sổ bảo hiểm xã hội", "học bạ và bằng tốt nghiệp", "giấy phép khai thác nước ngầm",
         "biên bản vi phạm hành chính", "hợp đồng giao khoán rừng", "quyết định hưởng trợ cấp hằng tháng", "phiếu lý lịch tư pháp", "giấy xác nhận khuyết tật",
         "tờ trình xin chủ trương đầu tư", "giấy phép lái xe hạng nhẹ", "hóa đơn tiền điện, tiền nước", "bản thuyết minh kỹ thuật", "báo cáo đánh giá tác động môi trường",
         "giấy đăng ký kinh doanh hộ cá thể", "đơn xin chuyển mục đích sử dụng đất", "danh sách cử tri", "giấy kết hôn", "sổ theo dõi cấp phát vật tư",
         "giấy mời họp thôn", "phương án cứu hộ, cứu nạn", "chứng thư thẩm định giá", "biên bản bàn giao mặt bằng", "giấy xác nhận cư trú", "đề án sáp nhập xóm, bản",
         "phiếu thu lệ phí", "giấy chứng tử", "bản đồ quy hoạch chi tiết", "giấy đề nghị thanh toán"]

STATE = ["chưa có người đến nhận", "còn vướng mắc về nguồn gốc đất", "đã hoàn thành vượt mức", "đang chờ ý kiến của cấp trên", "bị trả lại vì thiếu chữ ký",
         "được giải quyết ngay trong buổi sáng", "phải làm lại từ đầu do khai sai", "đã quá thời hạn bảo quản", "nằm ngoài phạm vi quy hoạch",
         "chuyển biến còn chậm so với yêu cầu", "cơ bản đáp ứng tiêu chí nông thôn mới", "đang tranh chấp ranh giới với hộ liền kề", "không còn phù hợp với thực tế",
         "được nhân dân đồng tình ủng hộ", "cần thẩm tra kỹ trước khi trình ký"]

WHEN = ["Trong quý vừa qua", "Sau đợt mưa lớn kéo dài", "Từ khi áp dụng quy trình mới", "Ngay sau kỳ họp thường lệ", "Trước thềm năm học mới", "Theo kết quả kiểm tra chéo",
        "Căn cứ tình hình thực tế tại cơ sở", "Qua sáu tháng thực hiện thí điểm", "Đến thời điểm khóa sổ", "Bên cạnh những kết quả đã đạt được",
        "Do ảnh hưởng của cơn bão số 4", "Để chuẩn bị cho hội nghị sơ kết"]

CONDITION = ["Hộ gia đình có người khuyết tật đặc biệt nặng", "Người nộp hồ sơ không xuất trình được bản chính", "Thửa đất chưa được đo đạc chính quy",
             "Cá nhân tự ý san lấp mặt bằng", "Nhà thầu chậm tiến độ quá mười lăm ngày", "Công trình nằm trong vùng lòng hồ", "Đại biểu vắng mặt không có lý do",
             "Phụ huynh có nguyện vọng chuyển trường cho con", "Chủ phương tiện không đóng phí đường bộ", "Học viên nghỉ quá một phần ba số tiết",
             "Cơ sở sản xuất xả thải chưa qua xử lý", "Người thuê không trả tiền đúng kỳ hạn", "Cán bộ gây phiền hà, sách nhiễu", "Đơn tố cáo không ghi rõ họ tên"]

RESULT = ["thì được ưu tiên xét trước", "sẽ bị nhắc nhở, phê bình trước toàn cơ quan", "phải có văn bản giải trình gửi về trước ngày {d}", "thì cơ quan tiếp nhận từ chối và nêu rõ căn cứ",
          "được gia hạn một lần, không quá {n} ngày", "thì lập tổ xác minh gồm ít nhất ba thành viên", "phải bồi thường toàn bộ thiệt hại", "được miễn một phần học phí",
          "thì giao trưởng thôn vận động, thuyết phục", "sẽ xem xét tại phiên họp gần nhất", "thì áp dụng mức thu thấp nhất của khung giá"]

SECTIONS = ["Tình hình chung", "Kết quả thực hiện", "Tồn tại, hạn chế", "Nguyên nhân chủ quan", "Phương hướng, nhiệm vụ", "Giải pháp chủ yếu", "Tổ chức thực hiện",
            "Kiến nghị và đề xuất", "Công tác cán bộ", "Quản lý đất đai", "Văn hóa - xã hội", "Quốc phòng, an ninh", "Thu chi ngân sách", "Xây dựng cơ bản",
            "Phòng chống thiên tai", "Cải cách hành chính", "Giáo dục và y tế", "Chăn nuôi, thú y", "Bảo vệ môi trường", "Giải quyết khiếu nại", "Điều khoản thi hành"]

KINDS = ["QUYẾT ĐỊNH", "BÁO CÁO", "THÔNG BÁO", "TỜ TRÌNH", "KẾ HOẠCH", "BIÊN BẢN", "GIẤY MỜI", "CHỈ THỊ", "HƯỚNG DẪN", "QUY CHẾ", "GIẤY XÁC NHẬN", "PHƯƠNG ÁN"]
CODES = ["QĐ", "BC", "TB", "TTr", "KH", "BB", "GM", "CT", "HD", "QC", "GXN", "PA"]
SUBJECTS = ["Về việc giao chỉ tiêu trồng rừng thay thế", "Về công tác tiêm phòng vụ xuân hè", "Kết quả kiểm tra các bến đò ngang", "Về việc sửa đổi mức thu học phí",
            "Triển khai đợt cao điểm vệ sinh đồng ruộng", "Về phân luồng giao thông dịp lễ hội", "Hỗ trợ hộ nghèo làm nhà ở kiên cố", "Điều chỉnh quy hoạch khu dân cư ven sông",
            "Về việc kiện toàn tổ hòa giải ở thôn", "Tổng kết phong trào khuyến học, khuyến tài", "Về phương án cấp nước sinh hoạt tập trung", "Đấu giá quyền thuê mặt bằng chợ",
            "Bảo đảm trật tự tại lễ giao nhận quân", "Sắp xếp các điểm trường lẻ vùng cao"]
GOODS = ["Gạo tẻ", "Xi măng PCB40", "Thép cuộn phi 6", "Giấy in A4", "Máy tính xách tay", "Thuốc khử trùng", "Hạt giống ngô lai", "Phân đạm u-rê", "Tủ hồ sơ sắt", "Ống nhựa PVC",
         "Bóng đèn compact", "Dầu đi-ê-den", "Áo phao cứu sinh", "Vải bạt che mưa", "Cọc tre gia cố", "Sách giáo khoa lớp 4", "Mực in đen", "Đá hộc", "Cát vàng", "Bàn ghế học sinh",
         "Quạt trần", "Khẩu trang y tế", "Bộ dụng cụ đo đạc", "Vắc-xin lở mồm long móng", "Cây keo giống", "Bình chữa cháy"]
UNITS = ["kg", "tấn", "bao", "cái", "chiếc", "bộ", "mét", "lít", "hộp", "cuốn", "thùng", "liều", "cây"]
NOTES = ["đủ", "thiếu", "bản sao", "chờ ký", "đã nhận", "trả lại", "hoãn", "ưu tiên", "bổ sung", "hết hạn", "đang xử lý", ""]
JOBS = ["Trưởng phòng", "Phó Trưởng phòng", "Chuyên viên", "Kế toán", "Thủ quỹ", "Văn thư", "Trưởng thôn", "Hiệu trưởng", "Y sĩ", "Cán bộ địa chính", "Thanh tra viên", "Lái xe"]


def cap(s):
    return s[:1].upper() + s[1:]


class Clerk(Writer):
    """Writes; each part of a sentence is drawn anew, and none of the last sixty is repeated."""

    MEMORY = 60

    # Names, places, numbers

    def person(self):
        r = self.r
        if r.random() < 0.5:
            return f"{r.choice(FAMILY)} {r.choice(MIDDLE_M)} {r.choice(GIVEN_M)}"
        return f"{r.choice(FAMILY)} {r.choice(MIDDLE_F)} {r.choice(GIVEN_F)}"

    def place_name(self):
        return f"{self.r.choice(FIRST)} {self.r.choice(SECOND)}{self.r.choice(THIRD)}"

    def place(self):
        return f"{self.r.choice(['huyện', 'thị xã', 'xã', 'xã', 'xã', 'phường', 'thị trấn'])} {self.place_name()}"

    def office(self):
        office = self.pick(OFFICES)
        return f"{office} {self.place_name()}" if office.endswith(("xã", "cơ sở", "chợ")) else office

    def address(self):
        r = self.r
        where = f"số {r.randint(1, 320)} phố {r.choice(STREETS)}" if r.random() < 0.4 else f"thôn {r.choice(HAMLET)}"
        return f"{where}, {self.place()}"

    def date(self):
        return f"{self.r.randint(1, 28):02d}/{self.r.randint(1, 12):02d}/{self.r.randint(2009, 2025)}"

    def long_date(self):
        return f"ngày {self.r.randint(3, 28):02d} tháng {self.r.randint(1, 12):02d} năm {self.r.randint(2015, 2025)}"

    def code(self):
        return f"{self.r.randint(1, 2900)}/{self.r.choice(CODES)}-{self.r.choice(['UBND', 'SSV', 'STNMT', 'HĐND', 'VP', 'TCKH', 'BQL', 'LĐTBXH'])}"

    def dated_code(self):
        return f"{self.r.randint(2, 180)}/{self.r.randint(2011, 2025)}/{self.r.choice(['NĐ-CP', 'TT-BNV', 'QH14', 'NQ-HĐND', 'TT-BTC'])}"

    def identity(self):
        return f"0{self.r.randint(10, 96)}{self.r.randint(0, 3)}{self.r.randint(10, 99)}{self.r.randint(0, 999999):06d}"

    def phone(self):
        return f"09{self.r.randint(10, 99)}.{self.r.randint(100, 999)}.{self.r.randint(100, 999)}"

    def count(self):
        return f"{self.r.randint(1, 48)}.{self.r.randint(0, 999):03d}" if self.r.random() < 0.3 else str(self.r.randint(3, 990))

    def money(self):
        return f"{self.r.randint(1, 980)}.{self.r.randint(0, 999):03d}.000" if self.r.random() < 0.6 else f"{self.r.randint(20, 990)}.{self.r.choice(['000', '500'])}"

    def percent(self):
        return f"{self.r.randint(3, 99)},{self.r.randint(1, 9)}%"

    # Sentences

    def sentence(self):
        p, r = self.pick, self.r
        kind = r.randrange(16)
        if kind == 0:
            return f"Giao {self.office()} chủ trì, phối hợp với {self.office()} {p(DO)}, {p(AIM)}."
        if kind == 1:
            return f"{p(WHEN)}, {self.office()} đã {p(DO)} tại {self.place()}, {self.place()} và {self.place()}."
        if kind == 2:
            return f"{p(CONDITION)} {p(RESULT).format(d=self.date(), n=r.randint(5, 45))}."
        if kind == 3:
            return f"Trong tổng số {self.count()} {p(THING)} đã kiểm tra, có {self.count()} trường hợp {p(STATE)}, chiếm {self.percent()}."
        if kind == 4:
            return f"Ông {r.choice(FAMILY)} {r.choice(MIDDLE_M)} {r.choice(GIVEN_M)}, trú tại {self.address()}, đề nghị được cấp lại {p(THING)} do bị thất lạc ngày {self.date()}."
        if kind == 5:
            return f"Kinh phí thực hiện là {self.money()} đồng, trích từ nguồn sự nghiệp năm {r.randint(2016, 2025)}; phần còn thiếu do {self.office()} cân đối."
        if kind == 6:
            return f"Căn cứ Nghị định số {self.dated_code()} và Công văn số {self.code()} {self.long_date()}, đơn vị tiến hành {p(DO)}."
        if kind == 7:
            return f"Hiện nay {p(THING)} ở {self.place()} {p(STATE)}; mặt khác, việc {p(DO)} {p(STATE)}."
        if kind == 8:
            return f"Yêu cầu thủ trưởng các đơn vị {p(DO)}; đồng thời {p(DO)}, hoàn thành trước ngày {self.date()}."
        if kind == 9:
            return f"Bà {r.choice(FAMILY)} {r.choice(MIDDLE_F)} {r.choice(GIVEN_F)} (điện thoại {self.phone()}) được phân công {p(DO)} từ {self.long_date()}."
        if kind == 10:
            return f"{p(WHEN)}, số {p(THING)} phát sinh tăng {self.percent()} so với cùng kỳ, tập trung ở {self.place()} ({self.count()} trường hợp)."
        if kind == 11:
            return f"{cap(p(THING))} và {p(THING)} được lưu tại {self.office()} trong {r.randint(2, 70)} năm kể từ ngày kết thúc công việc."
        if kind == 12:
            return f"Thời gian làm việc: từ {r.randint(7, 8)} giờ {r.choice(['00', '15', '30'])} đến {r.randint(16, 17)} giờ {r.choice(['00', '30'])}, các ngày trong tuần, trừ chiều thứ sáu."
        if kind == 13:
            return f"Nếu không {p(DO)} thì khó có thể {p(DO)}, {p(AIM)}."
        if kind == 14:
            return f"{cap(self.office())} báo cáo bằng văn bản về việc {p(DO)}; những nơi {p(STATE)} phải nêu rõ trách nhiệm."
        return f"Đồng chí {self.person()}, {p(JOBS).lower()}, thay mặt {self.office()} trình bày dự thảo; {self.count()} đại biểu tán thành, {r.randint(0, 9)} đại biểu có ý kiến khác."

    def paragraph(self, sentences=3):
        return " ".join(self.sentence() for _ in range(sentences))

    def item(self):
        """A short point of a list."""
        return cap(self.pick(DO)) + self.r.choice([";", ".", f", {self.pick(AIM)};"])

    def issuer(self):
        """(superior body, issuing body, place) in capitals."""
        r, name = self.r, self.place_name()
        kind = r.randrange(4)
        if kind == 0:
            return f"ỦY BAN NHÂN DÂN HUYỆN {self.place_name().upper()}", f"ỦY BAN NHÂN DÂN XÃ {name.upper()}", name
        if kind == 1:
            return f"UBND TỈNH {name.upper()}", f"SỞ {r.choice(['SỰ VỤ HÀNH CHÍNH', 'XÂY DỰNG', 'Y TẾ', 'CÔNG THƯƠNG', 'TÀI CHÍNH'])}", name
        if kind == 2:
            return f"HUYỆN ỦY {name.upper()}", "BAN TỔ CHỨC", name
        return f"UBND HUYỆN {name.upper()}", f"PHÒNG {r.choice(['NỘI VỤ', 'TƯ PHÁP', 'VĂN HÓA VÀ THÔNG TIN', 'GIÁO DỤC VÀ ĐÀO TẠO'])}", name
