# Lời trên màn hình. Mỗi khóa có mặt trong cả hai tệp, với cùng tham số; kiểm thử xem điều đó.

app-name = Số hóa hồ sơ
skip-to-content = Đến nội dung chính
open = Mở
find = Tìm
cancel = Thôi
close = Đóng
to-home = Về trang đầu
sign-out = Đăng xuất

## Điều hướng
nav-main = Các màn hình
nav-counter = Quầy tiếp nhận
nav-counter-about = Mở hồ sơ, quét giấy tờ, xem còn thiếu gì, bàn giao.
nav-review = Cần xử lý
nav-review-about = Những tệp cần người quyết định, từng việc một.
nav-fields = Kiểm tra dữ liệu
nav-fields-about = Xác nhận những trường dữ liệu còn nghi ngờ.
nav-batches = Số hóa tồn đọng
nav-batches-about = Các đợt quét: tiến độ, tạm dừng, chạy lại, lấy mẫu.
nav-audit = Kiểm tra
nav-audit-about = Tỷ lệ số hóa, đối chiếu, toàn vẹn, lịch sử, chứng nhận.
nav-dossiers = Hồ sơ
nav-dossiers-about = Danh sách hồ sơ; thành phần nào đã có, thành phần nào còn thiếu.
nav-search = Tra cứu
nav-search-about = Tìm theo mã, người nộp, số ký hiệu, cơ quan ban hành và toàn văn.
nav-users = Người dùng
nav-users-about = Ai được đăng nhập, với vai trò gì, cho cơ quan nào.

## Phím tắt
keys-show = Phím tắt
keys-title = Phím tắt của màn hình này
keys-hint = Phím tắt không có tác dụng khi đang gõ trong một ô. Các phím viết cách nhau thì bấm lần lượt.

## Đăng nhập
sign-in = Đăng nhập
sign-in-lead = Dùng tên và mật khẩu mà quản trị viên đã cấp cho bạn.
sign-in-wrong = Tên hoặc mật khẩu không đúng.
sign-in-wait = Sai quá nhiều lần. Hãy đợi { $seconds } giây rồi thử lại.
user-name = Tên đăng nhập
user-name-hint = Chữ thường không dấu, chữ số, dấu chấm, gạch nối, gạch dưới; 2 đến 40 ký tự.
user-name-wrong = Tên chỉ gồm a–z, 0–9, dấu chấm, gạch nối và gạch dưới, từ 2 đến 40 ký tự.
user-name-taken = Đã có người dùng mang tên này.
password = Mật khẩu
password-new = Mật khẩu mới
password-again = Nhập lại mật khẩu
password-hint = Ít nhất 10 ký tự. Một câu dài dễ nhớ tốt hơn nhiều ký hiệu lạ.
password-short = Mật khẩu phải có ít nhất { $fewest } ký tự.
password-unusable = Không dùng được mật khẩu này; hãy chọn mật khẩu khác, ngắn hơn.
password-differs = Hai lần nhập không giống nhau.
password-set = Đặt mật khẩu
password-set-lead = Đặt mật khẩu cho người dùng { $name }. Sau đó đăng nhập bằng mật khẩu này.
first-admin = Quản trị viên đầu tiên
first-admin-lead = Chưa có người dùng nào. Hãy đặt tên và mật khẩu cho quản trị viên đầu tiên; đường dẫn này chỉ dùng được một lần.
first-admin-make = Tạo quản trị viên

## Trang đầu
home-title = Trang đầu
home-hello = Xin chào, { $name }
home-screens = Các màn hình của bạn
find-dossier = Mã hồ sơ
find-dossier-hint = Gõ mã hoặc quét mã vạch trên giấy biên nhận; gõ phần đầu của mã để tìm.
open-at-counters = Hồ sơ đang mở tại quầy
open-since = { $counter }, từ { $since }
ledger-title = Sổ đối chiếu tệp
file-seen = Đã nhận
file-pending = Đang xử lý
file-attached = Đã gắn vào hồ sơ
file-review = Cần xử lý
file-rejected = Bị từ chối
file-duplicate = Trùng

## Danh sách
list-pages = Các phần của danh sách
list-first = Về đầu danh sách
list-next = Trang tiếp
dossiers-none = Chưa có hồ sơ nào
dossiers-none-help = Hồ sơ hiện ra ở đây khi sổ tiếp nhận được nạp vào.
dossiers-not-found = Không có hồ sơ nào có mã bắt đầu bằng { $code }
dossiers-not-found-help = Hãy xem lại mã. Hồ sơ của cơ quan khác không hiện ra ở đây.

