"""Bringing a file of lines into a database, and what to look at afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline import audit
from hotline.errors import Invalid
from hotline.models.registry import Line
from hotline.registry.line_imports import import_lines, plan_import
from tests.factories import NOW, OPERATOR
from tests.registry.files import lines_file

HEAD = "号码,责任单位,层级,行政区划代码"
FULL = HEAD + ",线路编号,汇总分组,责任人,联系电话,值班时间,状态"
ONE = "0311-86051234,长安区水利局,县级,130102"
LATER = NOW + timedelta(days=30)


def bring(database, header, *rows, actor=OPERATOR, now=NOW, **more):
    with database.write() as session:
        return import_lines(session, actor, lines_file(header, *rows), now=now, **more)


def look(database, header, *rows, actor=OPERATOR, **more):
    with database.write() as session:
        return plan_import(session, actor, lines_file(header, *rows), **more)


def lines_of(database, *names):
    with database.read() as session:
        lines = session.scalars(select(Line).order_by(Line.id)).all()
        return [tuple(getattr(line, name) for name in names) for line in lines]


def counted(plan):
    return plan.added, plan.changed, plan.unchanged


def entries(database):
    with database.read() as session:
        count, broken = audit.verify(session)
        assert broken == []
        return count


def refusals(database, header, *rows, actor=OPERATOR):
    """Every mistake that the file is refused for."""
    with pytest.raises(Invalid) as refused:
        bring(database, header, *rows, actor=actor)
    return [str(error) for error in refused.value.errors]
