"""How Chinese family names are spelled in Singapore, Malaysia, Hong Kong and Taiwan, by dialect group.

Spellings are what registries wrote down by ear: no rule gives them all. One row a name: simplified character, then
Hokkien, Teochew, Cantonese and Hakka (or Hainanese) spellings; Mandarin follows the sound. The commonest hundred and
fifty names of the region, from public telephone-book and clan-association knowledge.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["GIVEN_HAKKA", "SURNAMES"]

_ROWS = """
陈|tan|tan|chan|chin
林|lim|lim|lam|lim lum
李|lee li|lee|lee li|lee li
黄|ng ooi wee oei|ng|wong|wong vong bong
张|teo teoh tio tew|teo|cheung cheong chong|chong thiong
王|ong heng|heng ong|wong|wong vong
吴|goh go gouw|goh|ng|ng
刘|lau low|lau low|lau low|liew liu lew
蔡|chua tjoa choa|chua|choi choy tsoi|chai tsai
杨|yeo yeoh njo iu|yeo yeoh eo|yeung yeong|yong yeong
郑|tay teh tee the|tay teh|cheng|chang tsang
许|koh khor khoh kho|koh|hui hooi|hee hii
谢|chia cheah tjia|chia|tse cheah|chia chea
郭|kuek quek kueh kwee kwik|quek kuek|kwok kok|kok
洪|ang|ang|hung|fung foong
曾|chan tjan|chan|tsang|chen tsen chin
廖|liau leow liaw|leow|liu lew|liew liau
赖|luah lua|lua|lai|lai
徐|chee chi tjee|chee chi|tsui chui chooi|chee tshi
周|chew chiu tjioe|chiu chew|chow chau|chiu chu
叶|yap iap|hiap yap|yip ip|yap
苏|soh so souw|soh sor|so soo|su soo
何|ho hoe|hor ho|ho|ho
罗|loh lo|loh lor|law lo loh|lo loh
胡|oh ow|oh ou|wu woo|foo fu
高|ko koh|kor ko|ko|ko kao
马|beh bey be|bey beh|ma mah|ma mah
朱|choo chu tjoe|chu choo|chu|chu choo
梁|neo neoh nio|neo neoh|leung leong|liong leong
宋|song sang|song|sung soong|sung
唐|tng teng|tng|tong|tong
韩|han hang|hang|hon|hon
冯|pang pung|pang|fung foong|fung pung
董|tang tung|tang|tung|tung
萧|siow seow siauw|seow|siu siew|siau siaw
程|thia teh|thia tia|ching|chang
曹|cho chor|chor|tso cho|cho
邓|teng|teng|tang|then ten
傅|poh pho|poh|fu|fu foo
沈|sim|sim|sham shum sum|sim shim
彭|phe pee|phe|pang|phang
吕|loo lu lee|lu loo|lui looi|li lee lui
卢|lo loh low|lou lo|lo|lu
蒋|chio chiang|chio chiang|cheung tseung|chiong
余|oo ee ir|er eu|yu yue yee|yee yu
于|oo|u|yu|yi
潘|phua pua|phua|poon pun|phan pan
杜|toh tho|tou|to|tu thu
戴|te tai tay|to tai|tai|tai thai
钟|cheng chong|cheng|chung chong|chong chung
汪|ong|uang|wong|wong
田|tian chan|thiang|tin|thien
任|jim lim|jim|yam yum|yim ngim
姜|kiang khiong|khiang|keung|kiong
范|huan|huam|fan|fam
方|png hong pui|png pung|fong|fong
石|chioh sek|chioh|shek sek|shak
姚|yeow yeo|yeow io|yiu yew|yau
谭|tham|tham|tam tham|tham
邹|chow cho|chou|chow|chew chiu
熊|him hiong|him|hung|yung
陆|lek liok|lek|luk look loke|luk liuk
孔|kong khong|khong|hung|kung
白|peh pek|peh bek|pak|phak
康|kng khong|khng|hong|kong khong
邱|khoo khu|khu khoo|yau|hiew chiew
丘|khoo khu|khu khoo|yau|hiew
江|kang kong|kang|kong|kong
顾|koo|kou|koo ku|ku
侯|hau how|hau|hau how|heu
孟|beng|meng|mang|men
龙|leng liong|leng|lung loong|lung liung
万|ban|buang|man mun|van
雷|looi lui|lui|lui looi|lui
汤|thng tng|thng|tong|tong
黎|le lai|loi|lai|lai loi
武|bu|bu|mo|vu
龚|keng kiong|keng|kung|kiung kung
文|boon bun|bung|man mun|vun boon
颜|gan|ngang|ngan|ngan
柯|kua quah kuah|kua|or o|ko
施|si see sie|si|sze see|si
涂|toh thor|tou|to|thu tu
游|yew iu|yu|yau|yiu yu
连|lian|liang|lin|lien
翁|ang eng|eng ang|yung yong|yung
欧|au ow|au|au|eu
温|oon un|ung|wan wun woon|wun voon
庄|chng ching cheng|chng|chong|chong
蓝|na nah|na|lam|lam
巫|bu boo|bu|mo moo|mu bu
古|koo ko|kou|ku|ku
凌|leng|leng|ling|lin
伍|ngoh goh|ngou|ng|ng
甘|kam|kam|kam kum|kam
卓|toh tok|toh tok|cheuk chock|chok
符|hu|hu|fu foo|foo phoo
云|hun woon|hung|wan|yun woon
邢|heng hing|heng|ying|hin
陶|toh tho|to|to tow|tho
倪|gay geh|goi|ngai|ngai
阮|nguan ng|nguang|yuen|ngion
官|kuan kua|kua|koon kwun|kon kuan
关|kuan|kuang|kwan|kuan
骆|loh lok|lak|lok|lok
麦|beh bek|beh|mak|mak
辛|sin|sing|san sun|sin
童|tong tang|tang|tung|thung
岑|gim|ngim|sam sum|sim
区|au|au|au ow|eu
尤|yew iu|yu|yau|yiu
殷|un in|ing|yan yun|yin
鲍|pau|pau|pau bow|pau
严|giam yam|ngiam|yim|ngiam
华|hua|hua|wah wa|fa
袁|uan|uang|yuen|yen
尹|in un|ung|wan|yun
崔|chui|chui|chui tsui|chui
金|kim|kim|kam kum|kim
孙|sng soon|sng|suen suan|sun soon
秦|chin|ching|chun|chin
史|su|su|sze si|si
毛|mo|mo|mo moo|mo
贝|pue|pue|pui|pi
贺|ho|ho|ho|ho
钱|chee|chee|chin|chien
饶|jiau|jiau|yiu|ngiau
简|kan|kang|kan|kan
詹|chiam|chiam|chim|chiam
池|ti|ti|chi|chi
练|lian|liang|lin|lien
纪|ki kee|ki|kei|ki
余|oo|er|yu yue yee|yee
冼|sian|siang|sin sinn|sien
黎|le|loi|lai|lai
薛|sih|sih seah|sit|siet
尚|siong|siang|sheung|shong
佘|sia|sia seah|sher|sha
成|seng|seng|sing|shin
包|pau|pau|pau|pau
卞|pian|pian|pin|pien
祝|chiok|chok|chuk|chuk
夏|ha hay|he|ha|ha
司|su|si|sze see|si
徒|toh|tou|to toh|thu
欧|au|au|au|eu
阳|yong|iang|yeung yong|yong
"""

SURNAMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    row[0]: tuple(tuple(part.split()) for part in row[2:].split("|")) for row in _ROWS.split("\n") if row
}

# Hakka readings of characters that given names are made of: no library reads Hakka.
GIVEN_HAKKA: Mapping[str, str] = dict(
    pair.split(":")
    for pair in (
        "明:min 文:vun 国:kwet 华:fa 英:yin 福:fuk 生:sen 春:chun 秀:siu 玉:nyuk 梅:moi 兰:lan 金:kim 发:fat 昌:chong "
        "新:sin 强:khiong 清:chin 安:on 平:pin 良:liong 德:tet 光:kong 荣:yung 贵:kwui 财:choi 进:chin 来:loi 云:yun "
        "月:nyet 香:hiong 珍:chin 莲:lian 美:mi 龙:lung 水:sui 海:hoi 天:thien 山:san 伟:wui 丽:li 志:chi 忠:chung "
        "成:shin 兴:hin 才:choi 元:ngien 耀:yau 仁:yin 义:ngi 友:yu 有:yu 红:fung 凤:fung 招:chau 娣:thi 妹:moi "
        "娇:kiau "
        "雪:siet 琴:khim 玲:lin 芳:fong 萍:phin 霞:ha 燕:yen 辉:fui 达:that 建:kien 永:yun 祥:siong 添:thiam "
        "汉:hon 武:vu"
    ).split()
)
