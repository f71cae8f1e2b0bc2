"""The 54 ethnic groups of Vietnam in the official order; the position is the official code."""

from typing import Final

# General Statistics Office, list of ethnic groups (decision 121-TCTK/PPCĐ, 1979).
_NAMES: Final = (
    "Kinh, Tày, Thái, Hoa, Khơ-me, Mường, Nùng, Hmông, Dao, Gia-rai, Ngái, Ê-đê, Ba-na, Xơ-đăng, Sán Chay, Cơ-ho, "
    "Chăm, Sán Dìu, Hrê, Mnông, Ra-glai, Xtiêng, Bru-Vân Kiều, Thổ, Giáy, Cơ-tu, Gié-Triêng, Mạ, Khơ-mú, Co, Tà-ôi, "
    "Chơ-ro, Kháng, Xinh-mun, Hà Nhì, Chu-ru, Lào, La Chí, La Ha, Phù Lá, La Hủ, Lự, Lô Lô, Chứt, Mảng, Pà Thẻn, "
    "Cơ Lao, Cống, Bố Y, Si La, Pu Péo, Brâu, Ơ-đu, Rơ-măm"
)
ETHNICITIES: Final = {name: f"{number:02}" for number, name in enumerate(_NAMES.split(", "), start=1)}
