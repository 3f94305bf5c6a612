#!/usr/bin/env python3
"""Goal: a page that names no charset is read by the right one, whatever its language."""
import json
import re
import subprocess

from rig import DAEMON, case, equal, main

# Language, charsets that its pages were written in, and what a page says.
TEXTS = [
    ("Polish", "iso-8859-2 windows-1250",
     "Prom opuścił port przed świtem, jak każdego dnia o tej porze roku. Na pokładzie było zaledwie "
     "dwudziestu pasażerów, a większość z nich piła gorącą kawę i patrzyła na oświetlone nabrzeże. "
     "Kapitan powiedział, że jeszcze nigdy nie widział tak spokojnego morza."),
    ("Czech", "iso-8859-2 windows-1250",
     "Trajekt opustil přístav před úsvitem, jako každý den v tuto roční dobu. Na palubě bylo jen "
     "dvacet cestujících a většina z nich pila horkou kávu a dívala se na osvětlené nábřeží. Kapitán "
     "řekl, že ještě nikdy neviděl tak klidné moře."),
    ("Hungarian", "iso-8859-2 windows-1250",
     "A komp hajnal előtt hagyta el a kikötőt, mint minden nap ebben az évszakban. A fedélzeten csak "
     "húsz utas volt, és legtöbbjük forró kávét ivott, miközben a kivilágított rakpartot nézte. A "
     "kapitány azt mondta, hogy még soha nem látott ilyen nyugodt tengert."),
    ("Romanian", "iso-8859-2 windows-1250",
     "Feribotul a părăsit portul înainte de zori, ca în fiecare zi în această perioadă a anului. La "
     "bord erau doar douăzeci de pasageri, iar cei mai mulţi beau cafea fierbinte şi priveau cheiul "
     "luminat. Căpitanul a spus că nu a văzut niciodată o mare atât de liniştită."),
    ("Russian", "koi8-r windows-1251 cp866",
     "Паром вышел из гавани до рассвета, как и каждый день в это время года. На борту было всего "
     "двадцать пассажиров, и большинство из них пили горячий кофе и смотрели на освещённую "
     "набережную. Капитан сказал, что никогда ещё не видел такого спокойного моря."),
    ("Ukrainian", "koi8-u windows-1251",
     "Пором вийшов із гавані до світанку, як і щодня в цю пору року. На борту було лише двадцять "
     "пасажирів, і більшість із них пили гарячу каву та дивилися на освітлену набережну. Капітан "
     "сказав, що ще ніколи не бачив такого спокійного моря."),
    ("Bulgarian", "windows-1251",
     "Фериботът напусна пристанището преди зазоряване, както всеки ден по това време на годината. На "
     "борда имаше само двадесет пътници и повечето от тях пиеха горещо кафе и гледаха осветения кей. "
     "Капитанът каза, че никога не е виждал толкова спокойно море."),
    ("Greek", "iso-8859-7 windows-1253",
     "Το πλοίο έφυγε από το λιμάνι πριν από την αυγή, όπως κάθε μέρα αυτή την εποχή του χρόνου. Στο "
     "κατάστρωμα ήταν μόνο είκοσι επιβάτες και οι περισσότεροι έπιναν ζεστό καφέ και κοιτούσαν τη "
     "φωτισμένη προκυμαία. Ο καπετάνιος είπε ότι ποτέ δεν είχε δει τόσο ήρεμη θάλασσα."),
    ("Turkish", "iso-8859-9 windows-1254",
     "Feribot her gün olduğu gibi şafaktan önce limandan ayrıldı. Güvertede yalnızca yirmi yolcu "
     "vardı ve çoğu sıcak kahve içip ışıklandırılmış rıhtıma bakıyordu. Kaptan bugüne kadar hiç "
     "böyle sakin bir deniz görmediğini söyledi."),
    ("Japanese", "shift-jis euc-jp iso2022-jp",
     "フェリーは毎日と同じように夜明け前に港を出た。甲板には乗客が二十人しかおらず、ほとんどの人は熱いコーヒーを飲みながら明かりのついた岸壁を眺めていた。船長は、これほど静かな海は見たことがないと"
     "話した。"),
    ("Chinese", "gb18030 gb2312",
     "渡轮和每天一样在黎明前离开了港口。甲板上只有二十名乘客,大多数人一边喝着热咖啡,一边看着灯火通明的码头。船长说,他从来没有见过这么平静的大海。"),
    ("Taiwanese", "big5",
     "渡輪和每天一樣在黎明前離開了港口。甲板上只有二十名乘客,大多數人一邊喝著熱咖啡,一邊看著燈火通明的碼頭。船長說,他從來沒有見過這麼平靜的大海。"),
    ("Korean", "euc-kr iso2022-kr",
     "여객선은 매일 그렇듯이 동이 트기 전에 항구를 떠났다. 갑판에는 승객이 스무 명밖에 없었고 대부분은 뜨거운 커피를 마시며 불이 켜진 부두를 바라보고 있었다. 선장은 "
     "이렇게 고요한 바다를 본 적이 없다고 말했다."),
    ("Hebrew", "windows-1255 iso-8859-8",
     "המעבורת יצאה מהנמל לפני עלות השחר, כמו בכל יום בעונה הזאת של השנה. על הסיפון היו רק עשרים "
     "נוסעים, ורובם שתו קפה חם והביטו ברציף המואר. רב החובל אמר שמעולם לא ראה ים שקט כל כך."),
    ("Arabic", "windows-1256 iso-8859-6",
     "غادرت العبارة الميناء قبل الفجر كما تفعل كل يوم في هذا الوقت من السنة. كان على متنها عشرون "
     "راكبا فقط، وكان معظمهم يشربون القهوة الساخنة وينظرون إلى الرصيف المضاء. قال القبطان إنه لم ير "
     "بحرا هادئا إلى هذا الحد من قبل."),
    ("Thai", "tis-620",
     "เรือข้ามฟากออกจากท่าเรือก่อนรุ่งสางเหมือนทุกวันในฤดูนี้ของปี บนดาดฟ้ามีผู้โดยสารเพียงยี่สิบคน "
     "และส่วนใหญ่กำลังดื่มกาแฟร้อนและมองไปยังท่าเรือที่สว่างไสว "
     "กัปตันกล่าวว่าไม่เคยเห็นทะเลที่สงบเช่นนี้มาก่อน"),
    ("French", "windows-1252",
     "Le ferry a quitté le port avant l’aube, comme tous les jours à cette période de l’année. Il "
     "n’y avait que vingt passagers à bord, et la plupart buvaient un café brûlant en regardant le "
     "quai éclairé. Le capitaine a déclaré qu’il n’avait jamais vu une mer aussi calme."),
    ("German", "windows-1252",
     "Die Fähre verließ den Hafen vor der Dämmerung, wie jeden Tag zu dieser Jahreszeit. An Bord "
     "waren nur zwanzig Fahrgäste, und die meisten tranken heißen Kaffee und schauten auf den "
     "beleuchteten Kai. Der Kapitän sagte, er habe noch nie ein so ruhiges Meer gesehen."),
    ("Spanish", "windows-1252",
     "El transbordador salió del puerto antes del amanecer, como todos los días en esta época del "
     "año. A bordo había sólo veinte pasajeros, y la mayoría bebía café caliente y miraba el muelle "
     "iluminado. El capitán dijo que jamás había visto un mar tan tranquilo."),
    ("Swedish", "windows-1252",
     "Färjan lämnade hamnen före gryningen, som varje dag vid den här tiden på året. Ombord fanns "
     "bara tjugo passagerare, och de flesta drack hett kaffe och såg på den upplysta kajen. Kaptenen "
     "sade att han aldrig hade sett ett så lugnt hav."),
    ("English", "windows-1252",
     "The ferry left the harbour before dawn, as it does on every day at this time of the year — or "
     "so they say. There were only twenty passengers on board, and most of them drank hot coffee and "
     "looked at the quay. The captain said he’d never seen a sea so calm."),
]
MENU = '<p>' + '<a href="/x">Link number one</a> and what else is in a menu ' * 30 + '</p>'


def read(text, charset, more=""):
    """What is read of a page with one paragraph."""
    page = (f"<html><head><title>News</title></head><body><h1>News</h1><p>{text}</p>{more}"
            "<div class=footer>Copyright 2004</div></body></html>")
    done = subprocess.run([DAEMON, "extract", "--url", "https://example.org/story"],
                          input=page.encode(charset), capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)["text"]


def same(text):
    """Romanian's letters with a comma and with a cedilla are one."""
    return text.translate(str.maketrans("șțȘȚ", "şţŞŢ"))


@case
def a_charset_that_nobody_names_is_found(_):
    wrong = []
    for language, charsets, text in TEXTS:
        for charset in charsets.split():
            wrong += [(language, charset, found[:60]) for found in [read(text, charset)]
                      if same(text) not in same(found)]
    equal(wrong, [])


@case
def one_sentence_is_enough_even_beside_a_menu_in_english(_):
    wrong = []
    for language, charsets, text in TEXTS:
        sentence = re.match(r"[^.。]+[.。]?", text)[0]
        for charset in charsets.split():
            wrong += [(language, charset, found[:60]) for found in [read(sentence, charset, MENU)]
                      if same(sentence) not in same(found)]
    equal(wrong, [])


main()
