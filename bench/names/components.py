"""Parts of names with the spellings people use, written for this bench: no person, only names many people bear.

`native:spelling/spelling`. What no public package holds in pairs (Lao, Khmer, Burmese, Chinese dialects, Jawi) is
here; the rest comes from packages (SOURCES.md). Written before the romanisation tables were run on it.
"""

from __future__ import annotations

__all__ = [
    "BURMESE",
    "CHINESE_FAMILY",
    "CHINESE_GIVEN",
    "JAWI",
    "KHMER",
    "LAO",
    "MALAY",
    "OLD_SPELLING",
    "THAI",
    "TIMORESE_FAMILY",
    "TIMORESE_GIVEN",
]

LAO = """
ສົມສັກ:Somsack/Somsak ສົມພອນ:Somphone/Somphon ບຸນມີ:Bounmy/Bounmi ບຸນທັນ:Bounthanh/Bounthan ບຸນຍັງ:Bounnhang/Bounyang
ຄຳພອນ:Khamphone/Khamphon ຄຳໄຕ:Khamtay/Khamtai ຄຳສີ:Khamsy/Khamsi ສີສຸວັນ:Sisouvanh/Sisouvan ວິໄລ:Vilay/Vilai
ວິໄລພອນ:Vilayphone/Vilaiphon ທອງສິງ:Thongsing/Thongsingh ທອງລຸນ:Thongloun/Thonglun ທອງດີ:Thongdy/Thongdee ໄຊຍະ:Xaya/Saya
ໄຊສົມພອນ:Xaysomphone/Saysomphone ສອນໄຊ:Sonexay/Sonxay ພົມມະຈັນ:Phommachanh/Phommachan ພົມວິຫານ:Phomvihane/Phomvihan
ສີສະຫວັດ:Sisavath/Sisavat ແກ້ວມະນີ:Keomany/Keomani ແກ້ວບຸນພັນ:Keobounphanh/Keobounphan ສຸລິຍາ:Soulinya/Souliya
ສຸພານຸວົງ:Souphanouvong/Suphanuvong ສຸວັນນະພູມ:Souvannaphoum/Suvannaphum ວົງສາ:Vongsa/Wongsa ວົງພະຈັນ:Vongphachanh/Vongphachan
ຈັນທະວົງ:Chanthavong/Chantavong ຈັນສະຫມອນ:Chansamone/Chansamon ລັດຕະນະ:Rattana/Latana ລັດສະໝີ:Latsamy/Ratsamy
ດາວັນ:Davanh/Davan
ດວງຈັນ:Douangchanh/Duangchan ດວງໃຈ:Douangchay/Duangjai ນ້ອຍ:Noy/Noi ນາລີ:Naly/Nali ມະນີວົງ:Manivong/Maniwong ມາລາ:Mala/Malaa
ພູມີ:Phoumy/Phoumi ພູວົງ:Phouvong/Phuvong ພອນປະເສີດ:Phonpaseuth/Phonepaseuth ປະເສີດ:Paseuth/Pasert ຣາຊະວົງ:Rasavong/Rajavong
ອິນທະວົງ:Inthavong/Intavong ອຸດົມ:Oudom/Udom ອານຸສອນ:Anousone/Anuson ສີວິໄລ:Sivilay/Sivilai ສີພັນດອນ:Siphandone/Siphandon
ວໍລະຈິດ:Vorachith/Vorachit ວິພາວັນ:Viphavanh/Viphavan ສະໄໝ:Samay/Samai ສະຫວັນ:Savanh/Savan ຄູນ:Khoune/Khun ຫຼ້າ:La/Lah
ເພັດ:Phet/Phetsa ເພັດສະໝອນ:Phetsamone/Phetsamon ແສງດາລາ:Sengdala/Saengdara ແສງສຸລິ:Sengsouly/Saengsuri
ກິ່ງແກ້ວ:Kingkeo/Kingkaew
"""

