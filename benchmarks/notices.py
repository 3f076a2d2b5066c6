"""The notices that are measured: 196 letters of two pages, each to another unit."""

from __future__ import annotations

from reports.document import Document, Grid, Heading, Paragraph
from reports.tables import Column

COUNT = 196
_NAMES = "正定栾城藁城赞皇平山井陉灵寿行唐元氏高邑临城内丘柏乡隆尧任泽南和宁晋巨鹿新河广宗平乡"
_FAULTS = (
    ("接转不及时", "第3次拨打才接通，振铃27秒，超过15秒的要求"),
    ("受理不规范", "未询问诉求和地点，未登记来电人及回拨电话，未告知办理时限"),
    ("打不通", "三次拨打均无人接听，间隔不少于30分钟，上午、下午均有拨打"),
    ("号码失效错误", "拨打两次均提示为空号，与公布的号码一致"),
)
COLUMNS = (
    Column("时间", "text", 3.2),
    Column("次数", "rank", 1.0),
    Column("结果", "text", 2.4),
    Column("振铃（秒）", "number", 1.6),
)


def notice(i: int) -> Document:
    """The i-th notice: other unit, other lines, other words in part."""
    unit = f"{_NAMES[i % 40 : i % 40 + 2]}县水利局"
    fault, basis = _FAULTS[i % 4]
    number = f"0311-8{i:04d}{(i * 37) % 1000:03d}"
    rows = tuple(
        (f"2026年11月{day}日{9 + k}时{(i * 7 + k * 13) % 60:02d}分", k, "无人接听", 30.0 + k)
        for k, day in ((1, 9), (2, 9), (3, 10))
    )
    body = (
        Paragraph(
            "按照农村饮水安全监督电话管理有关要求，我厅于2026年11月1日至30日对你单位公布的监督电话进行了"
            f"抽查。抽查中发现{number}存在问题，现将有关情况和整改要求通知如下。"
        ),
        Heading("一、发现的问题"),
        Paragraph(
            f"该号码本次评为“{fault}”：{basis}。抽查得分{40 + i % 30}.5分，低于70分的合格线。"
            "每次拨打均有记录，通话过程按照同一份评分表逐项打分，由另一名检查员复核。",
            lead="（一）抽查情况。",
        ),
        Grid(COLUMNS, rows, caption="抽查拨打记录如下："),
        Paragraph(
            f"你单位近12个月被抽查{3 + i % 9}次，其中{1 + i % 3}次不合格。群众反映的自来水发黄、"
            "停水不通知、水压不足等诉求，经监督电话受理的占三成，电话不通将直接影响问题的发现和处置。",
            lead="（二）历次情况。",
        ),
        Heading("二、整改要求"),
        Paragraph(
            "明确专人值守，落实工作日8:30至12:00、13:30至17:30接听要求；号码变更的，在三日内更新公示并"
            "书面报告；建立来电登记、转办、回复、回访台账，做到件件有着落、事事有回音。",
            lead="（一）立即整改。",
        ),
        Paragraph(
            f"请于2026年12月{1 + i % 20}日前将整改情况书面报送我厅，附整改前后对照材料、"
            "值守安排和受理台账照片。逾期未报或者整改不到位的，将进行约谈并在全省范围内通报。",
            lead="（二）按期报送。",
        ),
        Paragraph(
            "我厅收到报告后安排复核拨打，复核通过的予以销号；复核未通过的退回重新整改，并计入下一季度抽查。"
            "对评定结果有异议的，可以在收到本通知之日起三个工作日内书面申诉，申诉期间不停止整改。",
            lead="（三）复核销号。",
        ),
    )
    return Document(
        kind="rectification",
        form="letter",
        letterhead="河北省水利厅",
        number=f"冀水监电〔2026〕{i + 1}号",
        title=f"关于{unit}监督电话\n问题整改的通知",
        addressee=unit,
        body=body,
        signature="河北省水利厅",
        date="2026-12-01",
        day="2026-12-01",
        author="河北省水利厅",
        note="联系人：农村水利水电处，电话：0311-00000000",
    )


def notices(batch: int = 0) -> list[Document]:
    """A round's notices; another batch is another round, and no notice is like one before."""
    return [notice(batch * COUNT + i) for i in range(COUNT)]
