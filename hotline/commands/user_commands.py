"""Commands about accounts."""

import os

import click

from hotline.commands.office import office

ROLES = (
    "province_admin",
    "city_admin",
    "province_inspector",
    "city_inspector",
    "unit_reader",
    "auditor",
)


@click.group()
def users() -> None:
    """用户。"""


@users.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--area", metavar="CODE", help="省或汇总分组的代码。")
@click.option("--unit", metavar="NAME", help="责任单位。")
@click.option("--full-name", default="", help="姓名。")
@click.option("--email", default="", help="接收督办提醒的电子邮箱。")
@click.option("--password-env", required=True, metavar="VAR", help="存有初始密码的环境变量。")
def users_add(
    name: str,
    role: str,
    area: str | None,
    unit: str | None,
    full_name: str,
    email: str,
    password_env: str,
) -> None:
    """添加用户；首次登录须改密码。"""
    from hotline.accounts.users import NewUser, Profile, add, unit_named

    password = os.environ.get(password_env)
    if password is None:
        raise click.UsageError(f"环境变量 {password_env} 没有设置。")
    with office() as at, at.database.write() as session:
        unit_id = unit_named(session, unit, area).id if unit else None
        profile = Profile(role, full_name, area_code=area, unit_id=unit_id, email=email)
        add(session, at.actor, NewUser(name, password, profile), now=at.now)
    click.echo(f"已添加 {name}。")