KHMER = """
សុខ:Sok/Sokh ចាន់:Chan/Chann ជា:Chea/Chear ហ៊ុន:Hun/Hunn ហេង:Heng/Haeng លី:Ly/Li ឡុង:Long/Lung លឹម:Lim/Loem គឹម:Kim/Keum
កែវ:Keo/Kaev ម៉ៅ:Mao/Mau ប៉ែន:Pen/Paen ផន:Phan/Phon សំ:Sam/Som សេង:Seng/Saeng តាំង:Taing/Tang ទេព:Tep/Tepp វ៉ន់:Von/Vonn
យិន:Yin/Yen ឈឹម:Chhim/Chhoem ខៀវ:Khiev/Khieu អ៊ុំ:Um/Oum នួន:Nuon/Noun ប្រាក់:Prak/Brak ញឹម:Nhem/Nhim ហង្ស:Hang/Hong
សុភាព:Sopheap/Sophea សុវណ្ណ:Sovann/Sovan សុខា:Sokha/Sokhaa សុភា:Sophea/Sophear សុជាតិ:Socheat/Sucheat សំណាង:Samnang/Samnaang
ពិសិដ្ឋ:Piseth/Piset វិចិត្រ:Vichet/Vichit វណ្ណា:Vanna/Vannah វណ្ណៈ:Vannak/Vann រតនៈ:Ratanak/Rotanak រតនា:Ratana/Rattana
ដារ៉ា:Dara/Daraa មករា:Makara/Meakara មុនី:Mony/Mony បុប្ផា:Bopha/Bupha ធារី:Theary/Theari ធារ៉ា:Theara/Thearaa
ស្រីមុំ:Sreymom/Sreymum ស្រីនាង:Sreyneang/Sreinang ស្រីពៅ:Sreypov/Sreypao ច័ន្ទ:Chan/Chanth ច័ន្ទតារា:Chandara/Chantara
វិសាល:Visal/Visall វីរៈ:Vireak/Virak បូរី:Borey/Bori ភារម្យ:Phearum/Phearom ភក្តី:Pheakdey/Phakdey ភិរម្យ:Phirom/Phirum
គន្ធា:Kunthea/Kanthea លក្ខិណា:Leakhena/Leakhina មាលា:Mealea/Malea កល្យាណ:Kalyan/Kolyan នារី:Neary/Neari ណារិន:Narin/Naren
សុផល:Sophal/Sophol សុផាត:Sophat/Sophath ចំរើន:Chamroeun/Chamreun វាសនា:Veasna/Vasna រដ្ឋា:Ratha/Rotha សារ៉ាត់:Sarath/Sarat
សម្បត្តិ:Sambath/Sombath ប៊ុនធឿន:Bunthoeun/Bunthoeurn ប៊ុនលី:Bunly/Bunli សុធារិទ្ធ:Sothearith/Sutearith រិទ្ធី:Rithy/Ritthy
"""

BURMESE = """
အောင်:Aung/Ong ဝင်း:Win/Winn ဇော်:Zaw/Zor လှိုင်:Hlaing/Hline သူ:Thu/Thoo မင်း:Min/Minn ကျော်:Kyaw/Kyaw သန်း:Than/Thann
ရွှေ:Shwe/Shway ခင်:Khin/Khinn မြင့်:Myint/Myin တင်:Tin/Tinn ဦး:Oo/Oo စိုး:Soe/So မိုး:Moe/Mo ဖြိုး:Phyo/Phyoe သိန်း:Thein/Thain
စိန်:Sein/Sain နိုင်:Naing/Nine ထွန်း:Tun/Htun ထက်:Htet/Het သက်:Thet/Thett လင်း:Lin/Linn ဇင်:Zin/Zinn မာ:Mar/Ma မြ:Mya/Mia
အေး:Aye/Ei ချို:Cho/Choe စု:Su/Suu လွင်:Lwin/Lwynn ကို:Ko/Koe နု:Nu/Nuu သီတာ:Thida/Theeta ဝေ:Wai/Way ညို:Nyo/Nyoe ညွန့်:Nyunt/Nyunt
ဆွေ:Swe/Sway ရဲ:Ye/Yae ဟန်:Han/Hann ဌေး:Htay/Htaye မြတ်:Myat/Myatt သာ:Thar/Tha လှ:Hla/Hlah ဖေ:Pe/Phay ဘ:Ba/Bah မောင်:Maung/Mg
ကြည်:Kyi/Kyee ကြီး:Gyi/Kyi ရီ:Yi/Yee နွယ်:Nwe/Nwel ဆန်း:San/Sann ပြည့်:Pyae/Pyay ဖြူ:Phyu/Phyuu စန္ဒာ:Sandar/Sanda နှင်း:Hnin/Nhin
ယု:Yu/Yuu မွန်:Mon/Mun ဇေယျာ:Zayar/Zeya ကောင်း:Kaung/Koung ပိုင်:Paing/Pine ဟိန်း:Hein/Hain ဇွဲ:Zwe/Zwel ဝဏ္ဏ:Wunna/Wanna အိ:Ei/E
"""