## Hồ sơ
dossier = Hồ sơ
dossier-code = Mã hồ sơ
dossier-applicant = Người nộp
dossier-status = Trạng thái
dossier-procedure = Thủ tục hành chính
dossier-agency = Cơ quan
dossier-counter = Quầy
dossier-channel = Kênh tiếp nhận
dossier-received = Ngày tiếp nhận
dossier-due = Ngày hẹn trả
dossier-finished = Ngày giải quyết xong
dossier-returned = Ngày trả kết quả
dossier-not-in-register = Chưa có trong sổ tiếp nhận. Giấy tờ chờ lần nạp sổ tới và chưa được tính là đã số hóa.
status-filed = Mới đăng ký
status-received = Được tiếp nhận
status-refused = Không được tiếp nhận
status-in-process = Đang xử lý
status-supplement = Yêu cầu bổ sung giấy tờ
status-payment = Yêu cầu thực hiện nghĩa vụ tài chính
status-withdrawn = Công dân yêu cầu rút
status-stopped = Dừng xử lý
status-done = Đã xử lý xong
status-returned = Đã trả kết quả
channel-counter = Trực tiếp
channel-online = Trực tuyến
channel-post = Bưu chính công ích
checklist = Thành phần hồ sơ
checklist-none = Sổ tiếp nhận không liệt kê thành phần nào
checklist-none-help = Vì vậy không thể nói hồ sơ còn thiếu gì.
checklist-missing = Còn thiếu { $count } thành phần
checklist-complete = Đã đủ các thành phần phải số hóa
checklist-progress = { $done }/{ $due } thành phần đã số hóa
component-attached = Đã có
component-missing = Còn thiếu
component-exempt = Được miễn
component-awaiting = Chờ sổ tiếp nhận
component-in-review = Cần xem lại
component-not-due = Không bắt buộc
component-result = kết quả giải quyết
component-reused = Tái sử dụng giấy tờ đã số hóa của hồ sơ khác.
component-documents = { $count } văn bản
documents = Văn bản đã số hóa
documents-none = Chưa có văn bản nào
documents-none-help = Văn bản hiện ra ở đây vài giây sau khi quét.
document-unassigned = Chưa rõ thành phần
document-attached = Đã gắn vào hồ sơ
document-awaiting = Chờ sổ tiếp nhận
document-incomplete = Chưa đủ trang đọc được
document-removed = Đã gỡ
page-count = { $count } trang
page-number = Trang { $number }
pages-more = và { $count } trang nữa
files-pending = Đang xử lý { $count } tệp
files-review = { $count } tệp của hồ sơ này đang chờ người quyết định

## Cảnh báo
warning-resolution = Độ phân giải { $found } dpi, cần ít nhất { $asked } dpi
warning-resolution-unstated = Tệp không ghi độ phân giải
warning-not-in-colour = Không quét màu
warning-page-count = Thấy { $found } trang, giấy có { $asked } mặt
warning-page-missing = Theo số trang in, có trang bị thiếu ở trước
warning-page-order = Theo số trang in, trang nằm sai thứ tự
warning-pdf-version = PDF phiên bản { $found }, cần từ { $asked }
warning-name = Tên tệp không theo mã hồ sơ và số thứ tự
warning-on-page = Trang { $page }
warning-on-pages = Trang { $page } và { $more } trang khác
warning-same-paper = Giấy tờ này cũng nằm ở một hồ sơ khác
warning-same-paper-here = Trùng với văn bản { $code } của hồ sơ này

## Dữ liệu cá nhân
unmask = Hiện tên
unmask-title = Hiện dữ liệu cá nhân
unmask-text = Tên người nộp được che với kiểm tra viên. Việc hiện tên và lý do được ghi vào lịch sử của hồ sơ.
unmask-reason = Lý do
unmask-hint = Một câu, không ghi dữ liệu cá nhân.

## Người dùng
user-role = Vai trò
user-role-wrong = Hãy chọn một vai trò.
user-agency = Cơ quan
user-agency-hint = Viết như trong sổ tiếp nhận. Để trống: thấy hồ sơ của mọi cơ quan.
user-agency-wrong = Tên cơ quan dài quá 200 ký tự hoặc có ký tự lạ.
user-state = Trạng thái
user-actions = Việc làm
user-on = Đang dùng
user-off = Đã khóa
user-no-password = Chưa đặt mật khẩu
user-oneself = là bạn
user-add = Thêm người dùng
user-enable = Mở khóa
user-disable = Khóa
user-disable-title = Khóa người dùng { $name }?
user-disable-text = Người này bị đăng xuất ngay và không đăng nhập được nữa cho đến khi được mở khóa.
user-new-link = Đường dẫn mới
user-link = Gửi đường dẫn này cho { $name } để đặt mật khẩu. Nó dùng được một lần, trong { $hours } giờ, và không hiện lại.
user-link-label = Đường dẫn đặt mật khẩu
agency-all = Mọi cơ quan
role-counter = Cán bộ quầy
role-archivist = Cán bộ lưu trữ
role-auditor = Kiểm tra viên
role-admin = Quản trị viên

## Lỗi
error-not-found = Không tìm thấy
error-not-found-help = Trang này không có, hoặc không thuộc phạm vi của bạn. Hãy xem lại mã hoặc địa chỉ.
error-sign-in = Cần đăng nhập
error-sign-in-help = Hãy đăng nhập rồi thử lại.
error-not-ours = Yêu cầu không được nhận
error-not-ours-help = Trang đã cũ hoặc phiên làm việc đã đổi. Hãy quay lại, tải lại trang rồi thử lại.
error-scope = Mã truy cập không có quyền này
error-scope-help = Hãy dùng mã truy cập có phạm vi phù hợp.
error-invalid = Yêu cầu không hợp lệ
error-invalid-help = Dữ liệu gửi lên không đúng. Hãy quay lại và sửa.
error-too-large = Dữ liệu quá lớn
error-too-large-help = Hãy gửi ít hơn trong một lần.
error-too-many = Quá nhiều yêu cầu
error-too-many-help = Hãy đợi { $seconds } giây rồi thử lại.
error-conflict = Không làm được trong trạng thái này
error-conflict-help = Dữ liệu đã thay đổi, hoặc việc này sẽ không để lại quản trị viên nào. Hãy tải lại trang và xem lại.
error-unavailable = Hệ thống đang bận
error-unavailable-help = Không có gì bị mất. Hãy thử lại sau ít phút.
error-defect = Có lỗi trong hệ thống
error-defect-help = Lỗi đã được ghi lại. Nếu còn gặp lại, hãy báo quản trị viên số của yêu cầu.
error-request = Số của yêu cầu: { $id }
