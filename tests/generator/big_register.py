#!/usr/bin/env python3
"""A large register: invented dossiers with four components each, received over three years. The same file each time.

    big_register.py OUT.csv [--dossiers N]

One row a component: three papers and a result. Nobody's name is in it but invented ones. Needs nothing but Python.
"""

import argparse
import datetime
from pathlib import Path
import random

HEADER = ("dossier,procedure,agency,counter,channel,applicant,received,due,finished,returned,return_channel,status,"
          "component,component_name,kind,required,exempt_reason\n")
FIRST, DAYS = datetime.date(2021, 1, 1), 1095
AGENCIES = [f"Sở {name}" for name in (
    "Công Thương", "Y tế", "Tài chính", "Kế hoạch và Đầu tư", "Tài nguyên và Môi trường", "Xây dựng", "Giao thông vận tải", "Tư pháp",
    "Nội vụ", "Giáo dục và Đào tạo", "Khoa học và Công nghệ", "Thông tin và Truyền thông", "Văn hóa và Thể thao", "Du lịch", "Ngoại vụ")]
COUNTERS, PROCEDURES = 4, 300
PAPERS = ["Đơn đề nghị", "Bản vẽ thiết kế", "Giấy chứng nhận quyền sử dụng đất"]
EXEMPT = ["đã có trong cơ sở dữ liệu", "bản chụp", "chỉ xuất trình"]
FAMILY, MIDDLE, GIVEN = ["Nguyễn", "Trần", "Lê", "Phạm", "Hồ", "Đặng"], ["Thị", "Văn", "Đình", "Hữu", "Thu"], ["An", "Bình", "Châu", "Dung", "Giang", "Hà"]


def rows(count):
    r = random.Random(1_000_000)
    for number in range(count):
        day = number * DAYS // count
        received = FIRST + datetime.timedelta(day)
        due = received + datetime.timedelta(r.randrange(3, 30))
        status = r.choice((1, 2, 3, 4, 4, 5, 7)) if day > DAYS - 30 else r.choice((3, 7, 9, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10))
        finished = received + datetime.timedelta(r.randrange(1, 29)) if status in (3, 7, 9, 10) else ""
        agency = number % len(AGENCIES)
        head = ",".join((
            f"H41.{agency + 1}-{received:%y%m%d}-{number:07}", f"{1 + agency % 3}.{(agency * 37 + r.randrange(PROCEDURES // len(AGENCIES))) % 1000000:06}",
            AGENCIES[agency], f"Quầy {1 + r.randrange(COUNTERS)}", ("counter", "counter", "online", "post")[r.randrange(4)],
            f"{r.choice(FAMILY)} {r.choice(MIDDLE)} {r.choice(GIVEN)}", f"{received}T{7 + r.randrange(10):02}:{r.randrange(60):02}", str(due), str(finished),
            str(finished) if status == 10 else "", ("counter", "post", "online")[r.randrange(3)], str(status)))
        for place, name in enumerate(PAPERS, 1):
            exempt = r.choice(EXEMPT) if r.randrange(12) == 0 else ""
            yield f"{head},TP{place:02},{name},component,{'false' if place == 3 and number % 5 == 0 else 'true'},{exempt}\n"
        yield f"{head},KQ,Kết quả giải quyết,result,{'true' if status in (9, 10) else 'false'},\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--dossiers", type=int, default=1_000_000)
    args = parser.parse_args()
    with args.out.open("w", encoding="utf-8") as f:
        f.write(HEADER)
        f.writelines(rows(args.dossiers))


if __name__ == "__main__":
    main()
