"""Papers of every kind and form to be measured: short, long, rare and hostile ones."""

from dataclasses import replace

from reports.document import Document, Grid, Heading, Paragraph
from reports.tables import Column, Interval, Table
from tests.reports import samples

UNIT_200 = ("示范省示范市示范自治县农村饮水安全供水服务管理总站" * 9)[:196] + "水利分局"
RARE = "㛃𠮷喆堃玥祎旸镕"
HOSTILE = (
    "A&B公司<b>x</b><img src='/etc/passwd'/>]]><!-- --> {}%s%%\\n \u202e左右\u2066内\x00\x07"
    "接通率<80%，" + "超长单词" + "Abcdefghij" * 40 + "。"
)
ADDRESSEES_184 = "，".join(f"示范{i}县水利局" for i in range(1, 185))
TALK = "供水单位值班人员在监督电话接通后，应当主动报单位名称，问清诉求和地点，登记联系方式。"
FIGURES = (
    "本次抽查（轮次编号P-130000-2026Q4）于2026年10月1日至12月31日进行，列入监督电话196条，"
    "实际测试196条；合格154条，合格率78.57%（154/196），95%置信区间为72.31%～83.72%，"
    "“首拨接通率”为91.33%，较上期下降3.10个百分点。"
)
WIDE_COLUMNS = tuple(
    Column(head, kind, width)  # type: ignore[arg-type]
    for head, kind, width in (
        ("序号", "rank", 5),
        ("监督电话", "text", 13),
        ("责任单位", "text", 20),
        ("行政区", "text", 9),
        ("类别", "text", 11),
        ("得分", "score", 5.5),
        ("最终拨测结果", "text", 15),
        ("振铃(秒)", "seconds", 7.5),
        ("合格率", "percent", 18),
        ("原因", "text", 28),
    )
)
CALLS = tuple(
    Column(head, kind, width)  # type: ignore[arg-type]
    for head, kind, width in (
        ("拨打时间", "text", 17),
        ("第几次", "rank", 7),
        ("结果", "text", 17),
        ("振铃(秒)", "seconds", 9),
        ("备注", "text", 24),
    )
)


def lines(n: int, **changes) -> Table:
    rows = tuple(
        (
            i,
            f"0311-{i:08d}",
            f"示范{i % 90}县水利局",
            "示范市",
            "合格" if i % 3 else "接转不及时",
            95.8,
            "接通并受理",
            12.5,
            Interval(0.7857, 0.7231, 0.8372),
            "第3次才接通；振铃超过15秒" if i % 3 == 0 else "",
        )
        for i in range(1, n + 1)
    )
    made = Table(
        label="附件",
        title="2026年第四季度饮水安全监督电话抽查结果明细表",
        scope="示范省　2026年10月1日至12月31日　n=196",
        columns=WIDE_COLUMNS,
        rows=rows,
        definitions=("得分：满分100分，打不通和号码失效错误为0分，不计和未测试不评分（—）。",),
    )
    return replace(made, **changes)


def calls(n: int, note: str = "") -> Grid:
    rows = tuple(
        (f"2026-11-{i % 28 + 1:02d} 09:30", i, "无人接听", None, note) for i in range(1, n + 1)
    )
    return Grid(CALLS, rows, caption="拨测记录（★为决定结果的一次）：")


def circular(**changes) -> Document:
    """A 通报 of a quarter, sealed, with two wide annexes and copies."""
    first = lines(14, label="附件1", title="2026年第四季度饮水安全监督电话抽查情况汇总表")
    second = lines(40, label="附件2")
    made = Document(
        kind="circular",
        form="file",
        letterhead="示范省水利厅文件",
        number="示水监电〔2026〕7号",
        title="关于2026年第四季度\n饮水安全监督电话抽查情况的通报",
        addressee="各市（含定州、辛集市）水利局，雄安新区建设和交通管理局",
        body=(
            Paragraph("按照农村饮水安全监督电话管理有关要求，现将有关情况通报如下："),
            Heading("一、抽查基本情况"),
            Paragraph(FIGURES),
            Heading("二、存在问题"),
            Paragraph(TALK * 2, lead="（一）接转不及时。"),
            Heading("（二）受理不规范", level=2),
            Paragraph("1. 示范县水利局（0311-00000001、0311-00000002★）；" + TALK),
            Heading("三、有关要求"),
            Paragraph(TALK),
        ),
        signature="示范省水利厅",
        date="2026-11-03",
        day="2026-11-03",
        author="示范省水利厅",
        attachments=(first.title, second.title),
        copies=("水利部农村水利水电司", "省人民政府办公厅", "各市人民政府"),
        printed_by="示范省水利厅办公室",
        printed_on="2026-11-04",
        annexes=(first, second),
        verify_url="https://hotline.example.org/verify/ABCDEFGH2345",
    )
    return replace(made, **changes)