THAI = """
สมชาย:Somchai/Somchay ธนา:Thana/Tana วิชัย:Wichai/Vichai ณัฐพล:Natthaphon/Nattapol/Nuttapon ประเสริฐ:Prasert/Prasoet
สุรชัย:Surachai/Surachay พรชัย:Phonchai/Pornchai ศิริพร:Siriphon/Siriporn รัตนา:Rattana/Ratana กิตติ:Kitti/Kitty
อนุชา:Anucha/Anuchaa ธีระ:Thira/Teera มานะ:Mana/Manah สมศักดิ์:Somsak/Somsakdi ชาญชัย:Chanchai/Charnchai วรวุฒิ:Worawut/Voravuth
จักรพงษ์:Chakkraphong/Jakrapong นิพนธ์:Niphon/Nipon อภิชาติ:Aphichat/Apichart เกียรติศักดิ์:Kiattisak/Kiatisak บุญมี:Bunmi/Boonmee
สุวรรณ:Suwan/Suvarn ทองคำ:Thongkham/Tongkam แก้วมณี:Kaeomani/Kaewmanee ศรีสุข:Sisuk/Srisuk พันธุ์ดี:Phandi/Pandee
วงศ์ไชย:Wongchai/Wongchaiya จันทร์เพ็ญ:Chanphen/Janpen ใจดี:Chaidi/Jaidee สุขสวัสดิ์:Suksawat/Sooksawad
รุ่งเรือง:Rungrueang/Rungruang
เจริญสุข:Charoensuk/Jaroensook พงษ์พานิช:Phongphanit/Pongpanich วัฒนา:Watthana/Wattana ชัยวัฒน์:Chaiwat/Chaiyawat
ปรีชา:Pricha/Preecha
ลิ้มสกุล:Limsakun/Limsakul ประภาพร:Praphaphon/Prapaporn อรทัย:Orathai/Oratai กัลยา:Kanlaya/Kallaya สุนีย์:Suni/Sunee
ดวงใจ:Duangchai/Duangjai
มาลี:Mali/Malee นงลักษณ์:Nonglak/Nonglux เพ็ญศรี:Phensi/Pensri ยุพิน:Yuphin/Yupin สายสุนีย์:Saisuni/Saisunee พิมพ์ใจ:Phimchai/Pimjai
"""

JAWI = """
محمد:Mohd/Muhammad/Mohamad احمد:Ahmad/Ahmed ازهر:Azhar/Azhar سليمان:Sulaiman/Soleiman قاسم:Kassim/Qasim
عثمان:Osman/Othman
يوسف:Yusof/Yusuf اسماعيل:Ismail/Esmail ابراهيم:Ibrahim/Ebrahim حسن:Hassan/Hasan حسين:Hussein/Hussain
عبدالرحمن:Abdul_Rahman/Abd_Rahman
عبدالله:Abdullah/Abdulla زين:Zain/Zainn كمال:Kamal/Kamaal جمال:Jamal/Djamal نجيب:Najib/Nadjib رزاق:Razak/Razzaq
حاميد:Hamid/Hameed
عاديل:Adil/Adel فيصل:Faisal/Faizal فوزي:Fauzi/Fawzi رضوان:Ridzuan/Ridhwan شهرير:Shahrir/Syahrir شريف:Sharif/Syarif
زكريا:Zakaria/Zakariya
هاشم:Hashim/Hasyim روسلي:Rosli/Rusli روسمان:Rosman/Rusman عزمي:Azmi/Adzmi سيتي:Siti/Sity
نورالهدى:Nurul_Huda/Noorul_Huda فاطمه:Fatimah/Fatima
زينب:Zainab/Zaynab خديجه:Khadijah/Khatijah رحمه:Rahmah/Rohmah اميناه:Aminah/Amina حليمه:Halimah/Halima
مريم:Maryam/Mariam
رملي:Ramli/Ramly منصور:Mansor/Mansur داود:Daud/Dawood زلكفلي:Zulkifli/Dzulkifli شمس_الدين:Shamsuddin/Syamsudin
نظام:Nizam/Nidzam
تنكو:Tengku/Tunku لطفي:Lutfi/Luthfi صبري:Sabri/Sabry بهاري:Bahari/Bahary توفيق:Taufik/Tawfiq
"""

