"""Eight fictional crimes, each told in twelve languages: does a report meet the same crime told in another language?

Written for this project, of nobody and no place; speakers of Khmer, Lao, Burmese and Tamil have not read them yet.
None of these crimes is among the samples a node starts from (`oureyes.understand.samplereports`).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CRIMES", "TOLD"]

CRIMES = ("charity", "recruiting", "scam compound", "drugs in tea", "bomb parts", "passports", "laundering", "weapons")
TOLD: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Donations collected for orphans by a charity were passed on to an armed extremist group.",
        "Teenagers were recruited through a messaging group where videos glorified fighting abroad.",
        "Jobseekers lured by false advertisements were held in a guarded compound and forced to cheat people online.",
        "Methamphetamine packed in tea bags was found under the deck of a cargo boat.",
        "A suspect bought fertiliser and timers in small amounts to build a bomb.",
        "A workshop that forged passports for members of a terrorist cell was raided.",
        "Proceeds of illegal betting sites were moved through hundreds of cryptocurrency wallets to hide their origin.",
        "Rifles and ammunition were smuggled in a container declared as machine parts.",
    ),
    "id": (
        "Sumbangan untuk anak yatim yang dikumpulkan sebuah yayasan diteruskan ke kelompok ekstremis bersenjata.",
        "Para remaja direkrut lewat grup percakapan yang menyebarkan video yang memuliakan perang di luar negeri.",
        "Pencari kerja yang terpikat iklan palsu disekap di kompleks berpenjaga dan dipaksa menipu "
        "orang secara daring.",
        "Sabu yang dikemas dalam bungkus teh ditemukan di bawah geladak kapal barang.",
        "Seorang tersangka membeli pupuk dan pengatur waktu sedikit demi sedikit untuk merakit bom.",
        "Bengkel yang memalsukan paspor untuk anggota sel teroris digerebek.",
        "Hasil situs judi ilegal dipindahkan melalui ratusan dompet mata uang kripto untuk menyamarkan asalnya.",
        "Senapan dan amunisi diselundupkan dalam kontainer yang dinyatakan berisi suku cadang mesin.",
    ),
    "ms": (
        "Derma untuk anak yatim yang dikutip oleh sebuah badan amal disalurkan kepada kumpulan pelampau bersenjata.",
        "Remaja direkrut melalui kumpulan mesej yang menyiarkan video memuja peperangan di luar negara.",
        "Pencari kerja yang terpedaya iklan palsu dikurung di kompleks berkawal dan dipaksa menipu orang dalam talian.",
        "Dadah syabu yang dibungkus dalam paket teh ditemui di bawah dek kapal kargo.",
        "Seorang suspek membeli baja dan pemasa sedikit demi sedikit untuk membuat bom.",
        "Bengkel yang memalsukan pasport untuk ahli sel pengganas telah diserbu.",
        "Hasil laman judi haram dipindahkan melalui ratusan dompet mata wang kripto untuk menyembunyikan asalnya.",
        "Senapang dan peluru diseludup dalam kontena yang diisytihar sebagai alat ganti mesin.",
    ),
    "th": (
        "เงินบริจาคเพื่อเด็กกำพร้าที่มูลนิธิรวบรวมถูกส่งต่อให้กลุ่มหัวรุนแรงติดอาวุธ",
        "วัยรุ่นถูกชักชวนเข้าร่วมผ่านกลุ่มแชทที่เผยแพร่วิดีโอเชิดชูการสู้รบในต่างประเทศ",
        "คนหางานที่ถูกหลอกด้วยโฆษณาปลอมถูกกักขังในอาคารที่มียามเฝ้า และถูกบังคับให้หลอกลวงผู้คนทางออนไลน์",
        "พบยาบ้าบรรจุในซองชาซ่อนอยู่ใต้ดาดฟ้าเรือสินค้า",
        "ผู้ต้องสงสัยซื้อปุ๋ยและเครื่องตั้งเวลาทีละน้อยเพื่อประกอบระเบิด",
        "ตำรวจบุกค้นโรงงานปลอมหนังสือเดินทางให้สมาชิกกลุ่มก่อการร้าย",
        "รายได้จากเว็บพนันผิดกฎหมายถูกโยกย้ายผ่านกระเป๋าเงินคริปโตหลายร้อยใบเพื่อปกปิดที่มา",
        "ปืนไรเฟิลและกระสุนถูกลักลอบขนในตู้สินค้าที่สำแดงเป็นชิ้นส่วนเครื่องจักร",
    ),
    "lo": (
        "ເງິນບໍລິຈາກເພື່ອເດັກກຳພ້າທີ່ອົງການການກຸສົນເກັບ ຖືກສົ່ງຕໍ່ໃຫ້ກຸ່ມຫົວຮຸນແຮງຕິດອາວຸດ",
        "ໄວລຸ້ນຖືກຊັກຊວນຜ່ານກຸ່ມສົນທະນາທີ່ເຜີຍແຜ່ວິດີໂອຍົກຍ້ອງການສູ້ຮົບໃນຕ່າງປະເທດ",
        "ຄົນຊອກວຽກທີ່ຖືກຫຼອກດ້ວຍໂຄສະນາປອມ ຖືກກັກຂັງໃນບໍລິເວນທີ່ມີຍາມເຝົ້າ ແລະ ຖືກບັງຄັບໃຫ້ຫຼອກລວງຄົນທາງອອນລາຍ",
        "ພົບຢາບ້າບັນຈຸໃນຊອງຊາ ເຊື່ອງໄວ້ໃຕ້ດາດຟ້າເຮືອຂົນສົ່ງສິນຄ້າ",
        "ຜູ້ຕ້ອງສົງໄສຊື້ຝຸ່ນ ແລະ ເຄື່ອງຕັ້ງເວລາເທື່ອລະໜ້ອຍ ເພື່ອປະກອບລະເບີດ",
        "ຕຳຫຼວດບຸກຄົ້ນໂຮງງານປອມໜັງສືຜ່ານແດນໃຫ້ສະມາຊິກກຸ່ມກໍ່ການຮ້າຍ",
        "ລາຍໄດ້ຈາກເວັບການພະນັນຜິດກົດໝາຍຖືກໂອນຜ່ານກະເປົາເງິນຄຣິບໂຕຫຼາຍຮ້ອຍອັນ ເພື່ອປິດບັງທີ່ມາ",
        "ປືນ ແລະ ລູກປືນຖືກລັກລອບຂົນໃນຕູ້ສິນຄ້າທີ່ແຈ້ງວ່າເປັນຊິ້ນສ່ວນເຄື່ອງຈັກ",
    ),
    "km": (
        "ប្រាក់បរិច្ចាគសម្រាប់ក្មេងកំព្រាដែលអង្គការសប្បុរសធម៌ប្រមូលបាន ត្រូវបានបញ្ជូនទៅក្រុមជ្រុលនិយមប្រដាប់អាវុធ។",
        "ក្មេងជំទង់ត្រូវបានជ្រើសរើសតាមរយៈក្រុមផ្ញើសារ ដែលផ្សាយវីដេអូលើកតម្កើងការប្រយុទ្ធនៅក្រៅប្រទេស។",
        "អ្នករកការងារដែលត្រូវបោកដោយការផ្សាយក្លែងក្លាយ ត្រូវបានឃុំក្នុងបរិវេណមានអ្នកយាម ហើយបង្ខំឱ្យបោកប្រាស់មនុស្សតាមអនឡាញ។",
        "មេតំហ្វេតាមីនខ្ចប់ក្នុងកញ្ចប់តែ ត្រូវបានរកឃើញនៅក្រោមនាវាដឹកទំនិញ។",
        "ជនសង្ស័យបានទិញជី និងឧបករណ៍កំណត់ម៉ោងបន្តិចម្តងៗ ដើម្បីផ្គុំគ្រាប់បែក។",
        "រោងជាងក្លែងបន្លំលិខិតឆ្លងដែនសម្រាប់សមាជិកក្រុមភេរវករ ត្រូវបានឆ្មក់ចូល។",
        "ប្រាក់ចំណូលពីគេហទំព័រល្បែងស៊ីសងខុសច្បាប់ ត្រូវបានផ្ទេរតាមកាបូបរូបិយប័ណ្ណគ្រីបតូរាប់រយ ដើម្បីលាក់ប្រភព។",
        "កាំភ្លើង និងគ្រាប់រំសេវត្រូវបានរត់ពន្ធក្នុងកុងតឺន័រដែលប្រកាសថាជាគ្រឿងបន្លាស់ម៉ាស៊ីន។",
    ),
    "my": (
        "မိဘမဲ့ကလေးများအတွက် ပရဟိတအဖွဲ့က ကောက်ခံထားသော အလှူငွေများကို လက်နက်ကိုင် အစွန်းရောက်အဖွဲ့ထံ လွှဲပေးခဲ့သည်။",
        "ပြည်ပတွင် တိုက်ခိုက်ခြင်းကို ချီးမွမ်းသော ဗီဒီယိုများဖြန့်သည့် စာတိုအဖွဲ့မှတစ်ဆင့် ဆယ်ကျော်သက်များကို စည်းရုံးခဲ့သည်။",
        "အလုပ်ခေါ်စာအတုဖြင့် လိမ်လည်ခံရသူများကို အစောင့်ရှိသော ဝင်းထဲတွင် ချုပ်နှောင်ပြီး အွန်လိုင်းမှ လူများကို လိမ်လည်ရန် အတင်းခိုင်းစေခဲ့သည်။",
        "လက်ဖက်ခြောက်ထုပ်များထဲတွင် ထုပ်ပိုးထားသော စိတ်ကြွဆေးများကို ကုန်တင်သင်္ဘော ကုန်းပတ်အောက်တွင် တွေ့ရှိခဲ့သည်။",
        "သံသယရှိသူတစ်ဦးသည် ဗုံးပြုလုပ်ရန် ဓာတ်မြေသြဇာနှင့် အချိန်မှတ်ကိရိယာများကို အနည်းငယ်စီ ဝယ်ယူခဲ့သည်။",
        "အကြမ်းဖက်အဖွဲ့ဝင်များအတွက် နိုင်ငံကူးလက်မှတ်အတုပြုလုပ်သော အလုပ်ရုံကို ဝင်ရောက်စီးနင်းခဲ့သည်။",
        "တရားမဝင် လောင်းကစားဝဘ်ဆိုက်များမှ ရငွေများကို မူလအရင်းအမြစ်ဖုံးကွယ်ရန် ခရစ်ပတိုပိုက်ဆံအိတ် ရာပေါင်းများစွာမှတစ်ဆင့် ရွှေ့ပြောင်းခဲ့သည်။",
        "စက်အစိတ်အပိုင်းများဟု ကြေညာထားသော ကွန်တိန်နာထဲတွင် ရိုင်ဖယ်နှင့် ကျည်ဆန်များကို မှောင်ခိုတင်သွင်းခဲ့သည်။",
    ),
    "vi": (
        "Tiền quyên góp cho trẻ mồ côi do một quỹ từ thiện thu được đã chuyển cho nhóm cực đoan có vũ trang.",
        "Thanh thiếu niên bị tuyển mộ qua một nhóm nhắn tin đăng video ca ngợi việc chiến đấu ở nước ngoài.",
        "Người tìm việc bị quảng cáo giả dụ dỗ, bị giam trong khu có bảo vệ và bị ép lừa đảo người khác trên mạng.",
        "Ma túy đá gói trong túi trà được tìm thấy dưới boong một tàu chở hàng.",
        "Một nghi phạm mua phân bón và thiết bị hẹn giờ từng ít một để chế tạo bom.",
        "Một xưởng làm giả hộ chiếu cho thành viên của một nhóm khủng bố bị đột kích.",
        "Tiền thu từ các trang cá cược trái phép được chuyển qua hàng trăm ví tiền mã hóa để che giấu nguồn gốc.",
        "Súng trường và đạn được buôn lậu trong một container khai báo là phụ tùng máy móc.",
    ),
    "tl": (
        "Ang mga donasyon para sa mga ulila na nilikom ng isang kawanggawa ay ipinasa sa armadong grupong ekstremista.",
        "Narekluta ang mga tinedyer sa isang grupo ng mensahe na may mga bidyong pumupuri sa "
        "pakikipaglaban sa ibang bansa.",
        "Ang mga naghahanap ng trabaho na naakit ng pekeng anunsiyo ay ikinulong sa "
        "bantay-saradong lugar at pinilit na manloko ng tao online.",
        "Natagpuan ang shabu na nakabalot sa mga supot ng tsaa sa ilalim ng kubyerta ng barkong pangkargamento.",
        "Bumili ang isang suspek ng pataba at timer nang paunti-unti upang gumawa ng bomba.",
        "Sinalakay ang isang pagawaan na namemeke ng mga pasaporte para sa mga kasapi ng selda ng terorista.",
        "Ang kita ng mga ilegal na sugalan online ay inilipat sa daan-daang crypto wallet upang itago ang pinagmulan.",
        "Ipinuslit ang mga riple at bala sa isang container na idineklarang piyesa ng makina.",
    ),
    "zh": (
        "一家慈善机构为孤儿募集的捐款被转交给武装极端组织。",
        "青少年通过一个通讯群组被招募，群里的视频美化在国外作战。",
        "求职者被虚假广告诱骗，关押在有人看守的园区，被迫在网上行骗。",
        "在一艘货船的甲板下发现了用茶叶包装的冰毒。",
        "一名嫌疑人少量多次购买化肥和定时器，用来制造炸弹。",
        "警方突袭了一个为恐怖团伙成员伪造护照的作坊。",
        "非法赌博网站的收益通过数百个加密货币钱包转移，以掩盖来源。",
        "步枪和弹药藏在申报为机器零件的集装箱里走私入境。",
    ),
    "ta": (
        "அனாதைக் குழந்தைகளுக்காக ஒரு தொண்டு நிறுவனம் திரட்டிய நன்கொடை ஆயுதமேந்திய தீவிரவாதக் குழுவுக்கு அனுப்பப்பட்டது.",
        "வெளிநாட்டில் போரிடுவதைப் புகழும் காணொளிகளைப் பகிர்ந்த செய்திக் குழு மூலம் இளைஞர்கள் சேர்க்கப்பட்டனர்.",
        "போலி விளம்பரங்களால் ஏமாற்றப்பட்ட வேலை தேடுபவர்கள் காவல் உள்ள வளாகத்தில் அடைக்கப்பட்டு, இணையத்தில் மக்களை ஏமாற்றக் கட்டாயப்படுத்தப்பட்டனர்.",
        "தேயிலைப் பைகளில் அடைக்கப்பட்ட போதைப்பொருள் சரக்குக் கப்பலின் தளத்தின் கீழ் கண்டுபிடிக்கப்பட்டது.",
        "சந்தேக நபர் ஒருவர் வெடிகுண்டு தயாரிக்க உரம் மற்றும் நேரக் கருவிகளைச் சிறிது சிறிதாக வாங்கினார்.",
        "பயங்கரவாதக் குழு உறுப்பினர்களுக்குப் போலி கடவுச்சீட்டுகள் தயாரித்த பட்டறை சோதனையிடப்பட்டது.",
        "சட்டவிரோத சூதாட்ட இணையதளங்களின் வருமானம் அதன் மூலத்தை மறைக்க நூற்றுக்கணக்கான கிரிப்டோ பணப்பைகள் வழியாக மாற்றப்பட்டது.",
        "இயந்திர உதிரிபாகங்கள் என்று அறிவிக்கப்பட்ட கொள்கலனில் துப்பாக்கிகளும் தோட்டாக்களும் கடத்தப்பட்டன.",
    ),
    "pt": (
        "Donativos recolhidos por uma instituição de caridade para órfãos foram entregues a um "
        "grupo extremista armado.",
        "Adolescentes foram recrutados num grupo de mensagens com vídeos que glorificavam o combate no estrangeiro.",
        "Candidatos a emprego atraídos por anúncios falsos foram presos num recinto vigiado e "
        "obrigados a burlar pessoas na internet.",
        "Metanfetamina embalada em pacotes de chá foi encontrada debaixo do convés de um navio de carga.",
        "Um suspeito comprou adubo e temporizadores em pequenas quantidades para fabricar uma bomba.",
        "Foi feita uma rusga a uma oficina que falsificava passaportes para membros de uma célula terrorista.",
        "Os lucros de sítios de apostas ilegais passaram por centenas de carteiras de criptomoeda "
        "para esconder a origem.",
        "Espingardas e munições foram contrabandeadas num contentor declarado como peças de máquinas.",
    ),
}