def plain(**changes) -> Document:
    """A 通报 without annexes."""
    return circular(**({"attachments": (), "annexes": ()} | changes))


def letter(**changes) -> Document:
    """A 整改通知书 with evidence and a strip to send back."""
    made = Document(
        kind="rectification",
        form="letter",
        letterhead="示范省水利厅",
        number="示水监电改〔2026〕12号",
        title="饮水安全监督电话整改通知书",
        addressee="示范市示范县水利局",
        body=(
            Paragraph("你单位2条监督电话不合格，现将有关问题和整改要求通知如下："),
            Heading("一、发现的问题"),
            Paragraph("打不通，得分0.0分，上期抽查同样不合格。", lead="1. 0311-00000001　"),
            calls(3),
            Heading("二、整改要求"),
            Paragraph(TALK + "2026年11月30日（含）前书面报送整改情况。"),
            Paragraph("联系方式：农村水利水电处，0311-00000000。"),
        ),
        signature="示范省水利厅",
        date="2026-11-23",
        day="2026-11-23",
        author="示范省水利厅",
        receipt=(
            "示范省水利厅：",
            "《饮水安全监督电话整改通知书》（示水监电改〔2026〕12号）已收到。",
            "签收人：　　　　　　　　　职务：　　　　　　　　　电话：",
            "签收单位（盖章）：　　　　　　　　　　　　　年　　月　　日",
        ),
        verify_url="https://hotline.example.org/verify/ABCDEFGH2345",
    )
    return replace(made, **changes)


def record(**changes) -> Document:
    """A 约谈记录: nobody signs by seal, people sign by hand."""
    made = letter(
        kind="talk_record",
        number="示水监电谈〔2026〕3号",
        title="饮水安全监督电话约谈记录",
        addressee="",
        body=(
            Paragraph("2026年11月20日上午9时，示范省水利厅第二会议室。", lead="时间和地点："),
            Paragraph(TALK * 3, lead="约谈内容："),
        ),
        signature="",
        receipt=(),
        signers=(
            "约谈人（签名）：　　　　　　　　　　　　　　年　　月　　日",
            "被约谈人（签名）：　　　　　　　　　　　　　年　　月　　日",
            "记录人（签名）：",
        ),
    )
    return replace(made, **changes)


def text_of(n: int) -> tuple[Paragraph, ...]:
    """So many lines of text: one of a full paragraph's 26 characters each."""
    return tuple(Paragraph("水利监督电话接听受理工作应当保持畅通规范及时有效。") for _ in range(n))