MALAY = """
Muhammad/Mohd/Mohamad/Mhd Ahmad/Ahmed/Achmad Yusof/Yusuf/Yusoff Ismail/Esmail Osman/Othman/Usman Hassan/Hasan
Hussein/Hussain Abdul_Rahman/Abd_Rahman/Abdulrahman
Abdul_Rahim/Abd_Rahim Abdul_Aziz/Abd_Aziz/Abdulaziz Nur_Aini/Nor_Aini/Noraini Nur_Hayati/Norhayati/Nor_Hayati
Siti_Aminah/Siti_Amina Faisal/Faizal Syarif/Sharif
Zulkifli/Dzulkifli Ridzuan/Ridhuan/Ridwan Shahrul/Syahrul Khairul/Khairol Amirul/Amirol Hafiz/Hafidz Azman/Adzman
Rosli/Rusli Kamaruddin/Qamaruddin
Nasir/Nasser Rashid/Rasyid Hisham/Hisyam Fauzi/Fawzi Taufik/Taufiq Luthfi/Lutfi Zainal_Abidin/Zainalabidin
Jamaluddin/Jamaludin Saiful/Syaiful Ibrahim/Ebrahim
Kassim/Kasim/Qasim Sulaiman/Soleiman Daud/Dawud Harun/Haron Mansor/Mansur Latif/Lateef Salleh/Saleh/Salih
Razak/Razaq Ghani/Gani Hamid/Hameed
Halim/Haleem Jalil/Djalil Karim/Kareem Majid/Madjid Wahab/Wahhab Zakaria/Zakariya Bakar/Bakr Ramli/Ramly
Shukri/Syukri Aziz/Azeez
"""

OLD_SPELLING = """
Suparno/Soeparno Sukarno/Soekarno Suharto/Soeharto Joko/Djoko Budiman/Boediman Cahyo/Tjahjo Cipto/Tjipto
Yusuf/Joesoef Subroto/Soebroto
Sujono/Soedjono Syahrir/Sjahrir Syarif/Sjarif Cokro/Tjokro Aminoto/Aminoto Hartoyo/Hartojo Suyono/Soejono
Wijaya/Widjaja Wahyu/Wahjoe
Sutrisno/Soetrisno Untung/Oentoeng Gunawan/Goenawan Kusuma/Koesoema Purnomo/Poernomo Nyoman/Njoman Surya/Soerja
Rahayu/Rahajoe Yanto/Janto
Juanda/Djoeanda Jaya/Djaja Suryo/Soerjo Haryono/Harjono Achmad/Ahmad Chaidir/Khaidir Muchtar/Mukhtar Jamin/Djamin
Musa/Moesa Nurdin/Noerdin
Sucipto/Soetjipto Sunarjo/Soenardjo Sunarto/Soenarto Bambang/Bambang Slamet/Slamet Supriyadi/Soeprijadi
Kuncoro/Koentjoro Susilo/Soesilo
"""

TIMORESE_GIVEN = """
João Paulo José António Domingos Mateus Lúcia Inês Conceição Natália Júlio Câncio Estêvão Tomás Adérito Sebastião
Agostinho Fátima Graça
"""

TIMORESE_FAMILY = """
Belo Gusmão Guterres Araújo Conceição Simões Magalhães Cabral Ximenes Alves Tilman Sarmento Quintão Noronha Babo
Assunção Viegas Hornay
"""

