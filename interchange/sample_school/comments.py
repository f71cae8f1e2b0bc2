"""What sample teachers write: comments by subject, term and level, the way grade-1 teachers put them."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from domain.assessment import Term
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.secondary.levels import MeritLevel

Choices: TypeAlias = tuple[str, ...]
ByLevel: TypeAlias = Mapping[SubjectLevel, Choices]

_T, _H, _C = SubjectLevel.T, SubjectLevel.H, SubjectLevel.C

# Tiếng Việt and Toán move on so much within the year that each term has its own comments.
_TIENG_VIET: Final[Mapping[Term, ByLevel]] = {
    Term.HK1: {
        _T: (
            "Em nhận diện âm, vần nhanh, đọc trơn và to rõ; chữ viết nắn nót, đúng độ cao.",
            "Em đọc tốt các vần đã học, hiểu nội dung câu ngắn, viết sạch đẹp.",
            "Em ghép vần nhanh, nói tròn câu và tự tin khi đọc trước lớp.",
        ),
        _H: (
            "Em đọc được các âm, vần đã học; cần luyện thêm để đọc nhanh và liền mạch hơn.",
            "Em viết được các vần đã học; cần chú ý khoảng cách giữa các chữ và đặt dấu thanh đúng vị trí.",
            "Em có tiến bộ khi ghép vần; nên đọc thêm ở nhà để đọc lưu loát hơn.",
        ),
        _C: (
            "Em còn nhầm lẫn một số âm, vần; cần được thầy cô và gia đình kèm đọc, viết hằng ngày.",
            "Em đọc còn phải đánh vần từng tiếng, viết chậm; cần luyện tập thêm với sự hỗ trợ của thầy cô.",
        ),
    },
    Term.YEAR_END: {
        _T: (
            "Em đọc lưu loát, ngắt nghỉ đúng chỗ, trả lời đúng câu hỏi về nội dung bài; chữ viết đều, đẹp.",
            "Em đọc trơn, diễn cảm; viết chính tả đúng và biết viết câu trọn ý.",
            "Em có vốn từ phong phú, kể chuyện mạch lạc, viết bài sạch đẹp.",
        ),
        _H: (
            "Em đọc được bài, hiểu ý chính; cần luyện đọc ngắt nghỉ đúng dấu câu.",
            "Em viết được bài chính tả ngắn; cần chú ý phân biệt s/x, ch/tr và trình bày sạch hơn.",
            "Em có cố gắng trong luyện đọc; nên tập nói câu đầy đủ ý.",
        ),
        _C: (
            "Em đọc còn chậm, viết sai nhiều lỗi chính tả; cần được phụ đạo thêm trong hè.",
            "Em chưa đọc trơn được đoạn văn ngắn; cần luyện đọc, viết mỗi ngày cùng gia đình.",
        ),
    },
}
_TOAN: Final[Mapping[Term, ByLevel]] = {
    Term.HK1: {
        _T: (
            "Em thực hiện nhanh và đúng các phép cộng, trừ trong phạm vi 10; nhận dạng hình tốt.",
            "Em đếm, so sánh số thành thạo, biết nêu phép tính phù hợp với tranh.",
            "Em tính toán cẩn thận, trình bày bài rõ ràng.",
        ),
        _H: (
            "Em biết cộng, trừ trong phạm vi 10; cần tính nhẩm nhanh hơn.",
            "Em nhận biết được các số và hình đã học; cần cẩn thận hơn khi làm bài.",
            "Em làm được bài cơ bản; nên luyện thêm dạng nêu phép tính theo tranh.",
        ),
        _C: (
            "Em còn lúng túng khi cộng, trừ trong phạm vi 10; cần luyện với que tính và được thầy cô kèm thêm.",
            "Em chưa nắm chắc thứ tự các số đến 10; cần luyện đếm và so sánh mỗi ngày.",
        ),
    },
    Term.YEAR_END: {
        _T: (
            "Em cộng, trừ thành thạo trong phạm vi 100, giải đúng bài toán có lời văn.",
            "Em tính nhẩm nhanh, xem giờ đúng, biết đo độ dài bằng xăng-ti-mét.",
            "Em tư duy nhanh, trình bày bài giải rõ ràng, chính xác.",
        ),
        _H: (
            "Em biết cộng, trừ các số trong phạm vi 100; cần đặt tính thẳng cột hơn.",
            "Em làm được các bài cơ bản; cần đọc kĩ đề khi giải toán có lời văn.",
            "Em có tiến bộ trong tính nhẩm; nên luyện thêm cách xem giờ và đo độ dài.",
        ),
        _C: (
            "Em chưa thực hiện được phép trừ trong phạm vi 100; cần được hướng dẫn thêm trong hè.",
            "Em còn nhầm hàng chục và hàng đơn vị; cần luyện tập thêm với sự giúp đỡ của gia đình.",
        ),
    },
}
_BOTH_TERMS: Final[Mapping[str, ByLevel]] = {
    "dao_duc": {
        _T: (
            "Em lễ phép, biết yêu thương gia đình và thực hiện tốt nội quy trường, lớp.",
            "Em tự giác làm việc của mình, biết quan tâm, giúp đỡ bạn.",
            "Em nêu được cách ứng xử đúng và thực hiện tốt hằng ngày.",
        ),
        _H: (
            "Em biết chào hỏi, vâng lời; cần mạnh dạn hơn khi chia sẻ ý kiến.",
            "Em thực hiện được nội quy; cần tự giác sắp xếp đồ dùng học tập.",
        ),
        _C: ("Em chưa thực hiện đều nội quy của lớp; cần được nhắc nhở và động viên thường xuyên.",),
    },
    "tu_nhien_xa_hoi": {
        _T: (
            "Em ham tìm hiểu, nêu được đặc điểm của cây cối, con vật và biết cách giữ an toàn.",
            "Em quan sát tốt, kể được về gia đình, trường học và cộng đồng quanh em.",
            "Em biết chăm sóc, giữ vệ sinh cơ thể và bảo vệ các giác quan.",
        ),
        _H: (
            "Em nhận biết được các sự vật quen thuộc; cần nêu ý kiến đầy đủ hơn.",
            "Em nắm được bài; nên quan sát thêm thế giới xung quanh.",
        ),
        _C: ("Em còn ít tham gia quan sát, chưa nêu được đặc điểm của sự vật; cần được khuyến khích thêm.",),
    },
    "giao_duc_the_chat": {
        _T: (
            "Em tập đúng động tác, nhanh nhẹn, tích cực trong trò chơi vận động.",
            "Em thực hiện tốt đội hình đội ngũ và bài thể dục, có ý thức tập luyện.",
        ),
        _H: (
            "Em thực hiện được các động tác cơ bản; cần tập đều và đúng nhịp hơn.",
            "Em tham gia đủ các hoạt động; cần mạnh dạn hơn khi chơi trò chơi vận động.",
        ),
        _C: ("Em chưa thực hiện được các động tác cơ bản; cần tập thêm cùng bạn và thầy cô.",),
    },
    "am_nhac": {
        _T: (
            "Em hát đúng giai điệu, gõ đệm đúng nhịp, biểu diễn tự nhiên.",
            "Em có năng khiếu âm nhạc, thuộc lời và biết vận động theo nhạc.",
        ),
        _H: (
            "Em thuộc lời bài hát; cần hát đúng nhịp và rõ lời hơn.",
            "Em biết gõ đệm theo phách; cần tự tin hơn khi biểu diễn.",
        ),
        _C: ("Em chưa thuộc lời bài hát, còn rụt rè; cần được động viên tham gia cùng bạn.",),
    },
    "mi_thuat": {
        _T: (
            "Em vẽ có sáng tạo, phối màu hài hoà, biết giới thiệu sản phẩm của mình.",
            "Em khéo tay, hoàn thành sản phẩm đẹp và biết nhận xét bài của bạn.",
        ),
        _H: (
            "Em hoàn thành sản phẩm theo hướng dẫn; cần mạnh dạn dùng màu sắc hơn.",
            "Em biết dùng chấm, nét, hình để vẽ; cần sắp xếp hình cân đối hơn.",
        ),
        _C: ("Em chưa hoàn thành sản phẩm trong tiết học; cần được thầy cô hướng dẫn từng bước.",),
    },
    "hoat_dong_trai_nghiem": {
        _T: (
            "Em tích cực tham gia hoạt động, biết hợp tác và giúp đỡ bạn trong nhóm.",
            "Em tự tin giới thiệu về bản thân, có trách nhiệm với việc được giao.",
        ),
        _H: (
            "Em tham gia các hoạt động của lớp; cần chủ động hơn khi làm việc nhóm.",
            "Em làm được việc tự phục vụ; cần mạnh dạn nêu cảm nghĩ của mình.",
        ),
        _C: ("Em còn ít tham gia hoạt động chung; cần được khuyến khích và giao việc vừa sức.",),
    },
}
# From grade 2 on, for both terms.
_LATER: Final[Mapping[str, ByLevel]] = {
    "tieng_viet": {
        _T: (
            "Em đọc diễn cảm, hiểu sâu nội dung bài; bài văn có hình ảnh, câu văn mạch lạc.",
            "Em có vốn từ phong phú, biết lập dàn ý và viết đoạn văn miêu tả sinh động.",
        ),
        _H: (
            "Em đọc trôi chảy, nắm được ý chính; cần mở rộng vốn từ để viết văn hay hơn.",
            "Em viết đúng cấu trúc bài văn; cần chú ý dùng từ và đặt dấu câu chính xác hơn.",
        ),
        _C: ("Em đọc còn chậm, viết câu chưa trọn ý; cần luyện đọc và viết đoạn văn ngắn mỗi ngày.",),
    },
    "toan": {
        _T: (
            "Em tính toán nhanh, chính xác; giải tốt các bài toán có nhiều bước.",
            "Em nắm vững phân số, các phép tính và vận dụng linh hoạt khi giải toán có lời văn.",
        ),
        _H: (
            "Em thực hiện được các phép tính; cần đọc kĩ đề và trình bày lời giải rõ ràng hơn.",
            "Em nắm được kiến thức cơ bản; nên luyện thêm phép chia và đổi đơn vị đo.",
        ),
        _C: ("Em còn nhầm lẫn khi nhân, chia số có nhiều chữ số; cần được kèm thêm mỗi tuần.",),
    },
    "ngoai_ngu_1": {
        _T: ("Em nghe, nói tự tin, phát âm rõ; vận dụng tốt các mẫu câu đã học.",),
        _H: ("Em hiểu các mẫu câu quen thuộc; cần luyện nói và ghi nhớ từ vựng thường xuyên hơn.",),
        _C: ("Em còn ngại nói, nhớ ít từ vựng; cần luyện nghe và nhắc lại mỗi ngày.",),
    },
    "lich_su_dia_li": {
        _T: ("Em nắm chắc các sự kiện, nhân vật; đọc bản đồ tốt và biết liên hệ với địa phương.",),
        _H: ("Em nhớ được các mốc chính; cần luyện đọc lược đồ và trình bày đầy đủ hơn.",),
        _C: ("Em chưa nhớ được các nội dung cơ bản; cần ôn lại bài với sơ đồ đơn giản.",),
    },
    "khoa_hoc": {
        _T: ("Em ham tìm hiểu, làm thí nghiệm cẩn thận và giải thích được hiện tượng quen thuộc.",),
        _H: ("Em nêu được kiến thức cơ bản; cần quan sát kĩ và ghi chép kết quả đầy đủ hơn.",),
        _C: ("Em chưa nắm được nội dung chính của bài; cần được hướng dẫn ôn tập thêm.",),
    },
    "tin_hoc": {
        _T: ("Em thao tác thành thạo, biết tạo bài trình chiếu và sử dụng máy tính an toàn.",),
        _H: ("Em thực hiện được các thao tác cơ bản; cần luyện gõ bàn phím đúng cách.",),
        _C: ("Em còn lúng túng khi dùng máy tính; cần thực hành thêm với sự hỗ trợ của thầy cô.",),
    },
    "cong_nghe": {
        _T: ("Em khéo tay, lắp ghép đúng mô hình và biết giới thiệu sản phẩm của mình.",),
        _H: ("Em làm được sản phẩm theo hướng dẫn; cần cẩn thận hơn ở các chi tiết nhỏ.",),
        _C: ("Em chưa hoàn thành sản phẩm; cần thực hành lại từng bước.",),
    },
    "dao_duc": {
        _T: ("Em biết cảm thông, giúp đỡ mọi người và có trách nhiệm với việc của lớp.",),
        _H: ("Em biết cư xử đúng mực; cần mạnh dạn bày tỏ ý kiến hơn.",),
        _C: ("Em chưa thực hiện đều nội quy; cần được nhắc nhở, động viên.",),
    },
}
_ABOUT: Final = {
    "ngu_van": "đọc hiểu và viết đoạn văn",
    "toan": "tính toán và giải bài toán thực tế",
    "ngoai_ngu_1": "nghe, nói và dùng từ vựng",
    "giao_duc_cong_dan": "vận dụng bài học vào tình huống cuộc sống",
    "lich_su_dia_li": "đọc lược đồ và trình bày sự kiện",
    "khoa_hoc_tu_nhien": "làm thí nghiệm và giải thích hiện tượng",
    "cong_nghe": "thực hành và thiết kế sản phẩm",
    "tin_hoc": "sử dụng phần mềm và tìm kiếm thông tin",
    "giao_duc_the_chat": "thực hiện kĩ thuật động tác",
    "nghe_thuat": "thể hiện ý tưởng và sản phẩm",
    "hoat_dong_trai_nghiem": "tham gia hoạt động và làm việc nhóm",
    "giao_duc_dia_phuong": "tìm hiểu lịch sử, văn hoá địa phương",
}
_SECONDARY: Final[Mapping[MeritLevel, Choices]] = {
    MeritLevel.T: ("Em nắm vững kiến thức, chủ động và sáng tạo khi {}.", "Em học tốt, có năng lực nổi bật khi {}."),
    MeritLevel.K: ("Em nắm được kiến thức, khá tự tin khi {}; nên luyện thêm dạng nâng cao.",),
    MeritLevel.D: ("Em đạt yêu cầu; cần cố gắng nhiều hơn khi {}.", "Em có tiến bộ; cần ôn tập đều để {} tốt hơn."),
}
SECONDARY_HOMEROOM: Final[Mapping[MeritLevel, Choices]] = {
    MeritLevel.T: ("Em học tốt, gương mẫu, có tinh thần trách nhiệm và luôn giúp đỡ bạn.",),
    MeritLevel.K: ("Em chăm ngoan, có ý thức vươn lên; cần mạnh dạn hơn khi phát biểu xây dựng bài.",),
    MeritLevel.D: ("Em ngoan, lễ phép; cần tập trung và tự giác học tập hơn ở các môn còn yếu.",),
}
_BY_TERM: Final = {"tieng_viet": _TIENG_VIET, "toan": _TOAN}


def subject_comments(grade: int, subject: str, term: Term, level: SubjectLevel) -> Choices:
    if grade > 1 and subject in _LATER:
        return _LATER[subject][level]
    return (_BY_TERM[subject][term] if subject in _BY_TERM else _BOTH_TERMS[subject])[level]


def secondary_comments(subject: str, level: MeritLevel) -> Choices:
    return tuple(each.format(_ABOUT[subject]) for each in _SECONDARY[level])


# By the lowest level among the qualities or competencies the comment speaks of.
QUALITIES: Final[Mapping[QualityLevel, Choices]] = {
    QualityLevel.T: (
        "Em chăm học, lễ phép, thật thà; biết yêu quý thầy cô, bạn bè và giữ gìn của chung.",
        "Em có ý thức trách nhiệm, trung thực, sẵn sàng giúp đỡ bạn khi cần.",
    ),
    QualityLevel.D: (
        "Em ngoan, biết vâng lời; cần chăm chỉ và tự giác hơn trong học tập.",
        "Em thân thiện với bạn bè; cần có trách nhiệm hơn với việc được giao.",
    ),
    QualityLevel.C: ("Em hiền, biết nghe lời; cần cố gắng đi học đều và chăm chỉ hoàn thành bài tập.",),
}
GENERAL: Final[Mapping[QualityLevel, Choices]] = {
    QualityLevel.T: (
        "Em tự giác học tập, mạnh dạn giao tiếp và biết tìm cách giải quyết nhiệm vụ được giao.",
        "Em biết tự phục vụ, hợp tác tốt với bạn, có nhiều ý tưởng hay trong giờ học.",
    ),
    QualityLevel.D: (
        "Em biết tự chuẩn bị đồ dùng học tập; cần mạnh dạn trao đổi với bạn và thầy cô.",
        "Em hợp tác được với bạn trong nhóm; cần suy nghĩ kĩ hơn khi giải quyết vấn đề.",
    ),
    QualityLevel.C: ("Em còn rụt rè, cần được hướng dẫn để tự hoàn thành nhiệm vụ học tập.",),
}
SPECIFIC: Final[Mapping[QualityLevel, Choices]] = {
    QualityLevel.T: (
        "Em sử dụng ngôn ngữ tốt, tính toán nhanh, ham khám phá; có khiếu thẩm mĩ và sức khoẻ tốt.",
        "Em diễn đạt rõ ràng, tính toán chính xác, vận động nhanh nhẹn và yêu thích cái đẹp.",
    ),
    QualityLevel.D: (
        "Em diễn đạt được ý của mình, tính toán đúng các bài cơ bản; cần rèn thêm sự nhanh nhẹn.",
        "Em biết quan sát và nhận xét đơn giản; cần luyện thêm kĩ năng ngôn ngữ và tính toán.",
    ),
    QualityLevel.C: ("Em còn hạn chế khi diễn đạt và tính toán; cần được luyện tập thêm hằng ngày.",),
}
HOMEROOM: Final[Mapping[OverallResult, Choices]] = {
    OverallResult.HTXS: (
        "Em học tập xuất sắc ở tất cả các môn, gương mẫu trong nền nếp và được bạn bè yêu mến.",
        "Em thông minh, chăm chỉ, tiếp thu bài nhanh và luôn sẵn lòng giúp bạn. Rất đáng khen!",
    ),
    OverallResult.HTT: (
        "Em hoàn thành tốt các môn học, tích cực phát biểu xây dựng bài. Em cần đọc thêm sách để đạt kết quả cao hơn.",
        "Em chăm ngoan, có nhiều tiến bộ trong học tập, biết hợp tác với bạn. Tiếp tục cố gắng nhé!",
    ),
    OverallResult.HT: (
        "Em hoàn thành nội dung các môn học, có cố gắng. Em cần tập trung hơn và luyện đọc, luyện tính ở nhà.",
        "Em ngoan, thực hiện tốt nội quy. Em nên mạnh dạn phát biểu và cẩn thận hơn khi làm bài.",
    ),
    OverallResult.CHT: (
        "Em hiền lành, lễ phép nhưng còn gặp khó khăn trong học tập; cần gia đình cùng thầy cô kèm cặp thêm.",
    ),
}

# The one slip of the sample: a comment that contradicts level T; the homeroom teacher sends the record back for it.
REWORK_SUBJECT: Final = "toan"
WRONG_COMMENT: Final = "Em chưa thực hiện được phép cộng, trừ trong phạm vi 10; cần được kèm thêm hằng ngày."
CORRECTED_COMMENT: Final = "Em cộng, trừ thành thạo trong phạm vi 10, tính nhẩm nhanh và trình bày bài rõ ràng."
REWORK_REASON: Final = (
    "Nhận xét môn Toán chưa khớp với mức “Hoàn thành tốt” và điểm kiểm tra; đề nghị giáo viên xem lại và sửa."
)
