"""What stands around a name and is none: titles, degrees, ranks, patronymic words, particles, legal forms.

Sources: the style guides and civil registries of the eleven states as public knowledge; each row is tested. All are
in the plain form that `latin.plain` gives (lower case, no marks, no dots).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "AFTER", "ARTICLES", "COMMON", "DEGREES", "FORMS", "FORM_PHRASES", "LEADING", "LEGAL_FORMS", "NAMES_TOO",
    "NATIVE_FORMS", "NATIVE_TITLES", "OF_A_FORM", "PARTICLES", "PATRONYMICS", "RANKS", "SAY_A_NAME", "TITLES", "WEAK",
]  # fmt: skip

TITLES = frozenset(
    # general, ranks, degrees
    "mr mrs ms miss mdm madam mme sir dame dr drs dra drg ir prof professor rev fr sr br general lt "
    "ltgen majgen brig brigadier col colonel ltcol maj capt captain cmdr comdr commander adm admiral sgt "
    "sergeant "
    "cpl pvt mayjen letjen brigjen irjen komjen jend jenderal letkol kombes akbp "
    "inspector insp supt atty attorney engr arch judge minister president phd msc mba ma bsc llb llm "
    "esq jr snr ii iii iv cpa rn mpd spd skom ssos st msi mpsi sag spog jpn".split()
    # Malay, Brunei and Indonesian honours
    + "tan toh puan sri dato datuk datin dato' datuk' dsp pg pengiran pehin awg dyg yb yab "
    "berhormat hj hjh haji hajah hajjah ust ustaz ustad ustadz ustadzah kh kyai kiai teuku tengku tuanku tunku "
    "tgk bapak bpk pak ibu bu encik cik puan saudara raden rr rm".split()
    # Burmese, Lao, Khmer, Thai, Vietnamese, Filipino, Portuguese
    + "daw sayadaw ashin nang nangsao khunying phra oknha okhna samdech lok ong ba "
    "chi anh em dona sr sra senhor senhora padre maun engr kagawad gng g bb".split()
) - {"ma", "ba", "anh", "em", "chi", "ong", "tan", "toh", "sri", "st", "nang", "lok", "g", "kh", "bu", "pak", "maun"}

# What makes a rank of the Pol or Kol before it; without one they are family names of Cambodia and Brunei.
RANKS = tuple("gen lt ltgen maj majgen brig col ltcol capt cpl sgt insp sub inf cav art".split())

# A title before two words or more; anywhere else a name: Tuấn, Thảo and Tun are among the commonest of theirs.
NAMES_TOO = frozenset(
    "tuan thao tun don nai naw gen awang dayang gusti khun luang neak dom junior senior lady lord justice major".split()
)
AFTER = frozenset("junior senior".split())  # also the last of three words or more
# Beside one of these it is a name there, too: family names of Vietnam, syllables of Burma.
SAY_A_NAME = frozenset(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly trinh dinh truong cao luong dao mai doan "
    "van thi aung maung win myint htun tun kyaw khin zaw hla oo than thein soe mya aye naing lin htet lwin nyunt shwe "
    "sein moe nu thant zin htay kyi nyein thu wai yan phyo min ko huu duc quang thanh thuy ngoc xuan hung cuong hieu "
    "huong phuong trong quoc viet hien hanh khanh tien vinh toan tung trang luu quach trieu hlaing tin tint ohn swe "
    "khaing thida hnin hein kaung paing zeya thura thaw shein chit nyo wunna".split()
)
# Degrees, from the third word on; before it they may be a name.
DEGREES = frozenset("sh se mm mh".split())

# Before a name in its own script: cut where the name begins with one.
NATIVE_TITLES = (
    "นางสาว", "นาง", "นาย", "น.ส.", "ด.ช.", "ด.ญ.", "เด็กชาย", "เด็กหญิง", "ดร.", "คุณ", "พล.อ.", "พล.ท.", "พล.ต.อ.",
    "พล.ต.ท.", "พล.ต.ต.", "พล.ต.", "พ.ต.อ.", "พ.ต.ท.", "พ.ต.ต.", "พ.อ.", "พ.ท.", "พ.ต.", "ร.ต.อ.", "ร.ต.ท.", "ร.ต.ต.",
    "ร.อ.", "ร.ท.", "ร.ต.", "จ.ส.อ.", "ด.ต.", "ส.ต.อ.", "ส.ต.ท.", "ศ.", "รศ.", "ผศ.", "นพ.", "พญ.", "หม่อมหลวง",
    "ม.ล.", "ม.ร.ว.",
    "ທ່ານ", "ທ້າວ", "ນາງສາວ", "ນາງ", "ນາຍ", "ດຣ.", "ລោក", "លោកស្រី", "លោក", "ឯកឧត្តម", "ឧកញ៉ា", "សម្តេច", "កញ្ញា",
    "အရှင်", "ဒေါ်", "ဒေါက်တာ", "ဗိုလ်ချုပ်", "ဗိုလ်မှူး", "திரு.", "திருமதி.", "செல்வி.", "டாக்டர்",
    "الحاج", "الحاجة", "الشيخ", "الدكتور", "السيد", "حاج", "حاجة", "داتو سري", "داتوق سري", "داتو", "توان",
    "داتوق", "شيخ", "دكتور",
)  # fmt: skip

# Between a name and the father's; dropped, since one register writes them and the next does not.
PATRONYMICS = frozenset("bin b bn ibn ben ibni binti bt bte bint binte bti anak ak".split())

# Between a name and a family name. Those of LEADING also stand first (`DELA PENA, Jose`); Do is a family name there.
PARTICLES = frozenset("de del dela delas delos da das do dos e y von der den".split())
LEADING = frozenset("de del dela delas delos dos das von".split())

# One name under many spellings that no rule of sound brings together.
FORMS: Mapping[str, str] = {
    **dict.fromkeys(
        "mohd mohamad mohamed mohammad mohammed mohammod muhamad muhamed muhammed mhd muhd mohamd moh moch mochamad "
        "mochammad mokhamad mokhammad muh md mohammadu mahamad mahamed mahomed muhammadu mohamud mohammud mochmad "
        "machmud mukhamad mukhammad mohammat muhammat".split(), "muhammad"),
    **dict.fromkeys("achmad ahmed achmed akhmad ahmet akmad ahamad ahamed ahmadu amad".split(), "ahmad"),
    **dict.fromkeys("abd abdel abdul abdoel abdool abdal abdur abdus abdu abdil abdoul".split(), "abdul"),
    **dict.fromkeys("nor noor nour nurul noorul nurr nuur".split(), "nur"),
    **dict.fromkeys("syed sayed sayid saiyid sayyed sayyid syeed".split(), "sayyid"),
    **dict.fromkeys("mg".split(), "maung"),
    **dict.fromkeys("sta".split(), "santa"),
    **dict.fromkeys("sto".split(), "santo"),
    **dict.fromkeys("fco fcisco".split(), "francisco"),
    **dict.fromkeys("hussain hussein husain husein hosein hossain hussien".split(), "husayn"),
    **dict.fromkeys("hassan hasan hasson".split(), "hasan"),
    **dict.fromkeys("ibrahim ebrahim ibraheem ibrahem".split(), "ibrahim"),
    **dict.fromkeys("osman othman usman utsman outhman uthman ousman".split(), "uthman"),
    **dict.fromkeys("umar omar oemar".split(), "umar"),
    **dict.fromkeys("ismael ismail ismaeel esmail ismoil".split(), "ismail"),
}  # fmt: skip

# So many bear these that they say little about whom: weight of the name among the others (1 is an ordinary name).
COMMON: Mapping[str, float] = {
    "muhammad": 0.3, "ahmad": 0.5, "abdul": 0.3, "abu": 0.4, "umm": 0.4, "al": 0.2, "sayyid": 0.5, "nur": 0.4,
    "siti": 0.4, "nik": 0.5, "wan": 0.6, "ali": 0.7, "hasan": 0.7, "husayn": 0.7, "nguyen": 0.35, "tran": 0.5,
    "le": 0.5, "pham": 0.5, "hoang": 0.55, "huynh": 0.6, "phan": 0.6, "vu": 0.6, "vo": 0.6, "dang": 0.6, "bui": 0.6,
    "do": 0.6, "ho": 0.6, "ngo": 0.6, "duong": 0.6, "ly": 0.6, "van": 0.3, "thi": 0.3, "thanh": 0.6, "minh": 0.7,
    "maria": 0.4, "jose": 0.5, "juan": 0.6, "de": 0.2, "santos": 0.6, "cruz": 0.6, "reyes": 0.6, "garcia": 0.6,
    "costa": 0.6, "silva": 0.6, "soares": 0.65, "pereira": 0.65, "ximenes": 0.65, "aung": 0.6, "maung": 0.5,
    "win": 0.65, "myint": 0.65, "htun": 0.65, "tun": 0.65, "kyaw": 0.65, "khin": 0.65, "zaw": 0.65, "hla": 0.65,
    "oo": 0.6, "than": 0.65, "thein": 0.65, "soe": 0.65, "mya": 0.65, "aye": 0.65, "tan": 0.6, "lim": 0.6,
    "lee": 0.6, "li": 0.6, "chen": 0.6, "wang": 0.6, "zhang": 0.6, "liu": 0.6, "wong": 0.6, "ng": 0.6, "chan": 0.6,
    "huang": 0.6, "lin": 0.6, "yang": 0.6, "chua": 0.7, "ong": 0.7, "goh": 0.7, "teo": 0.7, "koh": 0.7, "sok": 0.65,
    "chea": 0.65, "kim": 0.65, "heng": 0.7, "som": 0.7, "singh": 0.4, "kaur": 0.4, "i": 0.3, "made": 0.6,
    "wayan": 0.5, "ketut": 0.5, "nyoman": 0.5, "ni": 0.3, "putu": 0.6,
}  # fmt: skip

# May be a title, may be a name: they never decide.
WEAK = frozenset("u saw sai nang daw em sri datu hadji khun mae g st i".split())

LEGAL_FORMS = frozenset(
    "pt cv tbk persero perum ud yayasan koperasi sdn bhd berhad plt llp pte ltd limited pvt private co company corp "
    "corporation inc incorporated llc lp plc gmbh ag sa sarl bv nv spa srl lda unipessoal jsc tnhh cp ctcp cty jsc oao "
    "ooo kk group holding holdings enterprise enterprises trading import export international intl the of and "
    "foundation association society est fze fzco fzc dmcc "
    "pcl syarikat sendirian perusahaan kumpulan youxian gongsi".split()
)
ARTICLES = frozenset("al el".split())  # before a name; at the end they are one
OF_A_FORM = frozenset("jituan maoyi".split())  # before a form; elsewhere they may be a name
# Of several words, each of which may be a name by itself (Công, Ty, Tập).
FORM_PHRASES = (
    "cong ty trach nhiem huu han mot thanh vien", "cong ty trach nhiem huu han", "cong ty tnhh mot thanh vien",
    "cong ty tnhh mtv", "cong ty tnhh", "cong ty co phan", "cong ty cp", "cong ty", "doanh nghiep tu nhan", "tap doan",
    "hop tac xa", "public company", "(m)", "(s)",
)  # fmt: skip
# At the head or the end of a name in its own script, with or without a space; in Arabic and Tamil words of their own.
NATIVE_FORMS = (
    "บริษัท", "จำกัด", "(มหาชน)", "มหาชน", "บจก.", "บมจ.", "หจก.", "ห้างหุ้นส่วนจำกัด", "ห้างหุ้นส่วน",
    "ห้างหุ้นส่วนสามัญ", "มูลนิธิ", "สมาคม", "กรุ๊ป", "โฮลดิ้ง", "การค้า", "เทรดดิ้ง", "เอ็นเตอร์ไพรส์",
    "อินเตอร์เนชั่นแนล", "ບໍລິສັດ", "ຈຳກັດ", "ຈໍາກັດ", "ມະຫາຊົນ", "ຜູ້ດຽວ", "ມູນນິທິ", "ສະມາຄົມ", "ການຄ້າ",
    "ក្រុមហ៊ុន", "ខូអិលធីឌី", "លីមីតធីត", "មូលនិធិ", "សមាគម", "គ្រុប", "ឯ.ក", "ម.ក", "ကုမ္ပဏီလီမိတက်",
    "ကုမ္ပဏီ", "လီမိတက်", "ကုမ္ပဏီလိမိတက်", "လိမိတက်", "ဖောင်ဒေးရှင်း", "အသင်း", "நிறுவனம்", "லிமிடெட்",
    "பிரைவேட்", "கம்பெனி", "அறக்கட்டளை", "சங்கம்", "குழுமம்", "شركة", "شاريکت", "شاريكت", "شريكت", "سنديرين",
    "سينديرين", "برحد", "محدودة", "ذ.م.م", "مؤسسة", "جمعية", "مجموعة", "ياياسن", "股份有限公司", "有限责任公司",
    "有限責任公司", "私人有限公司", "有限公司", "公司", "集团", "集團", "控股", "贸易", "貿易", "基金会",
    "基金會", "协会", "協會", "株式会社", "株式會社", "株式", "(株)",
)  # fmt: skip