FILES = {
    "quarter": circular(),
    "plain": plain(),
    "month": plain(title="关于2026年11月饮水安全监督电话抽查情况的通报"),
    "one paragraph": plain(body=(Paragraph("特此通报。"),), copies=(), printed_by=""),
    "praise": plain(
        body=(Paragraph("全部测试的监督电话均合格，予以表扬。"), Paragraph(TALK)),
        title="关于表扬2026年第四季度饮水安全监督电话工作先进单位的通报",
    ),
    "long": plain(body=tuple(Paragraph(f"{i}. {TALK * 9}") for i in range(1, 9))),
    "draft": circular(date=None, number="示水监电〔2026〕草稿", verify_url=None, printed_on=None),
    "unsealed": plain(sealed=False),
    "unsealed long name": plain(sealed=False, signature="示范省农村饮水安全供水服务管理总站"),
    "sealed long name": plain(signature="示范省示范市农村饮水安全供水服务管理总站"),
    "name of 200 signs": plain(signature=UNIT_200),
    "no copies": plain(copies=()),
    "nothing printed": plain(printed_by=""),
    "sixty copies": plain(copies=tuple(f"示范{i}市人民政府" for i in range(60))),
    "184 addressees": plain(addressee=ADDRESSEES_184),
    "name of 200 addressed": plain(addressee=UNIT_200),
    "name of 200 in the title": plain(title=f"关于{UNIT_200}逾期未报送整改情况的通报"),
    "marks": plain(copy_number="000012", secrecy="秘密★1年", urgency="特急"),
    "secrecy": plain(secrecy="秘密★1年"),
    "long letterhead": plain(letterhead="示范省示范自治州农村饮水安全供水服务管理总站文件"),
    "letterhead of 60": plain(letterhead="示范省农村饮水安全供水服务" * 5),
    "short letterhead": plain(letterhead="示范局文件"),
    "rare": plain(addressee=f"{RARE}县水利局", body=(Paragraph(f"{RARE}村水利站。" * 20),)),
    "hostile": plain(
        addressee=HOSTILE[:60],
        signature="A&B公司<b>",
        body=(Paragraph(HOSTILE * 3, lead="（一）<b>"), Heading(HOSTILE[:46])),
        copies=("<i>甲</i>", "乙&丙"),
    ),
    "one attachment": circular(attachments=(lines(1).title,), annexes=(lines(14),)),
    "twelve attachments": plain(attachments=tuple(f"第{i}批{'名单' * 15}" for i in range(1, 13))),
    "tall annex": circular(annexes=(lines(30, wide=False),), attachments=("明细表",)),
    "annex of many pages": circular(annexes=(lines(120),), attachments=("明细表",)),
    "evidence over pages": plain(body=(*text_of(2), calls(60), Paragraph(TALK), calls(2))),
    "note": plain(note="联系人：张三，电话：0311-00000000"),
    **{f"{n} lines": plain(body=text_of(n)) for n in (4, 5, 6, 7, 8, 26, 27, 28, 29)},
    **{
        f"heading after {n} lines": plain(body=(*text_of(n), Heading("一、标题"), Paragraph(TALK)))
        for n in (4, 5, 6, 7)
    },
    "hanzi": plain(body=(Paragraph("水" * 300),)),
    "paragraphs of two lines": plain(body=tuple(Paragraph(TALK) for _ in range(33))),
}
LETTERS = {
    "rectification": letter(),
    "rectification copied": letter(copies=("示范市水利局", "示范县人民政府")),
    "without strip": letter(receipt=(), verify_url=None),
    "draft letter": letter(date=None, number="示水监电改〔2026〕草稿"),
    "many findings": letter(body=tuple(b for _ in range(9) for b in letter().body[1:5])),
    "long note": letter(body=(*text_of(3), calls(2, "长" * 900), Paragraph(TALK))),
    "talk": letter(
        kind="talk",
        title="关于约谈示范县水利局的通知",
        annexes=(lines(5, wide=False),),
        attachments=("约谈事项清单",),
        copies=("示范市人民政府",),
    ),
    "record": record(),
    "record of two pages": record(body=record().body * 6),
    "correction": letter(
        kind="correction", title="关于更正饮水安全监督电话抽查情况通报有关内容的通知", receipt=()
    ),
    "urging": letter(kind="urge", title="饮水安全监督电话整改督办通知", sealed=False),
    "letter of rare signs": letter(letterhead=f"{RARE}县水利局", addressee=RARE),
    "letter from a name of 200": letter(letterhead=UNIT_200, addressee=UNIT_200),
    "urgent letter": letter(urgency="特急", copy_number="000001"),
    "184 addressees of a letter": letter(addressee=ADDRESSEES_184),
    **{f"letter of {n} lines": letter(body=text_of(n)) for n in (7, 8, 9, 10, 12, 14)},
}
WORDED = {f"worded {kind}": made for kind, made in samples.sample_documents().items()}
PAPERS = FILES | LETTERS | WORDED
