"""Six fictional reports, each in twelve languages: where a language's mean starts, and what unlike reports look like.

A multilingual model puts all texts of one language near each other. What they share is measured on these, and on what
a node holds, and taken away before two reports are compared (`understand.likeness`). They name nobody and no place.
Written for this project; speakers of Khmer, Lao, Burmese and Tamil have not read them yet.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REPORTS"]

REPORTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Motorcycles stolen at night were taken over the border and sold with false papers.",
        "A woman lost her savings to a man she met online who promised to marry her and asked for money.",
        "Trucks with illegally cut timber from the forest were stopped; the drivers had no permit.",
        "Officers seized fake medicine from a market stall; the tablets contained only flour.",
        "A hospital's computers were locked by malicious software and the attackers demanded a ransom.",
        "Fishermen used explosives on the reef and the patrol confiscated their boat.",
    ),
    "id": (
        "Sepeda motor yang dicuri pada malam hari dibawa melewati perbatasan dan dijual dengan surat palsu.",
        "Seorang perempuan kehilangan tabungannya kepada pria kenalan daring yang berjanji "
        "menikahinya dan meminta uang.",
        "Truk bermuatan kayu hasil penebangan liar dari hutan dihentikan; para sopir tidak memiliki izin.",
        "Petugas menyita obat palsu dari lapak pasar; tabletnya hanya berisi tepung.",
        "Komputer rumah sakit dikunci oleh perangkat lunak jahat dan para penyerang menuntut uang tebusan.",
        "Nelayan memakai bahan peledak di terumbu karang dan kapal mereka disita patroli.",
    ),
    "ms": (
        "Motosikal yang dicuri pada waktu malam dibawa merentasi sempadan dan dijual dengan dokumen palsu.",
        "Seorang wanita kehilangan wang simpanan kepada lelaki kenalan dalam talian yang berjanji mengahwininya.",
        "Lori membawa balak yang ditebang secara haram dari hutan ditahan; pemandunya tiada permit.",
        "Pegawai merampas ubat tiruan dari gerai pasar; pil itu hanya mengandungi tepung.",
        "Komputer hospital dikunci oleh perisian hasad dan penyerang menuntut wang tebusan.",
        "Nelayan menggunakan bahan letupan di terumbu karang dan bot mereka dirampas oleh pasukan peronda.",
    ),
    "th": (
        "รถจักรยานยนต์ที่ถูกขโมยในเวลากลางคืนถูกนำข้ามชายแดนไปขายพร้อมเอกสารปลอม",
        "หญิงคนหนึ่งสูญเงินเก็บให้ชายที่รู้จักทางออนไลน์ซึ่งสัญญาว่าจะแต่งงานและขอเงิน",
        "รถบรรทุกไม้ที่ตัดอย่างผิดกฎหมายจากป่าถูกสกัดจับ คนขับไม่มีใบอนุญาต",
        "เจ้าหน้าที่ยึดยาปลอมจากแผงในตลาด เม็ดยามีแต่แป้ง",
        "คอมพิวเตอร์ของโรงพยาบาลถูกล็อกด้วยมัลแวร์ และผู้โจมตีเรียกค่าไถ่",
        "ชาวประมงใช้ระเบิดที่แนวปะการัง และเรือลาดตระเวนยึดเรือของพวกเขา",
    ),
    "lo": (
        "ລົດຈັກທີ່ຖືກລັກໃນຕອນກາງຄືນຖືກນຳຂ້າມຊາຍແດນ ແລະ ຂາຍພ້ອມເອກະສານປອມ",
        "ແມ່ຍິງຄົນໜຶ່ງເສຍເງິນທ້ອນໃຫ້ຜູ້ຊາຍທີ່ຮູ້ຈັກທາງອອນລາຍ ເຊິ່ງສັນຍາວ່າຈະແຕ່ງງານ ແລະ ຂໍເງິນ",
        "ລົດບັນທຸກໄມ້ທີ່ຕັດຜິດກົດໝາຍຈາກປ່າຖືກສະກັດ ຄົນຂັບບໍ່ມີໃບອະນຸຍາດ",
        "ເຈົ້າໜ້າທີ່ຢຶດຢາປອມຈາກຮ້ານໃນຕະຫຼາດ ເມັດຢາມີແຕ່ແປ້ງ",
        "ຄອມພິວເຕີຂອງໂຮງໝໍຖືກລັອກດ້ວຍໂປຣແກຣມອັນຕະລາຍ ແລະ ຜູ້ໂຈມຕີຮຽກຄ່າໄຖ່",
        "ຊາວປະມົງໃຊ້ລະເບີດຢູ່ແນວປະກາລັງ ແລະ ເຮືອຂອງເຂົາຖືກຢຶດ",
    ),
    "km": (
        "ម៉ូតូដែលត្រូវបានលួចនៅពេលយប់ ត្រូវបានយកឆ្លងព្រំដែន ហើយលក់ជាមួយឯកសារក្លែងក្លាយ។",
        "ស្ត្រីម្នាក់បានបាត់បង់ប្រាក់សន្សំទៅឱ្យបុរសដែលស្គាល់តាមអនឡាញ ដែលសន្យាថានឹងរៀបការ ហើយសុំលុយ។",
        "រថយន្តដឹកឈើដែលកាប់ដោយខុសច្បាប់ពីព្រៃត្រូវបានបញ្ឈប់ អ្នកបើកបរគ្មានលិខិតអនុញ្ញាត។",
        "មន្ត្រីបានរឹបអូសថ្នាំពេទ្យក្លែងក្លាយពីតូបផ្សារ គ្រាប់ថ្នាំមានតែម្សៅ។",
        "កុំព្យូទ័ររបស់មន្ទីរពេទ្យត្រូវបានចាក់សោដោយកម្មវិធីព្យាបាទ ហើយអ្នកវាយប្រហារទាមទារប្រាក់លោះ។",
        "អ្នកនេសាទបានប្រើគ្រឿងផ្ទុះនៅផ្កាថ្ម ហើយទូករបស់ពួកគេត្រូវបានល្បាតរឹបអូស។",
    ),
    "my": (
        "ညဘက်တွင် ခိုးယူခံရသော ဆိုင်ကယ်များကို နယ်စပ်ဖြတ်ကျော်ယူဆောင်ပြီး စာရွက်စာတမ်းအတုများဖြင့် ရောင်းချခဲ့သည်။",
        "အမျိုးသမီးတစ်ဦးသည် အွန်လိုင်းတွင်သိကျွမ်းပြီး လက်ထပ်မည်ဟု ကတိပေးကာ ငွေတောင်းသော အမျိုးသားကြောင့် စုဆောင်းငွေများ ဆုံးရှုံးခဲ့သည်။",
        "သစ်တောမှ တရားမဝင်ခုတ်လှဲသော သစ်များတင်ဆောင်သည့် ထရပ်ကားများကို ဖမ်းဆီးခဲ့ပြီး ယာဉ်မောင်းများတွင် ခွင့်ပြုချက်မရှိပါ။",
        "အရာရှိများက ဈေးဆိုင်မှ ဆေးအတုများကို သိမ်းဆည်းခဲ့ပြီး ဆေးပြားများတွင် ဂျုံမှုန့်သာပါဝင်သည်။",
        "ဆေးရုံ၏ ကွန်ပျူတာများကို အန္တရာယ်ရှိသော ဆော့ဖ်ဝဲက သော့ခတ်ထားပြီး တိုက်ခိုက်သူများက ရွေးနုတ်ဖိုး တောင်းဆိုခဲ့သည်။",
        "တံငါသည်များက သန္တာကျောက်တန်းတွင် ဖောက်ခွဲရေးပစ္စည်းသုံးခဲ့ပြီး ၎င်းတို့၏လှေကို ကင်းလှည့်အဖွဲ့က သိမ်းဆည်းခဲ့သည်။",
    ),
    "vi": (
        "Xe máy bị trộm ban đêm được đưa qua biên giới và bán với giấy tờ giả.",
        "Một phụ nữ mất hết tiền tiết kiệm cho người đàn ông quen qua mạng hứa cưới cô và xin tiền.",
        "Xe tải chở gỗ khai thác trái phép từ rừng bị chặn lại; tài xế không có giấy phép.",
        "Cán bộ thu giữ thuốc giả ở một quầy chợ; viên thuốc chỉ có bột mì.",
        "Máy tính của một bệnh viện bị phần mềm độc hại khóa và kẻ tấn công đòi tiền chuộc.",
        "Ngư dân dùng thuốc nổ ở rạn san hô và tàu của họ bị đội tuần tra tịch thu.",
    ),
    "tl": (
        "Ang mga motorsiklong ninakaw sa gabi ay dinala sa kabila ng hangganan at ibinenta na may pekeng papeles.",
        "Nawalan ng ipon ang isang babae sa lalaking nakilala niya online na nangakong pakakasalan "
        "siya at humingi ng pera.",
        "Pinigil ang mga trak na may kargang kahoy na ilegal na pinutol sa gubat; walang permit ang mga tsuper.",
        "Kinumpiska ng mga opisyal ang pekeng gamot sa isang puwesto sa palengke; harina lamang ang laman ng tableta.",
        "Ikinandado ng malisyosong software ang mga kompyuter ng ospital at humingi ng ransom ang mga umatake.",
        "Gumamit ng pampasabog ang mga mangingisda sa bahura at kinumpiska ng patrol ang kanilang bangka.",
    ),
    "zh": (
        "夜间被盗的摩托车被运过边境，并用伪造的证件出售。",
        "一名女子被网上认识的男子骗走积蓄，该男子答应与她结婚并向她要钱。",
        "运载从森林非法砍伐木材的卡车被拦下，司机没有许可证。",
        "执法人员在市场摊位查获假药，药片里只有面粉。",
        "一家医院的电脑被恶意软件锁住，攻击者索要赎金。",
        "渔民在珊瑚礁使用炸药，巡逻队没收了他们的船。",
    ),
    "ta": (
        "இரவில் திருடப்பட்ட மோட்டார் சைக்கிள்கள் எல்லையைத் தாண்டி கொண்டு செல்லப்பட்டு போலி ஆவணங்களுடன் விற்கப்பட்டன.",
        "இணையத்தில் பழகி திருமணம் செய்வதாக உறுதியளித்து பணம் கேட்ட ஆணிடம் ஒரு பெண் தன் சேமிப்பை இழந்தார்.",
        "காட்டில் சட்டவிரோதமாக வெட்டப்பட்ட மரங்களை ஏற்றிய லாரிகள் நிறுத்தப்பட்டன; ஓட்டுநர்களிடம் அனுமதி இல்லை.",
        "சந்தைக் கடையிலிருந்து போலி மருந்துகளை அதிகாரிகள் பறிமுதல் செய்தனர்; மாத்திரைகளில் மாவு மட்டுமே இருந்தது.",
        "மருத்துவமனையின் கணினிகள் தீங்கிழைக்கும் மென்பொருளால் பூட்டப்பட்டன, தாக்கியவர்கள் மீட்புத் தொகை கேட்டனர்.",
        "மீனவர்கள் பவளப்பாறையில் வெடிபொருட்களைப் பயன்படுத்தினர், ரோந்துப் படை அவர்களின் படகைப் பறிமுதல் செய்தது.",
    ),
    "pt": (
        "Motociclos roubados à noite foram levados para o outro lado da fronteira e vendidos com documentos falsos.",
        "Uma mulher perdeu as poupanças para um homem que conheceu na internet, que prometeu casar e pediu dinheiro.",
        "Camiões com madeira cortada ilegalmente na floresta foram parados; os condutores não tinham licença.",
        "Os agentes apreenderam medicamentos falsos numa banca do mercado; os comprimidos só continham farinha.",
        "Os computadores de um hospital foram bloqueados por um programa malicioso e os atacantes exigiram um resgate.",
        "Pescadores usaram explosivos no recife e a patrulha apreendeu o barco deles.",
    ),
}
