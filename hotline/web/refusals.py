"""Every refusal as a page: what is wrong, what to do next. One table from error to status."""

from dataclasses import dataclass

from flask import Flask, g, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from hotline.db import gave_way
from hotline.errors import Conflict, Forbidden, Gone, HotlineError, Invalid, NotFound, T, Text
from hotline.web.request_log import log_failure

_STATUS: dict[type[HotlineError], int] = {
    NotFound: 404,
    Gone: 410,
    Forbidden: 403,
    Invalid: 400,
    Conflict: 409,
}


@dataclass(frozen=True)
class Refusal:
    """What a status means, and what to do."""

    title: Text
    advice: Text


_WORDS: dict[int, Refusal] = {
    400: Refusal(T("提交的内容不对"), T("请返回上一页，改正后再提交。")),
    403: Refusal(T("没有权限"), T("确需使用，请联系本级管理员。")),
    404: Refusal(T("没有这个页面或记录"), T("请核对地址，或从导航重新进入。")),
    405: Refusal(T("不能这样打开"), T("请从页面上的按钮操作。")),
    409: Refusal(T("现在还不能这样做"), T("请按下列情况处理后再试。")),
    410: Refusal(T("链接已失效"), T("请向发文单位索取新的链接。")),
    413: Refusal(T("文件太大"), T("请拆分文件，或去掉多余的工作表和图片后再上传。")),
    429: Refusal(T("尝试过于频繁"), T("请等一分钟再试。")),
    500: Refusal(T("系统出错"), T("请稍后再试；仍不行，请把编号告诉管理员。")),
}
_BUSY = Refusal(T("系统正忙"), T("有人正在改同一处，这次没有保存。请返回上一页，再提交一次。"))
_EXPIRED = Refusal(T("页面已过期"), T("登录状态已变化。请返回上一页，刷新后重新提交。"))


def start(app: Flask) -> None:
    app.register_error_handler(HotlineError, _refuse)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _gave_way)
    app.register_error_handler(Exception, _failed)


def status_of(error: HotlineError) -> int:
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)


def _refuse(error: HotlineError) -> ResponseReturnValue:
    status = status_of(error)
    return _page(
        status,
        _WORDS[status],
        said=error.text,
        details=getattr(error, "details", ()),
        mistakes=getattr(error, "errors", ()),
    )


def _expired(error: CSRFError) -> ResponseReturnValue:
    return _page(400, _EXPIRED)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    words = _WORDS.get(status) or _WORDS[400 if status < 500 else 500]
    allowed = getattr(error, "valid_methods", None)
    page, _ = _page(status, words)
    return page, status, {"Allow": ", ".join(sorted(allowed))} if allowed else {}


def _gave_way(error: OperationalError) -> ResponseReturnValue:
    return _page(503, _BUSY) if gave_way(error) else _failed(error)


def _failed(error: Exception) -> ResponseReturnValue:
    log_failure(error)
    return _page(500, _WORDS[500])


def _page(status: int, words: Refusal, **more: object) -> tuple[str, int]:
    context = {"said": None, "details": (), "mistakes": ()} | more
    page = render_template(
        "refusal.html",
        status=status,
        words=words,
        request_id=g.get("request_id", ""),
        **context,
    )
    return page, status