# character: Mandarin, SG/MY (Hokkien or Teochew), Cantonese as spelled in Hong Kong and Malaysia, Hakka; `-` none
CHINESE_FAMILY = """
陈:Chen/Tan/Chan/Chin 林:Lin/Lim/Lam/Lim 李:Li/Lee/Lee/Lee 黄:Huang/Ng/Wong/Wong 张:Zhang/Teo/Cheung/Chong
王:Wang/Ong/Wong/Wong
吴:Wu/Goh/Ng/Ng 刘:Liu/Lau/Lau/Liew 蔡:Cai/Chua/Choi/Chai 杨:Yang/Yeo/Yeung/Yong 郑:Zheng/Tay/Cheng/Chang
许:Xu/Koh/Hui/Hee
谢:Xie/Chia/Tse/Chia 郭:Guo/Quek/Kwok/Kok 洪:Hong/Ang/Hung/Fung 曾:Zeng/Chan/Tsang/Chin 廖:Liao/Leow/Liu/Liau
周:Zhou/Chew/Chow/Chiu
叶:Ye/Yap/Yip/Yap 苏:Su/Soh/So/Soo 何:He/Ho/Ho/Ho 罗:Luo/Loh/Law/Lo 高:Gao/Koh/Ko/Ko 马:Ma/Beh/Ma/Ma 朱:Zhu/Choo/Chu/Chu
梁:Liang/Neo/Leung/Leong 沈:Shen/Sim/Shum/Sim 彭:Peng/Phe/Pang/Phang 潘:Pan/Phua/Poon/Phan 萧:Xiao/Siow/Siu/Siau
傅:Fu/Poh/Fu/Foo
邱:Qiu/Khoo/Yau/Hiew 冯:Feng/Pang/Fung/Fung 徐:Xu/Chee/Tsui/Chi 胡:Hu/Oh/Wu/Foo 江:Jiang/Kang/Kong/Kong
颜:Yan/Gan/Ngan/Ngan 庄:Zhuang/Chng/Chong/Chong
"""

CHINESE_GIVEN = """
伟:Wei/Wee/Wai/Wui 明:Ming/Meng/Ming/Min 美:Mei/Bee/Mei/Mi 玲:Ling/Leng/Ling/Lin 丽:Li/Lay/Lai/Li 珍:Zhen/Tin/Chun/Chin
志:Zhi/Chee/Chi/Chi 强:Qiang/Kiong/Keung/Khiong 文:Wen/Boon/Man/Vun 国:Guo/Kok/Kwok/Ket 华:Hua/Hwa/Wah/Fah
英:Ying/Eng/Ying/Yin
福:Fu/Hock/Fuk/Fook 财:Cai/Chai/Choi/Choy 成:Cheng/Seng/Shing/Shin 发:Fa/Huat/Fat/Fatt 金:Jin/Kim/Kam/Kim
玉:Yu/Geok/Yuk/Nyuk
秀:Xiu/Siew/Sau/Siew 兰:Lan/Lan/Lan/Lan 凤:Feng/Hong/Fung/Fung 香:Xiang/Hiang/Heung/Hiong 梅:Mei/Buay/Mui/Moi
莲:Lian/Lian/Lin/Lian
珠:Zhu/Choo/Chu/Chu 荣:Rong/Eng/Wing/Yung 生:Sheng/Seng/Sang/Sen 春:Chun/Choon/Chun/Chun 光:Guang/Kong/Kwong/Kong
德:De/Teck/Tak/Tet
建:Jian/Kian/Kin/Kian 平:Ping/Peng/Ping/Pin 安:An/Ann/On/On 清:Qing/Cheng/Ching/Chin 木:Mu/Bok/Muk/Muk
水:Shui/Chwee/Shui/Sui 龙:Long/Leong/Lung/Lung
山:Shan/San/Shan/San 海:Hai/Hai/Hoi/Hoi 天:Tian/Thian/Tin/Thien 兴:Xing/Hin/Hing/Hin 顺:Shun/Soon/Shun/Shun
忠:Zhong/Tiong/Chung/Chung 义:Yi/Ghee/Yee/Ngi
惠:Hui/Hwee/Wai/Fui 淑:Shu/Sok/Shuk/Suk 芬:Fen/Hoon/Fan/Fun 月:Yue/Guat/Yuet/Ngiet 云:Yun/Hoon/Wan/Yun
雪:Xue/Suat/Suet/Siet
"""
