"""What a dial of the demo heard: rings, waits, answers to the checklist, words for the log."""

from datetime import datetime
from random import Random
from typing import Any

from hotline.demo.dialling import Step
from hotline.rules.outcomes import Outcome
from hotline.rules.rubric import Item, Rubric

CALLERS = ("0311-00009001", "0311-00009002", "0311-00009003")
"""The numbers dialled from; nobody can ring them back."""

_SCENARIOS = (
    "村里停水两天，何时恢复",
    "自来水发黄有沉淀，能不能喝",
    "水压低，二楼上不了水",
    "水费按什么标准收",
    "管道漏水，向谁报修",
    "新建房屋如何申请接水",
    "水有异味，请求检测水质",
    "水源井旁堆放垃圾，要求处理",
    "冬季水管冻裂，谁来维修",
    "供水时段能否延长",
)
_NOTES = {
    "careless": ("答复笼统，未说明办理程序", "未登记来电人信息，草草结束", "答复前后不一"),
    "slow and careless": ("等候时间长，接听后未核实地点", "久响后接听，未告知办理时限"),
    "critical": ("称“这事不归我们管”，未转办", "语气生硬，打断来电人"),
    "barely": ("答复基本准确，缺少礼貌用语",),
    "hung up": ("接通后未应答即挂断",),
    "refused": ("让来电人自己找村委会", "称负责人外出，不予登记"),
    "slow ring": ("振铃较久后接听",),
    "long hold": ("接听后让来电人久等",),
    "long transfer": ("转接后等候较久",),
    "two transfers": ("经两次转接到受理人员",),
    "lost": ("转接后断线",),
}
_UNANSWERED_NOTES = {
    Outcome.NO_ANSWER: "响铃60秒无人接听",
    Outcome.BUSY: "忙音",
    Outcome.MACHINE: "自动应答后要求留言，无人工",
    Outcome.VACANT: "提示所拨号码是空号",
    Outcome.SUSPENDED: "提示已停机",
    Outcome.WRONG_UNIT: "接听人称不是该单位",
    Outcome.WRONG_POST: "本单位其他科室，不受理供水问题",
    Outcome.TEST_FAULT: "本方线路杂音大，重拨",
    Outcome.ABORTED: "本方临时有事中止，不计",
}


def heard(random: Random, step: Step, started_at: datetime, rubric: Rubric) -> dict[str, Any]:
    """The content of a dial, as the form for a call takes it."""
    said: dict[str, Any] = {
        "started_at": started_at,
        "attempt": step.attempt,
        "outcome": int(step.outcome),
        "caller_number": random.choice(CALLERS),
        "note": _note(random, step),
    }
    if not step.outcome.connected:
        return said
    limits, flavour = rubric.limits, step.flavour
    soonest = min(limits.slow_ring_s, 15.0)
    ring = round(min(random.triangular(3, soonest, 7), soonest), 1)
    if flavour in ("slow ring", "slow and careless"):
        ring = round(limits.slow_ring_s + random.uniform(1, 30), 1)
    said |= {"ring_s": ring, "talk_s": float(random.randint(6, 15))}
    if step.outcome is Outcome.XFER_LOST:
        said |= {"transfer_count": 1, "transfer_wait_s": float(random.randint(20, 50))}
    if step.outcome in (Outcome.OK, Outcome.REFUSED):
        said["answered_by"] = _who(random)
        said["scenario"] = random.choice(_SCENARIOS)
        said["talk_s"] = float(random.randint(55, 240))
    if step.outcome is Outcome.OK:
        said |= _waits(random, flavour, rubric)
        said |= _answers(random, flavour, rubric)
    return {key: value for key, value in said.items() if value is not None}


def _note(random: Random, step: Step) -> str | None:
    if step.flavour in _NOTES:
        return random.choice(_NOTES[step.flavour])
    return _UNANSWERED_NOTES.get(step.outcome)


def _who(random: Random) -> str:
    number = f"{random.randint(1, 12):02d}"
    return random.choice((f"工号{number}", f"工号{number}", "值班员（未报工号）", "未报姓名"))


def _waits(random: Random, flavour: str, rubric: Rubric) -> dict[str, Any]:
    limits = rubric.limits
    if flavour == "long hold":
        return {"hold_total_s": limits.hold_total_s + random.randint(5, 90)}
    if flavour == "long transfer":
        wait = limits.transfer_wait_s + random.randint(5, 50)
        return {"transfer_count": 1, "transfer_wait_s": wait}
    if flavour == "two transfers":
        return {"transfer_count": limits.transfer_count, "transfer_wait_s": float(35)}
    if flavour == "barely":
        return {"hold_total_s": min(90.0, limits.hold_total_s)}
    if random.random() < 0.15:
        return {"transfer_count": 1, "transfer_wait_s": float(random.randint(5, 25))}
    if random.random() < 0.1:
        return {"first_human_s": float(random.randint(20, 45))}
    return {}


def _answers(random: Random, flavour: str, rubric: Rubric) -> dict[str, str]:
    """Every item answered; those that wait until the round closes are left blank or said."""
    given = {}
    for item in rubric.items:
        if not item.until_close:
            given[item.id] = "yes"
        elif random.random() < 0.3:
            given[item.id] = random.choice(("yes", "yes", "na"))
    small = [i.id for i in rubric.items if i.severity == "minor"]
    large = [i.id for i in rubric.items if _is_plain_major(i)]
    failed: list[str] = []
    if flavour in ("careless", "slow and careless"):
        needed = max(2, rubric.irregular.major_failed)
        failed = random.sample(large, min(len(large), needed + random.randint(0, 2)))
        failed += random.sample(small, min(len(small), 1))
    elif flavour == "barely":
        failed = random.sample(small, min(len(small), 2)) + random.sample(large, 1)
    elif flavour == "critical":
        decisive = random.choice([i.id for i in rubric.items if i.critical])
        return given | {decisive: "no", "critical": decisive}
    elif random.random() < 0.35:
        failed = random.sample(small, 1)
        failed += random.sample(large, 1) if random.random() < 0.35 else []
    return given | dict.fromkeys(failed, "no")


def _is_plain_major(item: Item) -> bool:
    return item.severity == "major" and not item.critical and not item.until_close
