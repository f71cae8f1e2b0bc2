"""What somebody reads first who gets a transfer package and has no hocba: Vietnamese, then English."""

import hashlib
from typing import Final

NAME: Final = "DOC-TRUOC.txt"
# SHA-256 of every edition that was handed out: nobody else's words stand in a package that is taken.
EDITIONS: Final = frozenset(
    {
        "554bbdf9da640938e1c6156a84f136c65538bb6a16bf0100605c3ba455bacdfa",
        "c75dd45cbb31eb4381af333d73c598bd39a2fd3e506afdaee2d30452c01186b6",
    }
)

_TEXT: Final = """\
HỒ SƠ CHUYỂN TRƯỜNG: ĐỌC TRƯỚC

Gói này do trường nơi đi xuất, kèm theo học sinh chuyển đến trường khác. Mở được bằng mọi phần mềm giải nén; kiểm tra
được bằng công cụ công khai, không cần hệ thống đã cấp nó và không cần mạng.

TRONG GÓI CÓ

hoc-ba-<năm học>.pdf       Học bạ của từng năm học đã xong: tệp gốc, có chữ ký số và con dấu số của trường đã cấp.
ket-qua-chuyen-truong.pdf  Kết quả của năm học đang dở (nếu có) và mã băm SHA-256 của học bạ các năm trước, có chữ ký
                           của hiệu trưởng và con dấu của trường nơi đi.
trang-thong-tin.pdf        Trang thông tin của học sinh, nếu có.
trich-luc-<mã tra cứu>.pdf Trích lục các năm học trước, nếu có: trường chép từ học bạ giấy hoặc tệp mang đến, chỉ xác
                           nhận đã chép đúng; có chữ ký của hiệu trưởng và con dấu của trường đã chép.
*.ers                      Bằng chứng thời gian (RFC 4998) của tệp PDF cùng tên.
kiem-chung/                Chứng thư số, trả lời OCSP, danh sách thu hồi (CRL); tên tệp có mã băm SHA-256.
du-lieu.json               Dữ liệu để máy đọc: thông tin học sinh, quá trình học tập, học bạ theo cấu trúc quốc gia, kết
                           quả và số buổi nghỉ của học kì đang học. Tệp này không có chữ ký: bản PDF mới là bản gốc.
manifest.json              Bản kê: từng tệp, cỡ, mã băm SHA-256, mã tra cứu.

CÁCH KIỂM TRA

1. Chữ ký và con dấu:    mở PDF bằng phần mềm đọc PDF có kiểm tra chữ ký, hoặc: pdfsig -nocert TỆP.pdf
   Chữ ký cuối cùng phải bao trùm toàn bộ tệp ("Total document signed").
   Chỉ tin chứng thư số gốc lấy từ nơi công bố của tổ chức chứng thực, không lấy từ gói này.
2. Tệp đúng bản kê:      sha256sum *.pdf (Windows: certutil -hashfile TỆP.pdf SHA256)
   Kết quả phải trùng với "sha256" trong manifest.json.
3. Học bạ các năm trước: mã băm ở bước 2 phải bắt đầu bằng mã in trong ket-qua-chuyen-truong.pdf; mã đầy đủ ở tệp
   record.json đính kèm trong PDF đó.
4. Bằng chứng thời gian: phần mềm đọc RFC 4998, ví dụ Bouncy Castle (lớp ERSEvidenceRecord).
5. Còn hiệu lực không:   quét mã QR hoặc nhập mã tra cứu in trên trang.
Nơi có phần mềm hocba kiểm tra tất cả bằng một lệnh: hocba verify --trust GỐC.pem GÓI.zip

PUPIL'S TRANSFER PACKAGE: READ THIS FIRST

The school that a pupil leaves exports this for the next one. Any unzip program opens it; public tools check it, without
the system that issued it and without a network.

WHAT IS IN IT

hoc-ba-<school year>.pdf   The record of each finished year: the original file, signed and sealed by its school.
ket-qua-chuyen-truong.pdf  Results of the unfinished year (if there is one) and the SHA-256 of the past years' records,
                           signed by the principal and sealed by the school that the pupil leaves.
trang-thong-tin.pdf        The pupil's identity page, if there is one.
trich-luc-<code>.pdf       Extract of former years, if there is one: copied by a school from paper or files that were
                           brought. It vouches for the copy alone; signed by the principal and sealed.
*.ers                      Evidence record (RFC 4998) of the PDF of the same name.
kiem-chung/                Certificates, OCSP responses, revocation lists (CRLs), named by their SHA-256.
du-lieu.json               Data for machines: particulars, schooling, each year in the fields of the national record,
                           marks and absences of the running term. It bears no signature: the PDFs are the originals.
manifest.json              The list: each file, its size, SHA-256 and look-up code.

HOW TO CHECK IT

1. Signatures and seal:    open a PDF in a reader that checks signatures, or: pdfsig -nocert FILE.pdf
   The last signature must cover the whole file ("Total document signed").
   Take trusted root certificates from where their authority publishes them, never from this package.
2. Files are those listed: sha256sum *.pdf (Windows: certutil -hashfile FILE.pdf SHA256)
   must give the "sha256" in manifest.json.
3. Past years' records:    the hashes of step 2 must begin as those printed in ket-qua-chuyen-truong.pdf; in full they
   stand in the file record.json attached to that PDF.
4. Proof of time:          a program that reads RFC 4998, such as Bouncy Castle (class ERSEvidenceRecord).
5. Still in force:         scan the QR code, or enter the look-up code printed on the page.
With hocba, one command checks everything: hocba verify --trust ROOT.pem PACKAGE.zip
"""
TEXT: Final = _TEXT.encode()


def is_edition(data: bytes) -> bool:
    return hashlib.sha256(data).hexdigest() in EDITIONS
